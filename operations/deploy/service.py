"""The ECS service and the revisions of its task definition. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.deploy.task_definition import Revision, newest_configuration
from operations.errors import Refused

REVISIONS = 10
"""Newest revisions of the family that are looked at for one that can be used again."""


@dataclass(frozen=True)
class Behind:
    """A load balancer's target group in front of a container's port."""

    target_group_arn: str
    container: str
    port: int


@dataclass(frozen=True)
class Service:
    """The ECS service."""

    controller: str
    desired: int
    running: int
    """Tasks of the running revision."""

    revision_arn: str
    """The running revision; with CodeDeploy that of the primary task set."""

    steady: bool
    deployment: str | None
    """Id of the present rolling deployment; CodeDeploy keeps its own."""

    capacity: tuple[Mapping[str, Any], ...]
    """Capacity provider strategy, as ECS has it."""

    platform_version: str | None
    behind: tuple[Behind, ...]
    subnets: tuple[str, ...]
    maximum_percent: int
    alarms: tuple[str, ...]
    """Alarms that fail a rolling deployment."""

    @property
    def blue_green(self) -> bool:
        return self.controller == "CODE_DEPLOY"


def describe_service(aws: Aws, place: Place) -> dict[str, Any]:
    """The service as ECS describes it; refuses if there is none."""
    client = aws.client("ecs", place.region)
    with explained(f"ecs:DescribeServices of {place.ecs_service}"):
        try:
            found = client.describe_services(cluster=place.cluster, services=[place.ecs_service])["services"]
        except client.exceptions.ClusterNotFoundException:
            found = []
    if not found or found[0]["status"] != "ACTIVE":
        raise Refused(
            f"there is no service {place.ecs_service} in the cluster {place.cluster} ({place.region}); "
            f"deploy the stack {place.environment} first. Nothing was changed."
        )
    service: dict[str, Any] = found[0]
    return service


def read_service(aws: Aws, place: Place) -> Service:
    """The ECS service as it is now."""
    found = describe_service(aws, place)
    controller = found.get("deploymentController", {}).get("type", "ECS")
    blue_green = controller == "CODE_DEPLOY"
    parts = found.get("taskSets" if blue_green else "deployments") or ()
    primary = next((one for one in parts if one["status"] == "PRIMARY"), found)
    running = int(primary.get("runningCount", 0))
    steady = running == found["desiredCount"]
    if not blue_green:
        steady = steady and len(parts) == 1 and primary.get("rolloutState") == "COMPLETED"
    settings = found.get("deploymentConfiguration") or {}
    alarms = settings.get("alarms") or {}
    network = (primary.get("networkConfiguration") or found.get("networkConfiguration") or {}).get(
        "awsvpcConfiguration", {}
    )
    return Service(
        controller=controller,
        desired=found["desiredCount"],
        running=running,
        revision_arn=primary["taskDefinition"],
        steady=steady,
        deployment=None if blue_green else primary.get("id"),
        capacity=tuple(_either(primary, found, "capacityProviderStrategy")),
        platform_version=primary.get("platformVersion") or found.get("platformVersion"),
        behind=tuple(
            Behind(one.get("targetGroupArn", ""), one["containerName"], one["containerPort"])
            for one in _either(primary, found, "loadBalancers")
        ),
        subnets=tuple(network.get("subnets", ())),
        maximum_percent=settings.get("maximumPercent", 200),
        alarms=tuple(alarms.get("alarmNames", ())) if alarms.get("enable") else (),
    )


def _either(primary: dict[str, Any], service: dict[str, Any], member: str) -> list[dict[str, Any]]:
    """CodeDeploy sets it for its task sets, Terraform for the service."""
    return primary.get(member) or service.get(member) or []


def newest_revisions(aws: Aws, place: Place) -> tuple[Revision, ...]:
    """The newest active ones, newest first; more of them if the newest are all of returns and drills."""
    client = aws.client("ecs", place.region)
    with explained(f"ecs:ListTaskDefinitions of {place.family}"):
        # Despite its name, familyPrefix is the whole family (ECS API reference, ListTaskDefinitions).
        arns: list[str] = client.list_task_definitions(
            familyPrefix=place.family, status="ACTIVE", sort="DESC", maxResults=100
        )["taskDefinitionArns"]
    if not arns:
        raise Refused(
            f"{place.family} has no active revision; deploy the stack {place.environment}, which registers "
            "one. Nothing was changed."
        )
    found: list[Revision] = []
    for arn in sorted(arns, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True):
        if len(found) >= REVISIONS and not newest_configuration(found).makeshift:
            break
        found.append(read_revision(aws, place, arn))
    return tuple(found)


def read_revision(aws: Aws, place: Place, arn: str) -> Revision:
    client = aws.client("ecs", place.region)
    with explained(f"ecs:DescribeTaskDefinition of {arn}"):
        answer = client.describe_task_definition(taskDefinition=arn, include=["TAGS"])
    found = answer["taskDefinition"]
    # The SDK knows what may be registered; the rest is what ECS says about the registration.
    members = client.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
    return Revision(
        arn=found["taskDefinitionArn"],
        definition={name: found[name] for name in members if name in found and name != "tags"},
        tags={one["key"]: one["value"] for one in answer.get("tags", ()) if not _reserved(one["key"])},
        active=found.get("status") == "ACTIVE",
    )


def _reserved(tag: str) -> bool:
    """AWS sets these tags itself, and refuses to have them set."""
    return tag.startswith("aws:")
