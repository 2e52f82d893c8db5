"""ECS services and their tasks as the extension makes them."""

from typing import Any

import pytest

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import STRATEGY, World

UP = 200
"""Seconds of AWS after which a service that works is steady."""


@pytest.fixture
def world(aws: Clients, emulator: Server) -> World:
    return World(aws, emulator)


def test_service_shows_what_it_was_given(world: World) -> None:
    members: dict[str, Any] = {
        "deploymentConfiguration": {
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "deploymentCircuitBreaker": {"enable": True, "rollback": False},
            "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
        },
        "healthCheckGracePeriodSeconds": 90,
        "enableExecuteCommand": True,
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
        "availabilityZoneRebalancing": "ENABLED",
        "tags": [{"key": "Name", "value": "s"}],
    }
    definition = world.register()

    world.create_service(definition, **members)

    service = world.service()
    assert service["deploymentConfiguration"].pop("strategy") == "ROLLING"
    assert members.items() <= service.items()
    assert service["capacityProviderStrategy"] == STRATEGY
    assert "launchType" not in service
    assert service["taskDefinition"] == definition
    assert service["loadBalancers"] == [world.balancer("blue")]
    assert service["networkConfiguration"]["awsvpcConfiguration"] == world.network | {
        "assignPublicIp": "DISABLED"
    }


def test_service_has_defaults(world: World) -> None:
    world.create_service(world.register(), loadBalancers=[])

    service = world.service()

    assert service["deploymentConfiguration"] == {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "strategy": "ROLLING",
    }
    assert service["deploymentController"] == {"type": "ECS"}
    assert (service["platformVersion"], service["platformFamily"]) == ("LATEST", "Linux")
    assert (service["propagateTags"], service["enableExecuteCommand"]) == ("NONE", False)
    assert service["availabilityZoneRebalancing"] == "DISABLED"
    assert service["taskSets"] == []


def test_tasks_start_become_healthy_and_end(world: World) -> None:
    world.create_service(world.register(), desiredCount=4)
    assert world.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.pass_time(59)
    assert (world.service()["runningCount"], world.service()["pendingCount"]) == (0, 4)
    world.pass_time(2)
    assert (world.service()["runningCount"], world.service()["pendingCount"]) == (4, 0)
    assert world.health("blue") == ["initial"] * 4
    world.pass_time(UP)

    service, tasks = world.service(), world.tasks()
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert "has reached a steady state" in world.messages()
    assert world.health("blue") == ["healthy"] * 4
    assert sorted(task["capacityProviderName"] for task in tasks) == [
        "FARGATE",
        "FARGATE",
        "FARGATE_SPOT",
        "FARGATE_SPOT",
    ]
    assert {task["availabilityZone"] for task in tasks} == {"ap-northeast-2a", "ap-northeast-2c"}
    cluster = world.ecs.describe_clusters(clusters=["c"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["activeServicesCount"]) == (4, 1)
    interfaces = world.aws("ec2").describe_network_interfaces()["NetworkInterfaces"]
    addresses = {one["PrivateIpAddress"] for one in interfaces}
    assert {target["Target"]["Id"] for target in targets(world)} <= addresses
    assert all(address.startswith(("10.0.0.", "10.0.1.")) for address in addresses)

    world.ecs.update_service(cluster="c", service="s", desiredCount=0)
    assert world.tasks() == []
    world.ecs.delete_service(cluster="c", service="s")

    assert world.service()["status"] == "INACTIVE"
    assert world.ecs.list_services(cluster="c")["serviceArns"] == []
    assert world.health("blue") == []
    assert world.aws("ec2").describe_network_interfaces()["NetworkInterfaces"] == []
    world.ecs.delete_cluster(cluster="c")
    assert "ServiceTask" not in control.resources(world.emulator)["ecs"]["ap-northeast-2"]


def targets(world: World) -> list[dict[str, Any]]:
    answer = world.elb.describe_target_health(TargetGroupArn=world.groups["blue"])
    return list(answer["TargetHealthDescriptions"])


def test_single_task_gets_the_base(world: World) -> None:
    world.create_service(world.register(), desiredCount=1)

    assert [task["capacityProviderName"] for task in world.tasks()] == ["FARGATE"]


def test_time_passes_by_itself(world: World) -> None:
    control.set_speed(world.emulator, 1_000_000)
    world.create_service(world.register())
    world.service()

    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_stopped_task_is_replaced(world: World) -> None:
    world.create_service(world.register())
    world.pass_time(UP)
    arn = world.tasks()[0]["taskArn"]

    task = world.ecs.stop_task(cluster="c", task=arn, reason="trial")["task"]

    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "trial")
    assert world.tasks("STOPPED")[0]["taskArn"] == arn
    assert arn not in world.ecs.list_tasks(cluster="c")["taskArns"]
    world.pass_time(UP)
    assert len(world.tasks()) == 2


def test_task_that_does_not_exist_is_a_failure(world: World) -> None:
    answer = world.ecs.describe_tasks(cluster="c", tasks=["0123"])

    assert answer["failures"] == [{"arn": "0123", "reason": "MISSING"}]


def test_service_of_codedeploy_can_be_scaled(world: World) -> None:
    definition = world.register()
    world.create_service(definition, deploymentController={"type": "CODE_DEPLOY"})
    world.ecs.update_service(
        cluster="c", service="s", taskDefinition=definition, desiredCount=3, healthCheckGracePeriodSeconds=5
    )
    world.pass_time(UP)

    service = world.service()

    assert (service["runningCount"], service["healthCheckGracePeriodSeconds"]) == (3, 5)
    assert service["deployments"] == []
    (primary,) = service["taskSets"]
    assert (primary["status"], primary["stabilityStatus"], primary["runningCount"]) == (
        "PRIMARY",
        "STEADY_STATE",
        3,
    )
