"""Everything that the services of the primary region depend on."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from environments import naming
from environments.schema import Fleet
from operations.dr.audit.attached import BELONGING
from operations.dr.audit.blocks import Block, Synthesis

EVERYTHING = "all"
"""Who needs what no single service needs."""

_NAMED = {
    "aws_ecr_repository": r"arn:aws:ecr:(?P<region>[\w-]+):\d+:repository/(?P<name>[\w./-]+)",
    "aws_elasticache_replication_group": (
        r"arn:aws:elasticache:(?P<region>[\w-]+):\d+:replicationgroup:(?P<name>[\w-]+)"
    ),
    "aws_elasticache_user": r"arn:aws:elasticache:(?P<region>[\w-]+):\d+:user:(?P<name>[\w-]+)",
    "aws_iam_policy": r"arn:aws:iam:(?P<region>):\d+:policy/(?P<name>[\w+=,.@-]+)",
    "aws_s3_bucket": r"arn:aws:s3:(?P<region>)::(?P<name>[a-z0-9.-]+)(?![*?\w])",
    "aws_secretsmanager_secret": (
        r"arn:aws:secretsmanager:(?P<region>[\w-]+):\d+:secret:(?P<name>[\w/+=.@-]+?)(?=-\?{6}|[:\"\\\s]|$)"
    ),
    "aws_sqs_queue": r"arn:aws:sqs:(?P<region>[\w-]+):\d+:(?P<name>[\w-]+)",
    "aws_ssm_parameter": r"arn:aws:ssm:(?P<region>[\w-]+):\d+:parameter(?P<name>/[\w./-]+)",
}
"""Names of resources in texts: ARNs in policies and container definitions."""

_IMAGE = r"\d+\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com/(?P<name>[\w./-]+)"
_PATTERNS = [
    (kind, re.compile(pattern)) for kind, pattern in (*_NAMED.items(), ("aws_ecr_repository", _IMAGE))
]

_FOLLOWED = {
    "aws_cloudwatch_log_subscription_filter": ("destination_arn",),
    "aws_ec2_transit_gateway_vpc_attachment": (),
    # Limits what the roles of an environment may do; they need nothing that it names.
    "aws_iam_policy": (),
    "aws_kinesis_firehose_delivery_stream": ("extended_s3_configuration",),
    "aws_route": ("nat_gateway_id", "gateway_id"),
    "aws_s3_bucket_replication_configuration": (),
}
"""Attributes that lead on, where not all do."""

_OWNERS = {"bucket": "aws_s3_bucket", "role": "aws_iam_role"}
"""Attributes that may hold the plain name of what another stack made."""

_SIDES = ("role_arn", "kms_key_arn", "cloudwatch_logging_options")
_ELSEWHERE = ("aws_route53_record", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_stream")
"""Checked where they are used: DNS by the host names, alarms by the objective that they watch."""


@dataclass(frozen=True)
class Named:
    """Something that is named, but made by no stack."""

    kind: str
    region: str
    name: str


Needs = dict[Block | Named, set[str]]
"""Everything needed, and by which services."""


def walk(synthesis: Synthesis, fleet: Fleet) -> Needs:
    """Follow references, ARNs and what is attached, from each service; names in the order they are found."""
    found: Needs = {}
    primary = fleet.primary
    services = synthesis.all("aws_ecs_service", stack=primary.name)
    for service in services:
        name = next((each for each in primary.services if _is(service, each, primary.name)), EVERYTHING)
        _follow(synthesis, fleet, service, name, found)
    for topic in synthesis.all("aws_sns_topic", stack=primary.name):
        _follow(synthesis, fleet, topic, EVERYTHING, found)
    if any(node.kind == "aws_db_instance" for node in found):
        # The master user: `hybrid db` and the failover log in with it, services do not.
        kind, name = "aws_secretsmanager_secret", naming.database_secret(primary.name)
        secret = synthesis.find(kind, primary.region, name) or Named(kind, primary.region, name)
        _follow(synthesis, fleet, secret, EVERYTHING, found)
    return found


def _is(block: Block, service: str, environment: str) -> bool:
    return bool(block.body.get("name") == naming.ecs_service(service, environment))


def _follow(synthesis: Synthesis, fleet: Fleet, start: Block | Named, who: str, found: Needs) -> None:
    queue: list[Block | Named] = [start]
    while queue:
        node = queue.pop(0)
        needed_by = found.setdefault(node, set())
        if who in needed_by:
            continue
        needed_by.add(who)
        if isinstance(node, Block) and node.region != fleet.dr.region:
            queue += [each for each in _next(synthesis, fleet, node) if each.kind not in _ELSEWHERE]


def _next(synthesis: Synthesis, fleet: Fleet, block: Block) -> Iterator[Block | Named]:
    yield from leads_to(synthesis, fleet, block)
    yield from (part for part in synthesis.attached(block) if not _concerns_others(fleet, part))
    if block.stack == fleet.primary.name:
        for kind, attribute in BELONGING.items():
            for other in synthesis.all(kind, stack=block.stack):
                if block in synthesis.references(other.stack, str(other.body.get(attribute))):
                    yield other


def leads_to(synthesis: Synthesis, fleet: Fleet, block: Block) -> Iterator[Block | Named]:
    """What a block refers to or names."""
    text = _text(block)
    yield from synthesis.references(block.stack, text)
    yield from _named(synthesis, fleet, text)
    for attribute, kind in _OWNERS.items():
        name = str(block.body.get(attribute))
        for region in (fleet.primary.region, fleet.dr.region):
            if (owner := synthesis.find(kind, region, name)) is not None:
                yield owner


def _text(block: Block) -> str:
    body = {key: value for key, value in block.body.items() if key not in ("//", "provider", "lifecycle")}
    if block.kind in _FOLLOWED:
        body = {key: body[key] for key in _FOLLOWED[block.kind] if key in body}
        body = {
            key: {name: inner for name, inner in value.items() if name not in _SIDES}
            if isinstance(value, dict)
            else value
            for key, value in body.items()
        }
    return json.dumps(body)


def _named(synthesis: Synthesis, fleet: Fleet, text: str) -> Iterator[Block | Named]:
    regions = (fleet.primary.region, fleet.dr.region)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            name = match["name"]
            places = [match["region"]] if match["region"] else regions
            known = [block for region in places if (block := synthesis.find(kind, region, name))]
            yield known[0] if known else Named(kind, match["region"], name)


def _concerns_others(fleet: Fleet, part: Block) -> bool:
    """Rules and routes for environments that nobody fails over."""
    if part.kind == "aws_route" and part.stack == fleet.shared.name:
        return True
    address = part.body.get("cidr_ipv4") or part.body.get("destination_cidr_block")
    try:
        network = IPv4Network(str(address), strict=False)
    except ValueError:
        return False  # Terraform knows it later, such as `${aws_vpc.Vpc.cidr_block}`
    concerned = {fleet.shared.name, fleet.primary.name, fleet.dr.name}
    return any(
        network.subnet_of(IPv4Network(environment.network.cidr))
        for name, environment in fleet.environments.items()
        if name not in concerned
    )
