"""CodeDeploy on ECS as the extension makes it: a deployment from its start to its end."""

import pytest
from botocore.exceptions import ClientError

from operations.local.state import Server
from tests.operations.local.codedeploy_world import (
    INSTALLED,
    TERMINATION,
    Release,
    blue_green,
    pair,
)
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import PROD, STRATEGY, TEST, World


@pytest.fixture
def release(aws: Clients, emulator: Server) -> Release:
    return Release(World(aws, emulator))


def test_deployment_runs_to_its_end(release: Release) -> None:
    world, second = release.world, release.world.register()
    strategy = [{"CapacityProvider": "FARGATE", "Base": 0, "Weight": 1}]

    id_ = release.deploy(second, description="two", properties={"CapacityProviderStrategy": strategy})

    assert release.info(id_)["status"] == "Created"
    with pytest.raises(ClientError, match="DeploymentNotStartedException"):
        release.api.list_deployment_targets(deploymentId=id_)
    world.pass_time(60)
    assert release.info(id_)["status"] == "InProgress"
    events = {one["lifecycleEventName"]: one["status"] for one in release.target(id_)["lifecycleEvents"]}
    assert (events["BeforeInstall"], events["Install"], events["AllowTraffic"]) == (
        "Succeeded",
        "InProgress",
        "Pending",
    )
    assert release.traffic() == {"blue": 100}
    assert [one["status"] for one in world.service()["taskSets"]] == ["PRIMARY", "ACTIVE"]
    assert world.service()["taskDefinition"] == release.first

    world.pass_time(INSTALLED)
    info, service = release.info(id_), world.service()
    # The target is done, and the deployment waits. AWS says so nowhere else.
    assert (info["status"], info["instanceTerminationWaitTimeStarted"]) == ("InProgress", False)
    target = release.target(id_)
    assert target["status"] == "Succeeded"
    assert {one["status"] for one in target["lifecycleEvents"]} == {"Succeeded"}
    assert release.traffic() == {"green": 100}
    assert service["taskDefinition"] == second
    assert service["loadBalancers"] == [world.balancer("green")]
    assert [one["externalId"] for one in service["taskSets"]] == [id_, ""]
    sets = {one["taskSetLabel"]: one for one in release.target(id_)["taskSetsInfo"]}
    assert (sets["Green"]["trafficWeight"], sets["Blue"]["trafficWeight"]) == (100.0, 0.0)
    assert (sets["Green"]["status"], sets["Green"]["targetGroup"]) == ("PRIMARY", {"name": "green"})
    assert (world.health("blue"), world.health("green")) == (["healthy"] * 2, ["healthy"] * 2)

    world.pass_time(TERMINATION * 60)
    info, service = release.info(id_), world.service()
    assert info["status"] == "Succeeded"
    assert info["createTime"] <= info["startTime"] <= info["completeTime"]
    assert (info["creator"], info["description"], info["deploymentOverview"]["Succeeded"]) == (
        "user",
        "two",
        1,
    )
    assert info["revision"]["appSpecContent"]["sha256"]
    assert "errorInformation" not in info
    (primary,) = service["taskSets"]
    assert primary["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "base": 0, "weight": 1}]
    assert (service["runningCount"], world.health("blue")) == (2, [])
    group = release.group()
    assert group["lastSuccessfulDeployment"]["deploymentId"] == id_

    again = release.deploy(world.register())
    world.pass_time(INSTALLED + TERMINATION * 60)
    assert release.info(again)["status"] == "Succeeded"
    assert release.info(again)["previousRevision"] == info["revision"]
    assert release.traffic() == {"blue": 100}


def test_rules_that_forward_to_the_pair_are_changed(release: Release) -> None:
    world = release.world
    conditions = [{"Field": "path-pattern", "Values": ["/api/*"]}]
    rules = {}
    for priority, action in enumerate(
        (
            {"Type": "forward", "TargetGroupArn": world.groups["blue"]},
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}},
        ),
        start=1,
    ):
        made = world.elb.create_rule(
            ListenerArn=world.listeners[PROD], Conditions=conditions, Priority=priority, Actions=[action]
        )
        rules[priority] = made["Rules"][0]["RuleArn"]
    release.deploy(world.register())
    world.pass_time(INSTALLED)

    shown = {
        one["RuleArn"]: one["Actions"][0]
        for one in world.elb.describe_rules(ListenerArn=world.listeners[PROD])["Rules"]
    }

    assert shown[rules[1]]["TargetGroupArn"] == world.groups["green"]
    assert shown[rules[2]]["Type"] == "fixed-response"
    assert release.traffic(TEST) == {"blue": 100}, "the test listener is not part of this group"


@pytest.mark.parametrize(
    ("name", "seen"),
    [("Canary10Percent5Minutes", [10, 100]), ("Linear10PercentEvery1Minutes", list(range(10, 101, 10)))],
)
def test_traffic_moves_in_steps(release: Release, name: str, seen: list[int]) -> None:
    id_ = release.deploy(release.world.register(), deploymentConfigName=f"CodeDeployDefault.ECS{name}")
    shares: list[int] = []
    while release.info(id_)["status"] != "Succeeded":
        share = release.traffic().get("green", 0)
        assert share in (0, 100) or release.traffic() == {"green": share, "blue": 100 - share}
        if share and share not in shares:
            shares.append(share)
        release.world.pass_time(20)

    assert shares == seen


def test_waits_end_when_told_to(release: Release) -> None:
    release.change_group(
        blueGreenDeploymentConfiguration=blue_green(actionOnTimeout="STOP_DEPLOYMENT", waitTimeInMinutes=30)
    )
    id_ = release.deploy(release.world.register())
    release.world.pass_time(60)
    with pytest.raises(ClientError, match="DeploymentIsNotInReadyStateException"):
        release.api.continue_deployment(deploymentId=id_)
    release.world.pass_time(INSTALLED)
    assert (release.info(id_)["status"], release.traffic()) == ("Ready", {"blue": 100})
    with pytest.raises(ClientError, match="InvalidDeploymentStatusException"):
        release.api.continue_deployment(deploymentId=id_, deploymentWaitType="TERMINATION_WAIT")

    release.api.continue_deployment(deploymentId=id_, deploymentWaitType="READY_WAIT")
    release.world.pass_time(60)
    assert (release.info(id_)["status"], release.traffic()) == ("InProgress", {"green": 100})
    release.api.continue_deployment(deploymentId=id_, deploymentWaitType="TERMINATION_WAIT")
    release.world.pass_time(10)

    assert release.info(id_)["status"] == "Succeeded"


def test_deployment_that_nobody_continues_is_stopped(release: Release) -> None:
    release.change_group(
        blueGreenDeploymentConfiguration=blue_green(actionOnTimeout="STOP_DEPLOYMENT", waitTimeInMinutes=30)
    )
    id_ = release.deploy(release.world.register())
    release.world.pass_time(INSTALLED + 1800)

    assert release.info(id_)["status"] == "Stopped"


def test_test_traffic_goes_first(release: Release) -> None:
    route = {"listenerArns": [release.world.listeners[TEST]]}
    release.change_group(
        loadBalancerInfo={"targetGroupPairInfoList": [pair(release.world, testTrafficRoute=route)]},
        blueGreenDeploymentConfiguration=blue_green(actionOnTimeout="STOP_DEPLOYMENT", waitTimeInMinutes=30),
    )
    id_ = release.deploy(release.world.register())
    release.world.pass_time(INSTALLED)

    assert (release.traffic(TEST), release.traffic()) == ({"green": 100}, {"blue": 100})
    names = [one["lifecycleEventName"] for one in release.target(id_)["lifecycleEvents"]]
    assert "AllowTestTraffic" in names
    release.api.stop_deployment(deploymentId=id_, autoRollbackEnabled=True)
    release.world.pass_time(100)
    assert release.traffic(TEST) == {"blue": 100}


def test_new_strategy_names_are_those_of_the_service(release: Release) -> None:
    release.deploy(release.world.register())
    release.world.pass_time(INSTALLED + TERMINATION * 60)

    assert release.world.service()["capacityProviderStrategy"] == STRATEGY
