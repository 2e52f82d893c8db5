"""Finds the import ids of a stack's resources in the account, when no state tells them. Reads only.

Names come from the configuration; resources whose id AWS makes up are found by their tags.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.engine.redact import Redactor
from operations.engine.retry import Clients, judged
from operations.state.configuration import addresses
from operations.state.importing import import_id, own_id

TAGGED = {
    "aws_acm_certificate": "acm:certificate",
    "aws_ec2_transit_gateway": "ec2:transit-gateway",
    "aws_ec2_transit_gateway_route_table": "ec2:transit-gateway-route-table",
    "aws_ec2_transit_gateway_vpc_attachment": "ec2:transit-gateway-attachment",
    "aws_eip": "ec2:elastic-ip",
    "aws_flow_log": "ec2:vpc-flow-log",
    "aws_internet_gateway": "ec2:internet-gateway",
    "aws_kms_key": "kms:key",
    "aws_lb": "elasticloadbalancing:loadbalancer",
    "aws_lb_target_group": "elasticloadbalancing:targetgroup",
    "aws_nat_gateway": "ec2:natgateway",
    "aws_route_table": "ec2:route-table",
    "aws_secretsmanager_secret": "secretsmanager:secret",
    "aws_security_group": "ec2:security-group",
    "aws_sns_topic": "sns",
    "aws_sqs_queue": "sqs",
    "aws_subnet": "ec2:subnet",
    "aws_vpc": "ec2:vpc",
    "aws_vpc_endpoint": "ec2:vpc-endpoint",
    "aws_vpc_peering_connection": "ec2:vpc-peering-connection",
}
"""Terraform's type to the service and resource type in ARNs (AWS service authorization reference)."""

_BY_ARN = frozenset({"acm", "elasticloadbalancing", "secretsmanager", "sns"})
"""Services whose Terraform `id` is the ARN."""

_REFERENCE = re.compile(r"\$\{(aws_\w+\.[\w-]+)\.(\w+)\}")


@dataclass(frozen=True)
class Found:
    """Of one stack."""

    ids: Mapping[str, str]
    """Address to import id."""

    missing: Mapping[str, str]
    """Address to the reason why there is none."""


@dataclass(frozen=True)
class Live:
    """A resource that the account has."""

    arn: str
    tags: Mapping[str, str]

    @property
    def kind(self) -> str:
        """`ec2:vpc`; only the service where the ARN has a plain name."""
        service, rest = self.arn.split(":")[2], self.arn.split(":", 5)[5]
        word = re.split("[/:]", rest)[0]
        return f"{service}:{word}" if word != rest else service

    @property
    def name(self) -> str:
        return re.split("[/:]", self.arn)[-1]


def discover(aws: Clients, content: Mapping[str, Any]) -> Found:
    """Look for every resource of a synthesized stack."""
    bodies = addresses(content)
    regions = {one.get("alias"): one for one in content["provider"]["aws"]}
    lives = {region: _tagged(aws, region) for region in {one["region"] for one in regions.values()}}
    known: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    for address, body in bodies.items():
        known[address] = {name: value for name, value in body.items() if isinstance(value, str)}
        provider = regions[str(body.get("provider", "")).partition(".")[2] or None]
        kind = address.partition(".")[0]
        if kind in TAGGED:
            try:
                known[address]["id"] = _live_id(aws, kind, body, provider, lives[provider["region"]])
            except LookupError as error:
                missing[address] = str(error)
    for _ in range(3):  # references of references: a policy names a bucket that names another resource
        for attributes in known.values():
            for name, value in attributes.items():
                attributes[name] = _resolved(value, known)
    ids: dict[str, str] = {}
    for address, attributes in known.items():
        plain = {name: value for name, value in attributes.items() if "${" not in value}
        if found := import_id(address.partition(".")[0], plain):
            ids[address] = found
        else:
            missing.setdefault(address, "its id is not told by name or tags")
    return Found(ids, missing)


def _live_id(
    aws: Clients, kind: str, body: Mapping[str, Any], provider: Mapping[str, Any], lives: list[Live]
) -> str:
    """The id of the one resource that has exactly these tags, and the name if ARNs of the kind show it."""
    tags: dict[str, str] = {}
    for block in provider.get("default_tags", []):
        tags |= block["tags"]
    tags |= body.get("tags") or {}
    same = [live for live in lives if live.kind == TAGGED[kind] and dict(live.tags) == tags]
    name = body.get("name")
    if len(same) > 1 and name:
        same = [live for live in same if re.search(rf"(^|[/:]){re.escape(name)}($|[/-])", live.arn)]
    if len(same) != 1:
        seen = ", ".join(live.arn for live in same) or "none"
        raise LookupError(f"not exactly one {TAGGED[kind]} has its tags: {seen}")
    return _id(aws, kind, same[0], provider["region"])


def _id(aws: Clients, kind: str, live: Live, region: str) -> str:
    if kind == "aws_sqs_queue":
        with judged(f"sqs:GetQueueUrl {live.name}", Redactor()):
            return str(aws.client("sqs", region).get_queue_url(QueueName=live.name)["QueueUrl"])
    return live.arn if live.arn.split(":")[2] in _BY_ARN else live.name


def _tagged(aws: Clients, region: str) -> list[Live]:
    found = []
    with judged(f"tag:GetResources ({region})", Redactor()):
        pages = aws.client("resourcegroupstaggingapi", region).get_paginator("get_resources")
        for page in pages.paginate():
            for one in page["ResourceTagMappingList"]:
                tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
                found.append(Live(one["ResourceARN"], tags))
    return found


def _resolved(value: str, known: Mapping[str, Mapping[str, Any]]) -> str:
    def fill(match: "re.Match[str]") -> str:
        address, name = match.groups()
        attributes = known.get(address, {})
        found = own_id(address.partition(".")[0], attributes) if name == "id" else attributes.get(name, "")
        return found or match[0]

    return _REFERENCE.sub(fill, value)
