"""CodeDeploy on ECS as the extension makes it: deployments that fail or are stopped."""

import pytest
from botocore.exceptions import ClientError

from operations.local import control
from operations.local.state import Server
from tests.operations.local.codedeploy_world import INSTALLED, TERMINATION, Release
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import PROD, World


@pytest.fixture
def release(aws: Clients, emulator: Server) -> Release:
    return Release(World(aws, emulator))


@pytest.mark.parametrize("cause", ["image", "health", "alarm"])
def test_deployment_fails_and_rolls_back(release: Release, cause: str) -> None:
    world = release.world
    second = world.register("gone" if cause == "image" else "1")
    if cause == "health":
        control.fail_tasks(world.emulator, "app:2")
    id_ = release.deploy(second)
    if cause == "alarm":
        world.pass_time(INSTALLED)
        assert release.traffic() == {"green": 100}
        world.alarm("ALARM")

    world.pass_time(1200)
    info, service = release.info(id_), world.service()

    expected = ("Stopped", "ALARM_ACTIVE") if cause == "alarm" else ("Failed", "TIMEOUT")
    assert (info["status"], info["errorInformation"]["code"]) == expected
    assert ("errors" in info["errorInformation"]["message"]) is (cause == "alarm")
    assert release.target(id_)["status"] == "Failed"
    back = release.info(info["rollbackInfo"]["rollbackDeploymentId"])
    assert (back["status"], back["creator"]) == ("Succeeded", "codeDeployRollback")
    assert back["rollbackInfo"]["rollbackTriggeringDeploymentId"] == id_
    assert release.first in back["revision"]["appSpecContent"]["content"]
    assert release.traffic() == {"blue": 100}
    assert service["taskDefinition"] == release.first
    assert service["loadBalancers"] == [world.balancer("blue")]
    assert [one["runningCount"] for one in service["taskSets"]] == [2]
    assert (world.health("blue"), world.health("green")) == (["healthy"] * 2, [])
    if cause == "image":
        assert "CannotPullContainerError" in world.tasks("STOPPED")[-1]["stoppedReason"]


def test_the_target_fails_before_the_deployment_says_so(release: Release) -> None:
    id_ = release.deploy(release.world.register("gone"))
    release.world.pass_time(60)
    while release.target(id_)["status"] == "InProgress":
        release.world.pass_time(1)

    target = release.target(id_)
    statuses = {one["lifecycleEventName"]: one["status"] for one in target["lifecycleEvents"]}
    assert (target["status"], release.info(id_)["status"]) == ("Failed", "InProgress")
    assert (statuses["Install"], statuses["AllowTraffic"], statuses["AfterAllowTraffic"]) == (
        "Failed",
        "Skipped",
        "Skipped",
    )
    assert "timed out" in target["lifecycleEvents"][1]["diagnostics"]["message"]
    release.world.pass_time(5)
    assert release.info(id_)["status"] == "Failed"


def test_without_rollback_the_failed_deployment_leaves_everything(release: Release) -> None:
    release.change_group(autoRollbackConfiguration={"enabled": False, "events": []})
    id_ = release.deploy(release.world.register("gone"))
    release.world.pass_time(1200)

    info = release.info(id_)

    assert info["status"] == "Failed"
    assert "rollbackInfo" not in info
    assert len(release.world.service()["taskSets"]) == 2
    again = release.deploy(release.world.register())
    release.world.pass_time(INSTALLED + TERMINATION * 60)
    assert release.info(again)["status"] == "Succeeded"
    assert len(release.world.service()["taskSets"]) == 1


@pytest.mark.parametrize("moment", [60, INSTALLED])
def test_stopped_deployment_rolls_back_if_asked(release: Release, moment: int) -> None:
    id_ = release.deploy(release.world.register())
    release.world.pass_time(moment)

    release.api.stop_deployment(deploymentId=id_, autoRollbackEnabled=True)

    info = release.info(id_)
    assert info["status"] == "Stopped"
    with pytest.raises(ClientError, match=r"DeploymentLimit.*already has an active Deployment"):
        release.deploy(release.first)
    release.world.pass_time(100)
    assert release.info(info["rollbackInfo"]["rollbackDeploymentId"])["status"] == "Succeeded"
    assert release.traffic() == {"blue": 100}
    assert release.world.service()["taskDefinition"] == release.first


def test_stopped_deployment_stays_where_it_is_otherwise(release: Release) -> None:
    id_ = release.deploy(release.world.register())
    release.world.pass_time(INSTALLED)

    release.api.stop_deployment(deploymentId=id_)

    assert "rollbackInfo" not in release.info(id_)
    assert release.traffic() == {"green": 100}
    with pytest.raises(ClientError, match="DeploymentAlreadyCompletedException"):
        release.api.stop_deployment(deploymentId=id_)


@pytest.mark.parametrize("kind", ["inactive", "missing", "container"])
def test_deployment_fails_when_ecs_refuses_the_update(release: Release, kind: str) -> None:
    world, definition, properties = release.world, release.first, {}
    if kind == "inactive":
        definition = world.register()
        world.ecs.deregister_task_definition(taskDefinition=definition)
    elif kind == "missing":
        definition = "app:99"
    else:
        properties = {"LoadBalancerInfo": {"ContainerName": "typo", "ContainerPort": 8080}}
    id_ = release.deploy(definition, properties=properties)
    world.pass_time(60)

    info = release.info(id_)

    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "ECS_UPDATE_ERROR")
    assert release.world.service()["taskDefinition"] == release.first


def test_deployment_fails_when_the_listener_leads_elsewhere(release: Release) -> None:
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    release.world.elb.modify_listener(ListenerArn=release.world.listeners[PROD], DefaultActions=[fixed])
    id_ = release.deploy(release.world.register())
    release.world.pass_time(60)

    assert release.info(id_)["errorInformation"]["code"] == "ELASTIC_LOAD_BALANCING_INVALID"


def test_deployment_fails_when_the_service_is_deleted(release: Release) -> None:
    id_ = release.deploy(release.world.register())
    release.world.pass_time(60)
    release.world.ecs.delete_service(cluster="c", service="s", force=True)
    release.world.pass_time(60)

    assert release.info(id_)["errorInformation"]["code"] == "INVALID_ECS_SERVICE"
