"""ECS as the extension makes it: rolling updates, tasks that cannot start, and the circuit breaker."""

from typing import Any

import pytest

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import REPOSITORY, World

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
UP = 200
"""Seconds of AWS after which a service that works is steady."""


@pytest.fixture
def world(aws: Clients, emulator: Server) -> World:
    return World(aws, emulator)


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        ({"image": f"{REPOSITORY}:gone"}, f"CannotPullContainerError.*{REPOSITORY}:gone: not found"),
        ({"image": f"{REPOSITORY}@sha256:{'0' * 64}"}, "CannotPullContainerError.*not found"),
        ({"image": f"{REPOSITORY}2:1"}, "CannotPullContainerError.*repository does not exist"),
        (
            {"secrets": [{"name": "A", "valueFrom": "/app/typo"}]},
            "ResourceInitializationError.*retrieve secrets from ssm.*invalid parameters: /app/typo",
        ),
        (
            {
                "secrets": [
                    {
                        "name": "A",
                        "valueFrom": "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:no-aaaaaa",
                    }
                ]
            },
            "ResourceInitializationError.*ResourceNotFoundException: Secrets Manager can't find",
        ),
        (
            {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "no"}}},
            "ResourceInitializationError.*The specified log group does not exist",
        ),
    ],
    ids=["tag", "digest", "repository", "parameter", "secret", "log group"],
)
def test_fails_when_a_task_cannot_start(world: World, container: dict[str, Any], reason: str) -> None:
    world.create_service(world.register(**container), deploymentConfiguration=BREAKER)
    world.pass_time(UP)

    service, stopped = world.service(), world.tasks("STOPPED")

    assert service["runningCount"] == 0
    deployment = service["deployments"][0]
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("FAILED", 4)
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert {task["stopCode"] for task in stopped} == {"TaskFailedToStart"}
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(stopped[0]["stoppedReason"])


def test_fails_when_the_secret_has_no_such_key(world: World) -> None:
    secrets = [{"name": "A", "valueFrom": f"{world.secret}:typo::"}]
    world.create_service(world.register(secrets=secrets))
    world.pass_time(UP)

    assert world.tasks("STOPPED")[0]["stoppedReason"].endswith("did not contain json key typo")


@pytest.mark.parametrize(
    "image", ["public.ecr.aws/x/y:1", "999999999999.dkr.ecr.us-east-1.amazonaws.com/z:1"]
)
def test_images_elsewhere_exist(world: World, image: str) -> None:
    world.create_service(world.register(image=image))
    world.pass_time(UP)

    assert world.service()["runningCount"] == 2


def test_without_circuit_breaker_it_tries_for_ever(world: World) -> None:
    world.create_service(world.register("gone"))
    world.pass_time(24 * 3600)

    deployment = world.service()["deployments"][0]
    assert deployment["rolloutState"] == "IN_PROGRESS"
    assert 100 < deployment["failedTasks"] < 500
    world.push("gone")
    world.pass_time(2000)
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_rolling_update_keeps_the_service_up(world: World) -> None:
    first = world.register()
    world.create_service(first)
    world.pass_time(UP)
    second = world.register()

    world.ecs.update_service(cluster="c", service="s", taskDefinition=second)

    world.pass_time(61)
    service = world.service()
    assert service["taskDefinition"] == second
    assert [(one["status"], one["taskDefinition"]) for one in service["deployments"]] == [
        ("PRIMARY", second),
        ("ACTIVE", first),
    ]
    assert sorted(world.health("blue")) == ["healthy", "healthy", "initial", "initial"]
    world.pass_time(UP)
    service = world.service()
    assert [one["rolloutState"] for one in service["deployments"]] == ["COMPLETED"]
    assert {task["taskDefinitionArn"] for task in world.tasks()} == {second}
    assert world.health("blue") == ["healthy", "healthy"]


def test_percentages_limit_a_rolling_update(world: World) -> None:
    world.create_service(
        world.register(), deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 50}
    )
    world.pass_time(UP)
    world.ecs.update_service(cluster="c", service="s", forceNewDeployment=True)

    counts = []
    for _ in range(6):
        counts.append(len(world.tasks()))
        world.pass_time(40)

    assert max(counts) == 2
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"


@pytest.mark.parametrize("cause", ["image", "health", "alarm"])
def test_circuit_breaker_returns_to_the_last_revision(world: World, cause: str) -> None:
    alarms = {"alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True}}
    first = world.register()
    world.create_service(first, deploymentConfiguration=BREAKER | alarms)
    world.pass_time(UP)
    second = world.register("gone" if cause == "image" else "1")
    if cause == "health":
        control.fail_tasks(world.emulator, "app:2")
    world.ecs.update_service(cluster="c", service="s", taskDefinition=second)
    if cause == "alarm":
        world.alarm("ALARM")
        world.pass_time(10)

    world.pass_time(500)
    service = world.service()

    assert service["taskDefinition"] == first
    back, failed = service["deployments"]
    assert (back["rolloutState"], back["runningCount"]) == ("COMPLETED", 2)
    assert (failed["rolloutState"], failed["runningCount"]) == ("FAILED", 0)
    assert "rolling back to deployment" in world.messages()
    assert world.health("blue") == ["healthy", "healthy"]
    world.pass_time(1000)
    assert len(world.service()["deployments"]) == 1


def test_circuit_breaker_without_rollback_keeps_the_old_tasks(world: World) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    first = world.register()
    world.create_service(first, deploymentConfiguration=breaker)
    world.pass_time(UP)
    second = world.register("gone")
    world.ecs.update_service(cluster="c", service="s", taskDefinition=second)
    world.pass_time(1000)

    service = world.service()

    assert service["taskDefinition"] == second
    failed, old = service["deployments"]
    assert (failed["rolloutState"], failed["runningCount"]) == ("FAILED", 0)
    assert (old["taskDefinition"], old["runningCount"]) == (first, 2)


def test_unhealthy_tasks_are_replaced_until_they_are_healed(world: World) -> None:
    world.create_service(world.register(), healthCheckGracePeriodSeconds=300)
    world.pass_time(UP)
    control.fail_tasks(world.emulator, "app:1")
    world.pass_time(150)
    assert world.health("blue") == ["unhealthy", "unhealthy"]
    assert world.service()["runningCount"] == 2, "the grace period protects them"
    world.pass_time(400)
    assert "failed ELB health checks" in world.tasks("STOPPED")[0]["stoppedReason"]

    control.heal_tasks(world.emulator)
    world.pass_time(UP)

    assert world.health("blue") == ["healthy", "healthy"]


def test_faults_name_an_image_too(world: World) -> None:
    digest = world.push("2")
    world.create_service(world.register(image=f"{REPOSITORY}@{digest}"))
    world.pass_time(UP)

    control.fail_tasks(world.emulator, digest)

    assert world.health("blue") == ["unhealthy", "unhealthy"]
