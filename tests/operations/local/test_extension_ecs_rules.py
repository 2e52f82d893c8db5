"""ECS as the extension makes it: what it refuses, and what it completes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.errors import HybridError
from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import STRATEGY, World


@pytest.fixture
def world(aws: Clients, emulator: Server) -> World:
    return World(aws, emulator)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"taskDefinition": "app:2"}, "update task definition"),
        ({"loadBalancers": []}, "update load balancers"),
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["x"]}}}, "update network parameters"),
        ({"platformVersion": "1.4.0"}, "update platform version"),
        ({"forceNewDeployment": True}, "force a new deployment"),
    ],
)
def test_fails_when_codedeploy_alone_may_change(world: World, change: dict[str, Any], words: str) -> None:
    world.create_service(world.register(), deploymentController={"type": "CODE_DEPLOY"})
    world.register()

    with pytest.raises(
        ClientError, match=f"InvalidParameterException.*{words} on services with a CODE_DEPLOY"
    ):
        world.ecs.update_service(cluster="c", service="s", **change)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"taskDefinition": "app:9"}, "Unable to describe task definition"),
        ({"cluster": "other"}, "Cluster not found"),
        ({"launchType": "FARGATE"}, "both a launch type and capacity provider strategy"),
        ({"capacityProviderStrategy": [{"capacityProvider": "X"}]}, "not associated with the cluster"),
        (
            {"capacityProviderStrategy": [one | {"base": 1} for one in STRATEGY]},
            "more than one capacity provider with a base",
        ),
        (
            {"loadBalancers": [{"containerName": "x", "containerPort": 8080}]},
            "The container x does not exist",
        ),
        (
            {"loadBalancers": [{"containerName": "app", "containerPort": 1}]},
            "did not have a container port 1",
        ),
        ({"loadBalancers": [{"group": "green"}]}, "does not have an associated load balancer"),
    ],
)
def test_fails_when_a_service_cannot_be(world: World, members: dict[str, Any], message: str) -> None:
    definition = world.register()
    if balancers := members.get("loadBalancers"):
        group = balancers[0].get("group", "blue")
        given = {name: value for name, value in balancers[0].items() if name != "group"}
        members = members | {"loadBalancers": [world.balancer(group) | given]}

    with pytest.raises(ClientError, match=message):
        world.create_service(**{"definition": definition, **members})


def test_fails_when_a_service_exists_already(world: World) -> None:
    definition = world.register()
    world.create_service(definition)

    with pytest.raises(ClientError, match="Creation of service was not idempotent"):
        world.create_service(definition)
    with pytest.raises(ClientError, match="cannot be stopped while it is scaled above 0"):
        world.ecs.delete_service(cluster="c", service="s")
    with pytest.raises(ClientError, match="ClusterContainsServicesException"):
        world.ecs.delete_cluster(cluster="c")
    world.ecs.delete_service(cluster="c", service="s", force=True)
    with pytest.raises(ClientError, match="ServiceNotActiveException"):
        world.ecs.update_service(cluster="c", service="s", desiredCount=1)
    assert world.create_service(definition)["status"] == "ACTIVE"


def test_inactive_task_definition_is_refused(world: World) -> None:
    first, second = world.register(), world.register()
    world.create_service(first)
    world.ecs.deregister_task_definition(taskDefinition=second)

    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        world.ecs.update_service(cluster="c", service="s", taskDefinition=second)
    described = world.ecs.describe_task_definition(taskDefinition="app")["taskDefinition"]
    assert described["taskDefinitionArn"] == first, "the latest active one"
    described = world.ecs.describe_task_definition(taskDefinition=second)["taskDefinition"]
    assert described["status"] == "INACTIVE"
    assert described["deregisteredAt"] >= described["registeredAt"]


def test_service_with_an_inactive_task_definition_goes_on_and_scales(world: World) -> None:
    definition = world.register()
    world.create_service(definition)
    world.ecs.deregister_task_definition(taskDefinition=definition)
    world.ecs.update_service(cluster="c", service="s", desiredCount=3)
    world.pass_time(120)
    [service] = world.ecs.describe_services(cluster="c", services=["s"])["services"]
    assert (service["runningCount"], service["taskDefinition"]) == (3, definition)


def test_task_definition_is_completed(world: World) -> None:
    described = world.ecs.describe_task_definition(
        taskDefinition=world.register(
            healthCheck={"command": ["CMD", "true"]},
            linuxParameters={"initProcessEnabled": True},
            readonlyRootFilesystem=True,
            stopTimeout=90,
            user="1000",
        )
    )["taskDefinition"]

    (container,) = described["containerDefinitions"]
    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]
    assert container["healthCheck"] == {
        "command": ["CMD", "true"],
        "interval": 30,
        "timeout": 5,
        "retries": 3,
    }
    assert (container["readonlyRootFilesystem"], container["stopTimeout"], container["user"]) == (
        True,
        90,
        "1000",
    )
    assert container["linuxParameters"] == {"initProcessEnabled": True}
    assert container["secrets"] == [{"name": "PASSWORD", "valueFrom": f"{world.secret}:password::"}]


@pytest.mark.parametrize(("cpu", "memory"), [("256", "4096"), ("300", "512"), ("1024", "1024")])
def test_fails_when_fargate_has_no_such_size(world: World, cpu: str, memory: str) -> None:
    with pytest.raises(ClientError, match="No Fargate configuration exists for given values"):
        world.ecs.register_task_definition(
            family="x",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu=cpu,
            memory=memory,
            containerDefinitions=[{"name": "a", "image": "b"}],
        )


@pytest.mark.parametrize("order", ["fail-tasks", "speed?factor=x", "speed?factor=-1", "pass?seconds=-1"])
def test_fails_when_an_order_makes_no_sense(emulator: Server, order: str) -> None:
    with pytest.raises(HybridError, match="400"):
        control._tell("POST", emulator, order)
