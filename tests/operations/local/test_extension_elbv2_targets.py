"""Target health as the extension makes it, beside the tasks that the tests of ECS start."""

from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import PROD, TEST, World


def test_target_behind_no_listener_is_not_in_use(aws: Clients, emulator: Server) -> None:
    world = World(aws, emulator)
    world.create_service(world.register())
    world.pass_time(200)
    for port in (PROD, TEST):
        world.elb.modify_listener(
            ListenerArn=world.listeners[port],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": world.groups["green"]}],
        )

    described = world.elb.describe_target_health(TargetGroupArn=world.groups["blue"])

    first = described["TargetHealthDescriptions"][0]
    assert (first["TargetHealth"]["State"], first["TargetHealth"]["Reason"]) == ("unused", "Target.NotInUse")
    assert (first["Target"]["Port"], first["HealthCheckPort"]) == (8080, "8080")


def test_reason_of_a_state_is_told(aws: Clients, emulator: Server) -> None:
    world = World(aws, emulator)
    world.create_service(world.register())
    world.pass_time(61)

    described = world.elb.describe_target_health(TargetGroupArn=world.groups["blue"])

    health = described["TargetHealthDescriptions"][0]["TargetHealth"]
    assert (health["State"], health["Reason"]) == ("initial", "Elb.InitialHealthChecking")


def test_other_targets_are_as_before(aws: Clients, emulator: Server) -> None:
    world = World(aws, emulator)
    target = {"Id": "10.0.0.200", "Port": 8080}
    world.elb.register_targets(TargetGroupArn=world.groups["blue"], Targets=[target])

    assert world.health("blue") == ["healthy"]
    world.elb.deregister_targets(TargetGroupArn=world.groups["blue"], Targets=[target])
    assert world.health("blue") == []
