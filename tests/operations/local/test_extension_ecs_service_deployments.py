"""The history of a service that ECS rolls out, as the extension keeps it."""

from typing import Any

import pytest

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import World

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
UP = 200
"""Seconds of AWS after which a service that works is steady."""


@pytest.fixture
def world(aws: Clients, emulator: Server) -> World:
    world = World(aws, emulator)
    world.create_service(world.register(), deploymentConfiguration=BREAKER)
    world.pass_time(UP)
    return world


def history(world: World, **options: Any) -> list[dict[str, Any]]:
    found = world.ecs.list_service_deployments(cluster="c", service="s", **options)
    return list(found["serviceDeployments"])


def whole(world: World, **options: Any) -> list[dict[str, Any]]:
    arns = [one["serviceDeploymentArn"] for one in history(world, **options)]
    return list(world.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"])


def definition(world: World, revision: str) -> str:
    (found,) = world.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    return str(found["taskDefinition"]).rpartition("/")[2]


def test_a_deployment_names_what_it_brings_and_what_it_replaces(world: World) -> None:
    world.ecs.update_service(cluster="c", service="s", taskDefinition=world.register())
    assert [one["status"] for one in history(world)] == ["IN_PROGRESS", "SUCCESSFUL"]

    world.pass_time(UP)
    newest, first = whole(world)

    assert (newest["status"], first["status"]) == ("SUCCESSFUL", "SUCCESSFUL")
    assert newest["finishedAt"] >= newest["startedAt"]
    assert definition(world, newest["targetServiceRevision"]["arn"]) == "app:2"
    assert [definition(world, one["arn"]) for one in newest["sourceServiceRevisions"]] == ["app:1"]
    assert first["sourceServiceRevisions"] == []


def test_a_failed_deployment_says_what_the_service_returned_to(world: World) -> None:
    control.fail_tasks(world.emulator, "app:2")
    world.ecs.update_service(cluster="c", service="s", taskDefinition=world.register())
    world.pass_time(3000)

    (failed,) = whole(world, status=["ROLLBACK_SUCCESSFUL"])

    assert "circuit breaker" in failed["rollback"]["reason"]
    assert definition(world, failed["rollback"]["serviceRevisionArn"]) == "app:1"
    assert [one["status"] for one in history(world)] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_a_deployment_that_another_replaces_was_stopped(world: World) -> None:
    for _ in range(2):
        world.ecs.update_service(cluster="c", service="s", taskDefinition=world.register())
    assert [one["status"] for one in history(world)] == ["IN_PROGRESS", "STOPPED", "SUCCESSFUL"]


def test_fails_when_a_deployment_is_unknown(world: World) -> None:
    answer = world.ecs.describe_service_deployments(serviceDeploymentArns=["arn:aws:ecs:x"])
    assert answer["failures"] == [{"arn": "arn:aws:ecs:x", "reason": "MISSING"}]


def test_fails_when_too_many_are_asked_for(world: World) -> None:
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match="At most 20"):
        world.ecs.describe_service_revisions(serviceRevisionArns=["arn"] * 21)
