"""Refuses to synthesize what no team may deploy, with the construct that made it.

It reads the JSON that was just written instead of visiting constructs: an aspect would cross to Node and back
for each of them, and would not see overrides.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Body = dict[str, Any]

_WORLD = {"0.0.0.0/0", "::/0"}
_WEB_PORTS = {"port 80", "port 443"}

_ENCRYPTED = {
    "aws_db_instance": ("storage_encrypted",),
    "aws_ebs_volume": ("encrypted",),
    "aws_efs_file_system": ("encrypted",),
    "aws_elasticache_replication_group": ("at_rest_encryption_enabled",),
    "aws_rds_cluster": ("storage_encrypted",),
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id",),
}
"""Where each kind of resource says that it encrypts."""

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


class GuardrailError(Exception):
    """All that is forbidden, one problem a line."""


def check(outdir: Path) -> None:
    """Refuse the synthesis in `outdir` if a stack breaks a guardrail; what cdktf could deploy is removed."""
    problems: list[str] = []
    for file in sorted((outdir / "stacks").glob("*/cdk.tf.json")):
        found = list(problems_of(json.loads(file.read_text(encoding="utf-8"))))
        if found:
            file.unlink()
        problems += found
    if problems:
        raise GuardrailError("\n".join([*problems, "docs/guardrails.md explains each of these rules."]))


def problems_of(stack: Body) -> Iterator[str]:
    """What one stack breaks, one line each."""
    resources = stack.get("resource", {})
    buckets = " ".join(
        body["bucket"] for body in _bodies(resources, "aws_s3_bucket_server_side_encryption_configuration")
    )
    for kind, bodies in resources.items():
        for name, body in bodies.items():
            encrypted_apart = kind == "aws_s3_bucket" and (
                f"aws_s3_bucket.{name}." in buckets or str(body.get("bucket")) in buckets.split()
            )
            for problem in _of_resource(kind, body, encrypted_apart=encrypted_apart):
                yield f"{_path(body) or name}: {kind} {problem}"


def open_ports(kind: str, body: Body) -> Iterator[str]:
    """Ports that a security group, or a rule of one, opens to the whole internet."""
    for rule in _ingress(kind, body):
        if _WORLD & _sources(rule):
            yield _ports(rule)


def _of_resource(kind: str, body: Body, *, encrypted_apart: bool) -> Iterator[str]:
    for ports in open_ports(kind, body):
        if ports not in _WEB_PORTS:
            yield (
                f"opens {ports} to the world; open only 80 and 443, and those only for a load balancer; "
                "name the security group, prefix list or network that may call"
            )
    for attribute in _ENCRYPTED.get(kind, ()):
        if not body.get(attribute):
            yield f"does not encrypt with a key: {attribute} is {body.get(attribute)}; pass one of ours"
    if kind == "aws_s3_bucket" and not encrypted_apart:
        yield "does not encrypt: no aws_s3_bucket_server_side_encryption_configuration; use SecureBucket"
    if body.get("publicly_accessible") is True:
        yield "is publicly_accessible; leave that out and reach it from inside the network"
    if kind.startswith("aws_iam_"):
        yield from _administrators(body)


def _administrators(body: Body) -> Iterator[str]:
    if _ADMINISTRATOR in (body.get("policy_arn"), *_list(body.get("managed_policy_arns"))):
        yield "attaches AdministratorAccess; name the actions and resources that are needed"
    policies = [body.get("policy"), *(inline.get("policy") for inline in _list(body.get("inline_policy")))]
    for policy in policies:
        if isinstance(policy, str) and policy.startswith("{"):
            # Expressions may have quotes of their own, which Terraform takes out and JSON does not.
            for statement in _list(json.loads(re.sub(r"\$\{[^{}]*\}", "?", policy)).get("Statement")):
                everything = all("*" in _list(statement.get(part)) for part in ("Action", "Resource"))
                if statement.get("Effect") == "Allow" and everything:
                    yield "allows Action * on Resource *; name the actions and resources that are needed"


def _ingress(kind: str, body: Body) -> list[Body]:
    if kind == "aws_security_group":
        return _list(body.get("ingress"))
    if kind == "aws_vpc_security_group_ingress_rule":
        return [body]
    return [body] if kind == "aws_security_group_rule" and body.get("type") == "ingress" else []


def _sources(rule: Body) -> set[str]:
    sources = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")
    return {source for attribute in sources for source in _list(rule.get(attribute))}


def _ports(rule: Body) -> str:
    first, last = rule.get("from_port"), rule.get("to_port")
    if "-1" in (str(rule.get("protocol")), str(rule.get("ip_protocol"))) or first is None:
        return "all ports"
    return f"port {first}" if first == last else f"ports {first}-{last}"


def _path(body: Body) -> str | None:
    """The construct's path; an override of the whole block has none."""
    path: str | None = body.get("//", {}).get("metadata", {}).get("path")
    return path


def _bodies(resources: Body, kind: str) -> list[Body]:
    return list(resources.get(kind, {}).values())


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
