"""What attaches itself to a dependency, or only to what stands by for it, is noticed on either side."""

import json
from typing import Any

import pytest

from environments.schema import Fleet
from operations.dr.audit.attached import ATTACHED
from operations.dr.audit.blocks import Stacks, Synthesis
from operations.dr.audit.kinds import KINDS
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit
from operations.dr.audit.strays import IGNORED
from tests.operations.dr.breaking import Break, Broken, broken

DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)


def _add(stack: str, kind: str, refer: dict[str, tuple[str, str]], **body: Any) -> Break:
    """A resource `Stray`; `refer` has an attribute with the kind and path of what it refers to."""

    def apply(stacks: Broken) -> None:
        resources = stacks[stack]["resource"]
        found: dict[str, Any] = {"//": {}, **body}
        for attribute, (wanted, path) in refer.items():
            (name,) = [
                name
                for name, each in resources[wanted].items()
                if each["//"]["metadata"]["path"].partition("/")[2] == path
            ]
            found[attribute] = f"${{{wanted}.{name}.arn}}"
        resources.setdefault(kind, {})["Stray"] = found

    return apply


ROLE = ("aws_iam_role", "Service-fileflow/Roles/Task/Role")
LISTENER = ("aws_lb_listener", "LoadBalancer/Https")
QUEUE = ("aws_sqs_queue", "Queue-fileflow/Queue")
BUCKET = ("aws_s3_bucket", "Files-fileflow/Bucket")
GROUP = ("aws_security_group", "Service-fileflow/Access/Group")
VPC = ("aws_vpc", "Network/Vpc")

UNDECIDED: dict[str, tuple[str, dict[str, tuple[str, str]], dict[str, Any]]] = {
    "policy of a role": (
        "aws_iam_role_policy_attachment",
        {"role": ROLE},
        {"policy_arn": "arn:aws:iam::aws:policy/X"},
    ),
    "certificate": ("aws_lb_listener_certificate", {"listener_arn": LISTENER}, {"certificate_arn": "arn"}),
    "policy of a queue": ("aws_sqs_queue_policy", {"queue_url": QUEUE}, {"policy": DENY}),
    "notification": ("aws_s3_bucket_notification", {"bucket": BUCKET}, {"queue": []}),
    "CORS": ("aws_s3_bucket_cors_configuration", {"bucket": BUCKET}, {"cors_rule": []}),
    "rule of old": ("aws_security_group_rule", {"security_group_id": GROUP}, {"type": "egress"}),
    "event source": ("aws_lambda_event_source_mapping", {"event_source_arn": QUEUE}, {"function_name": "f"}),
    "network ACL": ("aws_network_acl", {"vpc_id": VPC}, {"ingress": []}),
    "private zone": ("aws_route53_zone", {"comment": VPC}, {"name": "internal"}),
}
UNDECIDED_CASES = [
    pytest.param(
        _add(stack, kind, refer, **body),
        (kind, f"of the stack {stack} does to {next(iter(refer.values()))[0]}"),
        id=f"{what} in {stack}",
    )
    for what, (kind, refer, body) in UNDECIDED.items()
    for stack in ("prod", "dr")
]


@pytest.mark.parametrize(("add", "said"), UNDECIDED_CASES)
def test_fails_when_something_undecided_refers_to_a_dependency_or_its_counterpart(
    fleet: Fleet, stacks: Stacks, add: Break, said: tuple[str, str]
) -> None:
    ((row, gap),) = audit(fleet, broken(stacks, add)).gaps
    assert (row.group, row.kind) == ("unknown", said[0])
    assert said[1] in gap.what
    assert "strays.py" in gap.do


def test_fails_when_something_undecided_names_a_bucket_of_another_stack(fleet: Fleet, stacks: Stacks) -> None:
    add = _add("replication", "aws_s3_bucket_notification", {}, bucket="ryuqqq-prod-fileflow-files")
    ((row, _),) = audit(fleet, broken(stacks, add)).gaps
    assert (row.group, row.needed_by) == ("unknown", ("fileflow",))


def test_what_other_environments_attach_is_their_affair(fleet: Fleet, stacks: Stacks) -> None:
    add = _add("staging", "aws_sqs_queue_policy", {"queue_url": QUEUE}, policy=DENY)
    shared = _add("staging", "aws_s3_bucket_notification", {}, bucket="ryuqqq-shared-logs")
    assert gap_lines(audit(fleet, broken(stacks, add, shared))) == []


EXTRA = {
    "rule that answers all": (
        _add(
            "dr",
            "aws_lb_listener_rule",
            {"listener_arn": LISTENER},
            priority=1,
            action=[{"type": "fixed-response", "fixed_response": {"status_code": "503"}}],
            condition=[{"path_pattern": {"values": ["/*"]}}],
        ),
        "load balancer, lb_listener_rule: ",
    ),
    "policy that denies all": (
        _add("dr", "aws_iam_role_policy", {"role": ROLE}, name="deny", policy=DENY),
        "role, iam_role_policy: ",
    ),
    "rule that admits all": (
        _add(
            "dr",
            "aws_vpc_security_group_ingress_rule",
            {"security_group_id": GROUP},
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="-1",
        ),
        "security group, vpc_security_group_ingress_rule: ",
    ),
    "the primary's subnets reach a service": (
        _add(
            "dr",
            "aws_vpc_security_group_ingress_rule",
            {"security_group_id": GROUP},
            cidr_ipv4="10.30.32.0/19",
            ip_protocol="-1",
        ),
        "security group, vpc_security_group_ingress_rule: ",
    ),
    "route elsewhere": (
        _add(
            "dr",
            "aws_route",
            {"route_table_id": ("aws_route_table", "Network/Table-private-a")},
            destination_cidr_block="10.99.0.0/16",
            gateway_id="igw-1",
        ),
        "route table, route: ",
    ),
}


@pytest.mark.parametrize(("add", "said"), EXTRA.values(), ids=EXTRA.keys())
def test_fails_when_the_standby_has_more_than_the_primary(
    fleet: Fleet, stacks: Stacks, add: Break, said: str
) -> None:
    report = audit(fleet, broken(stacks, add))
    found = [gap for _, gap in report.gaps if "has no counterpart at the primary" in gap.what]
    assert len(found) == 1, gap_lines(report)
    assert found[0].what.startswith(said)
    assert "delete it from dr" in found[0].do


def test_the_primary_may_reach_the_standbys_database(fleet: Fleet, stacks: Stacks) -> None:
    accepted = [
        each.difference.path
        for row in audit(fleet, stacks).rows
        for each in row.accepted
        if "over the peering" in each.why
    ]
    assert len(accepted) == 2
    assert all("ryuqqq-shared-rds-replica-access" in path and " 3306 " in path for path in accepted)


def test_every_ignored_kind_is_made_somewhere_and_decided_nowhere_else(stacks: Stacks) -> None:
    made = {block.kind for block in Synthesis(stacks).blocks}
    assert IGNORED.keys() <= made
    assert not IGNORED.keys() & (KINDS.keys() | ATTACHED.keys())
