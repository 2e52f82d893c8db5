"""What is odd but valid is judged like anything else; what cannot be judged is a gap, never a traceback."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from environments.schema import Fleet
from operations.dr.audit.blocks import Stacks
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit
from tests.operations.dr.breaking import Break, Broken, broken, change, path

BOTH = ("prod", "dr")
SERVICE = path("Service-fileflow/Service")


def _containers(edit: Callable[[dict[str, Any]], None]) -> Break:
    """The first container, on both sides."""

    def apply(stacks: Broken) -> None:
        for stack in BOTH:
            (body,) = stacks[stack]["resource"]["aws_ecs_task_definition"].values()
            containers = json.loads(body["container_definitions"])
            edit(containers[0])
            body["container_definitions"] = json.dumps(containers)

    return apply


def _variable(value: str) -> Break:
    return _containers(lambda container: container["environment"].append({"name": "ODD", "value": value}))


def _tasks(**values: Any) -> Break:
    def apply(stacks: Broken) -> None:
        for stack in BOTH:
            (body,) = stacks[stack]["resource"]["aws_ecs_task_definition"].values()
            body |= values

    return apply


def _regex(stacks: Broken) -> None:
    for stack in BOTH:
        (body,) = stacks[stack]["resource"]["aws_wafv2_web_acl"].values()
        statement = {"regex_match_statement": {"regex_string": "[a-z]+$"}}
        body["rule"] = [*(body.get("rule") or []), {"name": "regex", "statement": statement}]


def _rule_by_reference(stacks: Broken) -> None:
    for stack in BOTH:
        resources = stacks[stack]["resource"]
        (group,) = [
            name
            for name, body in resources["aws_security_group"].items()
            if path("Service-fileflow/Access/Group")(body)
        ]
        (vpc,) = resources["aws_vpc"]
        resources["aws_vpc_security_group_egress_rule"]["Odd"] = {
            "security_group_id": f"${{aws_security_group.{group}.id}}",
            "cidr_ipv4": f"${{aws_vpc.{vpc}.cidr_block}}",
            "ip_protocol": "-1",
        }


def _route_by_reference(stacks: Broken) -> None:
    for stack in BOTH:
        resources = stacks[stack]["resource"]
        (table,) = [name for name in resources["aws_route_table"] if "private-a" in name]
        (vpc,) = resources["aws_vpc"]
        resources["aws_route"]["Odd"] = {
            "route_table_id": f"${{aws_route_table.{table}.id}}",
            "destination_cidr_block": f"${{aws_vpc.{vpc}.cidr_block}}",
            "gateway_id": "local",
        }


def _single_provider(stacks: Broken) -> None:
    (stacks["dr"]["provider"]["aws"],) = stacks["dr"]["provider"]["aws"]


VALID: dict[str, Break] = {
    "a pattern in a variable": _variable(r"[a-z]+\.ryuqqq\.com"),
    "a template in a variable": _variable("{user}-{id}"),
    "an open bracket in a variable": _variable("[{"),
    "a document in a variable": _variable('{"a": 1}'),
    "a test as a health check": _containers(
        lambda container: container.update(
            healthCheck={"command": ["CMD-SHELL", "[ -f /tmp/ready ] || exit 1"]}
        )
    ),
    "a test as a command": _containers(lambda container: container.update(command=["[ -n x ] && exec app"])),
    "a pattern of the web ACL": _regex,
    "a rule for a referenced network": _rule_by_reference,
    "a route for a referenced network": _route_by_reference,
    "a task in vCPU": _tasks(cpu="1 vCPU"),
    "one provider without a list": _single_provider,
}


@pytest.mark.parametrize("edit", VALID.values(), ids=VALID.keys())
def test_what_is_odd_but_valid_and_the_same_on_both_sides_is_no_gap(
    fleet: Fleet, stacks: Stacks, edit: Break
) -> None:
    changed = broken(stacks, edit)
    assert changed != stacks
    assert gap_lines(audit(fleet, changed)) == []


def test_what_is_odd_is_compared_as_text(fleet: Fleet, stacks: Stacks) -> None:
    def differ(changed: Broken) -> None:
        (body,) = changed["dr"]["resource"]["aws_ecs_task_definition"].values()
        body["container_definitions"] = body["container_definitions"].replace("[a-z]+", "[a-y]+")

    (line,) = gap_lines(audit(fleet, broken(stacks, _variable("[a-z]+"), differ)))
    assert "container_definitions.fileflow.environment.ODD.value is '[a-y]+', not '[a-z]+'" in line


def _without(stack: str, kind: str, attribute: str, *inside: str | int) -> Break:
    """Take an attribute away from every resource of a kind that has it."""

    def apply(stacks: Broken) -> None:
        found: list[Any] = []
        for body in stacks[stack]["resource"][kind].values():
            place: Any = body
            for key in inside:
                place = place[key]
            if attribute in place:
                del place[attribute]
                found.append(place)
        assert found

    return apply


def _no_region(stacks: Broken) -> None:
    del stacks["dr"]["provider"]["aws"][0]["region"]


def _odd_backend(stacks: Broken) -> None:
    stacks["edge"]["terraform"]["backend"]["s3"] = []


def _published_nothing(stacks: Broken) -> None:
    for body in stacks["dr"]["resource"]["aws_ssm_parameter"].values():
        body["value_wo"] = body.pop("value")


BROKEN: dict[str, tuple[Break, str]] = {
    "no region": (_no_region, "the stack dr needs a region of the environment to plan and apply"),
    "no backend to read": (_odd_backend, "capacity all stacks: capacity of all stacks cannot be judged"),
    "no size": (
        _without("dr", "aws_ecs_task_definition", "cpu"),
        "what service fileflow-prod-service takes cannot be judged: cpu is missing",
    ),
    "no number of tasks": (
        _without("prod", "aws_ecs_service", "desired_count"),
        "what service fileflow-prod-service takes cannot be judged: desired_count is missing",
    ),
    "containers by expression": (
        _tasks(container_definitions="${jsonencode([])}"),
        "task definition fileflow-prod cannot be judged: what should be JSON is not",
    ),
    "containers cut short": (
        _tasks(container_definitions="[{"),
        "task definition fileflow-prod cannot be judged: what should be JSON is not",
    ),
    "alarms without a threshold": (
        _without("dr", "aws_cloudwatch_metric_alarm", "threshold"),
        "database ryuqqq-shared-rds: ",
    ),
    "alarms on copies without a threshold": (
        _without("replication", "aws_cloudwatch_metric_alarm", "threshold"),
        "bucket ryuqqq-prod-fileflow-files: ",
    ),
    "a stream without a prefix": (
        _without(
            "replication", "aws_kinesis_firehose_delivery_stream", "prefix", "extended_s3_configuration"
        ),
        "bucket ryuqqq-shared-logs: ",
    ),
    "a replication rule without a destination": (
        _without("replication", "aws_s3_bucket_replication_configuration", "destination", "rule", 0),
        "bucket ryuqqq-prod-fileflow-files: ",
    ),
    "images without a destination": (
        _without(
            "replication",
            "aws_ecr_replication_configuration",
            "destination",
            "replication_configuration",
            "rule",
            0,
        ),
        "image repository fileflow: ",
    ),
    "an origin without an id": (
        _without("edge", "aws_cloudfront_distribution", "origin_id", "origin", 0),
        "CDN cdn.fileflow.ryuqqq.com",
    ),
    "an alias without a key": (_without("dr", "aws_kms_alias", "target_key_id"), "key "),
    "parameters without a value": (
        _published_nothing,
        "parameter /shared/rds/prod/port: parameter /shared/rds/dr/port: value is None",
    ),
    "a lookup that nobody answers": (
        _published_nothing,
        "looks up /shared/keys/dr",
    ),
}


@pytest.mark.parametrize(("edit", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_judged_is_a_gap_that_names_it(
    fleet: Fleet, stacks: Stacks, edit: Break, said: str
) -> None:
    lines = gap_lines(audit(fleet, broken(stacks, edit)))
    assert [line for line in lines if said in line], lines


def test_one_odd_block_hides_nothing_about_others(fleet: Fleet, stacks: Stacks) -> None:
    both = [
        _tasks(container_definitions="${jsonencode([])}"),
        change("dr", "aws_ecs_service", SERVICE, deployment_minimum_healthy_percent=0),
    ]
    lines = gap_lines(audit(fleet, broken(stacks, *both)))
    assert [line for line in lines if "deployment_minimum_healthy_percent is 0" in line]
