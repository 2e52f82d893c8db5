"""The CodeDeploy deployment group of a service. Reads only."""

from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, explained
from operations.deploy import traffic
from operations.deploy.place import Place
from operations.errors import Refused

UNDER_WAY = ["Created", "Queued", "InProgress", "Baking", "Ready"]
"""Statuses in which a deployment keeps others away (CodeDeploy API reference, DeploymentInfo)."""

RELEASE = "hybrid deploy:"
"""What descriptions of deployments begin with that `hybrid deploy` made: they are no returns."""


@dataclass(frozen=True)
class UnderWay:
    """A CodeDeploy deployment that has not ended."""

    id: str
    traffic_moved: bool
    """Users are on the new tasks; the old ones wait for their end."""


@dataclass(frozen=True)
class Group:
    """The CodeDeploy deployment group."""

    name: str
    config: str
    termination_minutes: int
    alarms: tuple[str, ...]
    target_groups: tuple[str, ...]
    under_way: UnderWay | None


def read_group(aws: Aws, place: Place) -> Group:
    client = aws.client("codedeploy", place.region)
    known = client.exceptions
    with explained(f"codedeploy:GetDeploymentGroup of {place.family}"):
        try:
            found = client.get_deployment_group(
                applicationName=place.family, deploymentGroupName=place.family
            )["deploymentGroupInfo"]
        except (known.ApplicationDoesNotExistException, known.DeploymentGroupDoesNotExistException):
            found = None
    if found is None:
        raise Refused(
            f"CodeDeploy has no deployment group {place.family} ({place.region}); deploy the stack "
            f"{place.environment} first. Nothing was changed."
        )
    terminate = found.get("blueGreenDeploymentConfiguration", {}).get(
        "terminateBlueInstancesOnDeploymentSuccess", {}
    )
    alarms = found.get("alarmConfiguration") or {}
    pairs = found.get("loadBalancerInfo", {}).get("targetGroupPairInfoList") or [{}]
    return Group(
        name=place.family,
        config=found["deploymentConfigName"],
        termination_minutes=terminate.get("terminationWaitTimeInMinutes", 0),
        alarms=tuple(one["name"] for one in alarms.get("alarms", ())) if alarms.get("enabled") else (),
        target_groups=tuple(one["name"] for one in pairs[0].get("targetGroups", ())),
        under_way=_summary(aws, place, deployment_under_way(aws, place)),
    )


def deployment_under_way(aws: Aws, place: Place) -> dict[str, Any] | None:
    """The CodeDeploy deployment that has not ended, as CodeDeploy describes it. It keeps others away."""
    client = aws.client("codedeploy", place.region)
    with explained(f"codedeploy:ListDeployments of {place.family}"):
        ids = client.list_deployments(
            applicationName=place.family,
            deploymentGroupName=place.family,
            includeOnlyStatuses=UNDER_WAY,
        )["deployments"]
    if not ids:
        return None
    with explained(f"codedeploy:GetDeployment of {ids[0]}"):
        return dict(client.get_deployment(deploymentId=ids[0])["deploymentInfo"])


def traffic_moved(aws: Aws, place: Place, deployment: dict[str, Any]) -> bool:
    """Whether users are on the new tasks of a described deployment that has not ended."""
    with explained(f"codedeploy:BatchGetDeploymentTargets of {deployment['deploymentId']}"):
        return traffic.look(aws.client("codedeploy", place.region), deployment)


def _summary(aws: Aws, place: Place, deployment: dict[str, Any] | None) -> UnderWay | None:
    if deployment is None:
        return None
    return UnderWay(deployment["deploymentId"], traffic_moved(aws, place, deployment))
