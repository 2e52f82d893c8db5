"""Whatever the failover, the copying and the standby's half of it consist of: none may go unnoticed."""

import json
import re
from collections.abc import Iterator

from environments.schema import Fleet
from operations.dr.audit.blocks import Block, Stacks, Synthesis
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit

COPYING_KINDS = {
    "aws_acm_certificate",
    "aws_acm_certificate_validation",
    "aws_cloudwatch_log_subscription_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_db_instance",
    "aws_ecr_repository",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_kinesis_firehose_delivery_stream",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_lb",
    "aws_lb_listener",
    "aws_route53_record",
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sns_topic",
}
"""What copying and failing over need of the stack dr; test_audit.py deletes all other counterparts."""

_STATES = r"(?:dev|dr|prod|shared|staging)-tfstate"

UNNOTICED = {
    # Dashboards and logs of AWS services: people look at them, nothing runs by them.
    r"edge/Operations/Dashboard": "a dashboard",
    r"edge/Cdn/Logs/Delivery": "the CDN serves without its access log",
    r"edge/WebAcl/Logging": "the web ACL filters without its log",
    r"dr/FlowLogs/Delivery/Policy": "flow logs record, and each region has its own",
    # Names of keys that everything in their stack refers to by ARN.
    r"edge/(?:Logs|Messaging)Key/Alias": "the stack refers to the key itself",
    r"dr/Keys/audit/Alias": "nothing of the standby is encrypted with the key",
    # Either side's peering serves the work of people on both databases, not a failover.
    r"replication/Peering/Dns-(?:dr|prod)": "names of the other side; a failover asks its own side only",
    # State is copied for whoever restores it; the standby's lies in its own region (capacity).
    rf"replication/Monitoring-(?:dr|prod)/Alarm-ryuqqq-{_STATES}-replication-.*": "of state, not of data",
    # Early warnings: what they warn of rings a critical alarm as soon as the objective is missed.
    r"replication/Monitoring-dr/Alarm-.*-replication-pending": "a warning; lateness itself is watched",
    r"(?:replication|dr)/Monitoring(?:-prod)?/Alarm-logs-to-dr-refused": "says why; lateness is watched",
    r"dr/Monitoring/Alarm-ryuqqq-shared-rds-replica-replica-lag-rising": "a warning; lag itself is watched",
    r"edge/Monitoring/Alarm-failover-(?:switched|unserved)": "says that users are away, or nowhere",
    r"edge/Monitoring/Alarm-(?:cdn-errors|web-acl-blocked)": "about answers, whichever region gives them",
    # Alarms on how the standby does once it serves; services and databases run without them.
    r"dr/Monitoring/Alarm-(?:load-balancer|nat|queue|service|web-acl)-.*": "about requests",
    r"dr/Monitoring/Alarm-ryuqqq-shared-rds-replica-(?:con|cpu|io|mem|storage).*": "about load",
}
"""Construct paths of what may be missing without a gap, and why."""


def _chosen(synthesis: Synthesis) -> Iterator[Block]:
    for block in synthesis.blocks:
        if block.stack in ("edge", "replication") or (block.stack == "dr" and block.kind in COPYING_KINDS):
            yield block


def _path(block: Block) -> str:
    return str(block.body["//"]["metadata"]["path"])


def _excused(block: Block) -> list[str]:
    return [pattern for pattern in UNNOTICED if re.fullmatch(pattern, _path(block))]


def _without(stacks: Stacks, block: Block) -> Stacks:
    """All stacks but for one block; what stays is shared, because the audit changes nothing."""
    stack = stacks[block.stack]
    bodies = {name: body for name, body in stack["resource"][block.kind].items() if name != block.name}
    return {**stacks, block.stack: {**stack, "resource": {**stack["resource"], block.kind: bodies}}}


def _names(synthesis: Synthesis, block: Block) -> set[str]:
    """Of the block, of what it is made for, and of what refers to it."""
    body = {key: value for key, value in block.body.items() if key not in ("//", "provider", "tags")}
    address = f"{block.kind}.{block.name}"
    related = [block, *synthesis.references(block.stack, json.dumps(body))]
    related += [
        other
        for other in synthesis.all(*{each.kind for each in synthesis.blocks}, stack=block.stack)
        if address in json.dumps(other.body)
    ]
    literal = re.findall(r'"(?:arn:aws:s3:::)?([\w./-]{8,})"', json.dumps(body))
    places = {"ap-northeast-1", "ap-northeast-2", "us-east-1"}
    return ({address, *map(synthesis.identity, related)} | set(literal)) - places


def test_nothing_of_the_failover_or_the_copying_goes_unnoticed(fleet: Fleet, stacks: Stacks) -> None:
    synthesis = Synthesis(stacks)
    unnoticed, unnamed, checked = [], [], 0
    for block in _chosen(synthesis):
        if _excused(block):
            continue
        checked += 1
        said = "\n".join(gap_lines(audit(fleet, _without(stacks, block))))
        if not said:
            unnoticed.append(_path(block))
        elif not any(name in said for name in _names(synthesis, block)):
            unnamed.append(f"{_path(block)}: {said}")
    assert (unnoticed, unnamed) == ([], [])
    assert checked > 100


def test_what_may_go_unnoticed_is_there_and_does(fleet: Fleet, stacks: Stacks) -> None:
    """A reason that excuses nothing hides the next thing that fits its pattern."""
    excused = [block for block in _chosen(Synthesis(stacks)) if _excused(block)]
    used = {pattern for block in excused for pattern in _excused(block)}
    assert set(UNNOTICED) - used == set()
    first = {_excused(block)[0]: block for block in reversed(excused)}
    noticed = [_path(block) for block in first.values() if audit(fleet, _without(stacks, block)).gaps]
    assert noticed == []
