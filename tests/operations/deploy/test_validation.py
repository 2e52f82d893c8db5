"""What stands in the way of a deployment, each thing once and all at once, on the embedded AWS."""

import json
from dataclasses import replace
from typing import Any

import pytest

from operations.deploy import validation
from operations.deploy.service import Service
from operations.local import control
from operations.local.control import Kind
from tests.operations.deploy.world import REGION, World, only


def test_nothing_stands_in_the_way(rolling: World) -> None:
    assert rolling.plan("1.1.0").problems == ()
    checked = rolling.cli("check", "--image", "1.1.0", "--json")
    assert json.loads(checked.stdout)["outcome"] == "ok"
    assert "nothing stands in the way of image 1.1.0" in checked.stderr


def test_fails_when_a_role_does_not_exist(rolling: World) -> None:
    rolling.aws("iam").delete_role(RoleName="task")
    assert only(rolling.plan("1.1.0")) == (
        f"role: {rolling.names['task']} does not exist; deploy the stack that makes it"
    )


def test_fails_when_no_listener_forwards(rolling: World) -> None:
    rolling.aws("elbv2").delete_rule(RuleArn=rolling.names["rule"])
    assert "target group: no listener forwards to fileflow-dev-blue" in only(rolling.plan("1.1.0"))


def test_fails_when_the_log_group_does_not_exist(rolling: World) -> None:
    rolling.aws("logs").delete_log_group(logGroupName=rolling.names["logs"])
    rolling.aws("logs").create_log_group(logGroupName=f"{rolling.names['logs']}-other")
    assert "log group: /ecs/fileflow-dev/application does not exist" in only(rolling.plan("1.1.0"))


def test_fails_when_a_side_car_is_not_there(rolling: World) -> None:
    image = f"{rolling.place.registry}/tracing:7"
    plan = rolling.plan_with(lambda definition: definition["containerDefinitions"][1].update(image=image))
    assert only(plan) == f"image: {image} of a side-car is not in ECR of {REGION}; push it"


def test_fails_when_the_newest_revision_is_of_something_else(rolling: World) -> None:
    def rename(definition: dict[str, Any]) -> None:
        definition["containerDefinitions"][0]["name"] = "other"

    assert "fileflow-dev:2 has no container named fileflow" in str(rolling.plan_with(rename).problems[0])


def test_fails_when_there_is_no_such_image(rolling: World) -> None:
    refused = rolling.cli("service", "--image", "9.9.9", "--yes", "--json", code=2)
    assert "fileflow:9.9.9 is not in ECR" in refused.stderr
    assert "the newest tags are" in refused.stderr
    assert "1.1.0" in refused.stderr
    assert json.loads(refused.stdout)["outcome"] == "refused"


@pytest.mark.parametrize("tag", ["fileflow:1.1.0", "", "-x", "sha256:abc"])
def test_fails_when_the_tag_is_none(rolling: World, tag: str) -> None:
    refused = rolling.cli("check", "--image", tag, code=2)
    assert "give the tag alone" in refused.stderr


@pytest.mark.parametrize(
    ("service", "environment", "text"),
    [
        ("nope", "dev", "no service of dev; use fileflow"),
        ("fileflow", "shared", "no environment with services"),
    ],
)
def test_fails_when_the_name_is_unknown(rolling: World, service: str, environment: str, text: str) -> None:
    rolling.place = replace(rolling.place, service=service, environment=environment)
    assert text in rolling.cli("check", code=2).stderr


def test_all_problems_come_at_once_and_nothing_is_written(rolling: World) -> None:
    rolling.aws("ssm").delete_parameter(Name="/shared/rds/endpoint")
    rolling.aws("iam").delete_role(RoleName="execution")
    rolling.aws("secretsmanager").delete_secret(SecretId=rolling.names["secret"])
    control.forget_calls(rolling.emulator)
    refused = rolling.cli("service", "--image", "1.1.0", "--yes", "--json", code=3)
    checks = [one["check"] for one in json.loads(refused.stdout)["problems"]]
    assert checks == ["variable", "variable", "role"]
    assert "does not exist in Parameter Store" in refused.stderr
    assert control.calls(rolling.emulator, Kind.WRITES) == {}


def test_fails_when_the_subnets_are_full(rolling: World) -> None:
    plan = rolling.plan("1.1.0")
    crowded = replace(plan.facts, service=replace(plan.facts.service, desired=600, running=600))
    around = rolling.at().around(crowded)
    [problem] = validation.problems(crowded, around)
    assert "free addresses, but 600 more tasks run during the deployment" in str(problem)


def a_service(**changes: Any) -> Service:
    capacity = (
        {"capacityProvider": "FARGATE_SPOT", "weight": 70, "base": 0},
        {"capacityProvider": "FARGATE", "weight": 30, "base": 1},
    )
    usual = Service("ECS", 4, 4, "arn", True, None, capacity, None, (), (), 200, ())
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("service", "tasks"),
    [
        (a_service(), 4),
        (a_service(maximum_percent=150), 2),
        (a_service(running=8), 0),
        (a_service(controller="CODE_DEPLOY", maximum_percent=100), 4),
    ],
)
def test_new_tasks(service: Service, tasks: int) -> None:
    assert validation.new_tasks(service) == tasks


@pytest.mark.parametrize(
    ("service", "note"),
    [
        (a_service(), ""),
        (a_service(desired=1), "no task can run on Spot"),
        (a_service(desired=0), "the desired count is 0"),
        (a_service(desired=1, capacity=()), ""),
    ],
)
def test_notes_on_capacity(rolling: World, service: Service, note: str) -> None:
    plan = rolling.plan("1.1.0")
    around = rolling.at().around(plan.facts)
    found = " ".join(validation.notes(replace(plan.facts, service=service), around))
    assert note in found if note else not found
