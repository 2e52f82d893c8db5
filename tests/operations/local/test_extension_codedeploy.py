"""CodeDeploy on ECS as the extension makes it: groups, revisions, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.local.state import Server
from tests.operations.local.codedeploy_world import (
    INSTALLED,
    ROLLBACK,
    TERMINATION,
    Release,
    appspec,
    group_members,
)
from tests.operations.local.conftest import Clients
from tests.operations.local.ecs_world import World

REVISION_ERROR = "AppSpec must have one entry under Resources"


@pytest.fixture
def release(aws: Clients, emulator: Server) -> Release:
    return Release(World(aws, emulator))


def test_group_shows_what_it_was_given(release: Release) -> None:
    members = group_members(release.world)
    tags = members.pop("tags")

    group = release.group()

    assert members.items() <= group.items()
    assert (group["computePlatform"], group["outdatedInstancesStrategy"]) == ("ECS", "UPDATE")
    arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:deploymentgroup:a/g"
    assert release.api.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags


def test_group_and_application_change_and_go(release: Release) -> None:
    release.change_group(
        newDeploymentGroupName="h",
        deploymentConfigName="CodeDeployDefault.ECSCanary10Percent5Minutes",
        alarmConfiguration={"enabled": False, "alarms": []},
    )
    release.api.update_application(applicationName="a", newApplicationName="b")

    group = release.group("b", "h")
    assert group["deploymentConfigName"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    assert group["alarmConfiguration"]["enabled"] is False
    assert group["autoRollbackConfiguration"] == ROLLBACK
    arn = "arn:aws:codedeploy:ap-northeast-2:123456789012:deploymentgroup:b/h"
    release.api.delete_deployment_group(applicationName="b", deploymentGroupName="h")
    assert release.api.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    assert release.api.list_deployment_groups(applicationName="b")["deploymentGroups"] == []
    release.api.delete_application(applicationName="b")
    assert release.api.list_applications()["applications"] == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"ecsServices": [{"clusterName": "c", "serviceName": "no"}]}, "InvalidECSServiceException"),
        (
            {"ecsServices": [{"clusterName": "c", "serviceName": "rolling"}]},
            "CODE_DEPLOY deployment controller",
        ),
        ({"deploymentConfigName": "CodeDeployDefault.ECSNone"}, "DeploymentConfigDoesNotExistException"),
        (
            {"loadBalancerInfo": {"targetGroupPairInfoList": [{"targetGroups": [{"name": "blue"}]}]}},
            "InvalidTargetGroupPairException",
        ),
    ],
)
def test_fails_when_a_group_names_what_cannot_be_deployed(
    release: Release, change: dict[str, Any], error: str
) -> None:
    release.world.create_service(release.first, serviceName="rolling")

    with pytest.raises(ClientError, match=error):
        release.change_group(**change)


def test_predefined_configurations(release: Release) -> None:
    names = release.api.list_deployment_configs()["deploymentConfigsList"]
    shown = [release.api.get_deployment_config(deploymentConfigName=name) for name in names]

    routing = {one["deploymentConfigInfo"]["trafficRoutingConfig"]["type"] for one in shown}
    assert routing == {"AllAtOnce", "TimeBasedCanary", "TimeBasedLinear"}


def test_deployments_are_listed_by_status_and_time(release: Release) -> None:
    first = release.deploy(release.world.register())
    release.world.pass_time(INSTALLED + TERMINATION * 60)
    second = release.deploy(release.world.register())
    group: dict[str, Any] = {"applicationName": "a", "deploymentGroupName": "g"}
    now = datetime.now(UTC)

    assert release.api.list_deployments(**group)["deployments"] == [second, first]
    listed = release.api.list_deployments(**group, includeOnlyStatuses=["Succeeded"])["deployments"]
    assert listed == [first]
    hour = timedelta(hours=1)
    past = release.api.list_deployments(**group, createTimeRange={"end": now - hour})["deployments"]
    present = release.api.list_deployments(**group, createTimeRange={"start": now - hour, "end": now + hour})
    assert (past, len(present["deployments"])) == ([], 2)
    batch = release.api.batch_get_deployments(deploymentIds=[first, second])["deploymentsInfo"]
    assert [one["status"] for one in batch] == ["Succeeded", "Created"]


@pytest.mark.parametrize(
    ("revision", "error"),
    [
        ({}, "RevisionRequiredException"),
        ({"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k"}}, "InvalidRevisionException"),
        ({"content": "not an appspec"}, REVISION_ERROR),
        ({"content": "version: 0.0\nResources: []"}, REVISION_ERROR),
        ({"content": "a: [1"}, REVISION_ERROR),
        ({"content": appspec("app:1").replace("ContainerPort", "Port")}, REVISION_ERROR),
        ({"content": appspec("app:1"), "sha256": "0"}, "sha256 of the AppSpec content does not match"),
    ],
)
def test_fails_when_the_revision_is_none(release: Release, revision: dict[str, Any], error: str) -> None:
    if "content" in revision:
        revision = {"revisionType": "AppSpecContent", "appSpecContent": revision}

    with pytest.raises(ClientError, match=error):
        release.api.create_deployment(applicationName="a", deploymentGroupName="g", revision=revision)


def test_yaml_is_read_too(release: Release) -> None:
    content = f"""
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "{release.first}"
        LoadBalancerInfo: {{ContainerName: app, ContainerPort: 8080}}
        PlatformVersion: "1.4.0"
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets: ["{release.world.network["subnets"][1]}"]
            SecurityGroups: ["{release.world.network["securityGroups"][0]}"]
            AssignPublicIp: DISABLED
"""
    made = release.api.create_deployment(
        applicationName="a",
        deploymentGroupName="g",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )
    release.world.pass_time(INSTALLED + TERMINATION * 60)

    assert release.info(made["deploymentId"])["status"] == "Succeeded"
    assert {task["availabilityZone"] for task in release.world.tasks()} == {"ap-northeast-2c"}
    assert release.world.service()["platformVersion"] == "1.4.0"


def test_fails_when_the_deployment_does_not_exist(release: Release) -> None:
    for call in (
        release.api.get_deployment,
        release.api.stop_deployment,
        release.api.list_deployment_targets,
    ):
        with pytest.raises(ClientError, match="DeploymentDoesNotExistException"):
            call(deploymentId="d-000000000")
    with pytest.raises(ClientError, match="DeploymentGroupDoesNotExistException"):
        release.api.create_deployment(applicationName="a", deploymentGroupName="x", revision={})
