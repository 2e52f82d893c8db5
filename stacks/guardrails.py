"""Refuses to synthesize what no team may deploy, with the construct that made it.

It reads the JSON that was just written instead of visiting constructs: an aspect would cross to Node and back
for each of them, and would not see overrides.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from stacks.guardrails_identities import attached_names, problems_of_identities
from stacks.guardrails_ingress import open_ports
from stacks.guardrails_json import Body, blocks, bodies, is_off, is_on, path_of

_WEB_PORTS = {"port 80", "port 443"}

_SWITCHES = {
    "aws_db_instance": ("storage_encrypted",),
    "aws_dax_cluster": ("server_side_encryption", "enabled"),
    "aws_docdb_cluster": ("storage_encrypted",),
    "aws_ebs_volume": ("encrypted",),
    "aws_efs_file_system": ("encrypted",),
    "aws_elasticache_replication_group": ("at_rest_encryption_enabled",),
    "aws_elasticsearch_domain": ("encrypt_at_rest", "enabled"),
    "aws_neptune_cluster": ("storage_encrypted",),
    "aws_opensearch_domain": ("encrypt_at_rest", "enabled"),
    "aws_rds_cluster": ("storage_encrypted",),
    "aws_redshift_cluster": ("encrypted",),
}
"""Where each kind of resource says that it encrypts: an attribute, or one in a block."""

_KEYS = {"aws_sns_topic": "kms_master_key_id", "aws_sqs_queue": "kms_master_key_id"}
"""Where a kind names the key, because that is how it encrypts."""

_BUCKET = re.compile(r"(?<![\w.])aws_s3_bucket\.([\w-]+)\.")


class GuardrailError(Exception):
    """All that is forbidden, one problem a line."""


def check(outdir: Path) -> None:
    """Refuse the synthesis in `outdir` if a stack breaks a guardrail; what cdktf could deploy is removed."""
    problems: list[str] = []
    files = sorted((outdir / "stacks").glob("*/cdk.tf.json"))
    stacks = {file: json.loads(file.read_text(encoding="utf-8")) for file in files}
    attached = frozenset(name for stack in stacks.values() for name in attached_names(stack))
    for file, stack in stacks.items():
        found = list(problems_of(stack, attached))
        if found:
            file.unlink()
        problems += found
    if problems:
        raise GuardrailError("\n".join([*problems, "docs/guardrails.md explains each of these rules."]))


def problems_of(stack: Body, attached_elsewhere: frozenset[str] = frozenset()) -> Iterator[str]:
    """What one stack breaks, one line each; `attached_elsewhere` are the policies that others attach."""
    encrypted = _encrypted_buckets(stack)
    for kind, name, body in bodies(stack.get("resource")):
        for problem in _of_resource(kind, body):
            yield f"{path_of(name, body)}: {kind} {problem}"
        if kind == "aws_s3_bucket" and not encrypted & {f"aws_s3_bucket.{name}", body.get("bucket")}:
            yield (
                f"{path_of(name, body)}: {kind} {body.get('bucket')} does not encrypt: no rule of an "
                "aws_s3_bucket_server_side_encryption_configuration is for it; use SecureBucket"
            )
    yield from problems_of_identities(stack, attached_elsewhere)


def _of_resource(kind: str, body: Body) -> Iterator[str]:
    for ports, source in open_ports(kind, body):
        if ports not in _WEB_PORTS:
            yield (
                f"opens {ports} to the world, {source}; open only 80 and 443, and those only for a load "
                "balancer; name the security group, prefix list or network that may call"
            )
    if kind in _SWITCHES:
        *block, attribute = _SWITCHES[kind]
        values = [one.get(attribute) for one in (blocks(body, block[0]) if block else [body])] or [None]
        if not all(is_on(value) for value in values):
            label = ".".join(_SWITCHES[kind])
            yield f"does not encrypt: {label} is {values[0]}; set it to true, with one of our keys"
    if kind in _KEYS:
        key = body.get(_KEYS[kind])
        if is_off(key) or "alias/aws/" in str(key):
            yield f"does not encrypt with a key of ours: {_KEYS[kind]} is {key}; pass one"
    if not is_off(body.get("publicly_accessible")):
        public = body["publicly_accessible"]
        yield f"is publicly_accessible, {public}; leave that out and reach it from inside the network"


def _encrypted_buckets(stack: Body) -> set[str]:
    """Addresses and names of the buckets that some rule encrypts."""
    found: set[str] = set()
    for kind, _, body in bodies(stack.get("resource")):
        if kind == "aws_s3_bucket_server_side_encryption_configuration" and _has_algorithm(body):
            bucket = str(body.get("bucket"))
            found |= {f"aws_s3_bucket.{name}" for name in _BUCKET.findall(bucket)} or {bucket}
    return found


def _has_algorithm(body: Body) -> bool:
    defaults = [
        default
        for rule in blocks(body, "rule")
        for default in blocks(rule, "apply_server_side_encryption_by_default")
    ]
    return any(not is_off(default.get("sse_algorithm")) for default in defaults)
