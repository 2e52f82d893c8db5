"""What a service ran, when, and what it ran before. Reads only.

CodeDeploy keeps its deployments; ECS keeps the ones it rolls out itself for 90 days (ECS developer guide,
"View service history using Amazon ECS service deployments").
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import yaml

from operations.aws import Aws, explained
from operations.deploy.group import RELEASE, UNDER_WAY, traffic_moved
from operations.deploy.place import Place

MOST_CODEDEPLOY, MOST_ECS = 25, 20
"""What BatchGetDeployments and DescribeServiceDeployments take at once: as far back as this looks."""

ECS_UNDER_WAY = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")

AUTOMATIC = "codeDeployRollback"
"""Creator of a deployment that CodeDeploy makes to return (API reference, DeploymentInfo, "creator")."""


class State(StrEnum):
    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"
    RETURNED = "rolled back"
    """ECS went back to what ran before, by itself."""


@dataclass(frozen=True)
class Past:
    """One deployment of a service."""

    id: str
    revision: str
    """ARN of the task definition that it brought; empty if nobody knows."""

    replaced: str
    """ARN of the one before; empty if nobody knows."""

    state: State
    began: datetime
    ended: datetime | None = None
    automatic: bool = False
    """CodeDeploy made it, to return from one that failed or was stopped."""

    traffic_moved: bool = False
    """Under way, but users are on the new tasks already."""

    released: bool = False
    """`hybrid deploy` made it, so that it is no return, whatever it brought. ECS keeps no such thing."""


def read_history(aws: Aws, place: Place, service: dict[str, Any]) -> tuple[Past, ...]:
    """Deployments of a described service, newest first."""
    if service.get("deploymentController", {}).get("type") == "CODE_DEPLOY":
        return _by_codedeploy(aws, place, service)
    return _by_ecs(aws, place)


def name(arn: str) -> str:
    """Family and number of a task definition: `orders-prod:7`."""
    return arn.rpartition("/")[2]


def task_definition(deployment: dict[str, Any]) -> str:
    """ARN that the AppSpec of a CodeDeploy deployment names; empty if it is kept elsewhere, such as in S3."""
    revision = deployment.get("revision") or {}
    content = (revision.get("appSpecContent") or revision.get("string") or {}).get("content", "")
    try:
        [resource] = yaml.safe_load(content)["Resources"]
        return str(resource["TargetService"]["Properties"]["TaskDefinition"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return ""


def blue(service: dict[str, Any], deployment: str) -> str:
    """ARN of what runs beside the new tasks of a CodeDeploy deployment."""
    # ECS developer guide, TaskSet: externalId is the id of the CodeDeploy deployment that made the task set.
    others = [one for one in service.get("taskSets", ()) if one.get("externalId") != deployment]
    primary = next((one for one in others if one["status"] == "PRIMARY"), others[0] if others else None)
    return str(primary["taskDefinition"]) if primary else ""


def _by_codedeploy(aws: Aws, place: Place, service: dict[str, Any]) -> tuple[Past, ...]:
    client = aws.client("codedeploy", place.region)
    with explained(f"codedeploy:ListDeployments of {place.family}"):
        ids = client.list_deployments(applicationName=place.family, deploymentGroupName=place.family)[
            "deployments"
        ][:MOST_CODEDEPLOY]
        found = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
    pasts: list[Past] = []
    before = ""
    newest_first = {id_: number for number, id_ in enumerate(ids)}
    for one in sorted(found, key=lambda one: (one["createTime"], -newest_first[one["deploymentId"]])):
        state = _state(one["status"])
        revision = task_definition(one)
        replaced = blue(service, one["deploymentId"]) if state is State.UNDER_WAY else before
        if state is State.DONE and revision:
            before = revision
        pasts.append(
            Past(
                one["deploymentId"],
                revision,
                replaced,
                state,
                one["createTime"],
                one.get("completeTime"),
                one.get("creator") == AUTOMATIC,
                state is State.UNDER_WAY and traffic_moved(aws, place, one),
                str(one.get("description", "")).startswith(RELEASE),
            )
        )
    return tuple(reversed(pasts))


def _state(status: str) -> State:
    if status in UNDER_WAY:
        return State.UNDER_WAY
    return State.DONE if status == "Succeeded" else State.FAILED


def _by_ecs(aws: Aws, place: Place) -> tuple[Past, ...]:
    client = aws.client("ecs", place.region)
    with explained(f"ecs:ListServiceDeployments of {place.ecs_service}"):
        briefs = client.list_service_deployments(
            cluster=place.cluster, service=place.ecs_service, maxResults=100
        )["serviceDeployments"]
    newest = sorted(briefs, key=_created, reverse=True)[:MOST_ECS]
    arns = [one["serviceDeploymentArn"] for one in newest]
    if not arns:
        return ()
    with explained(f"ecs:DescribeServiceDeployments of {place.ecs_service}"):
        found = client.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
    found.sort(key=_created, reverse=True)
    sources = {one["serviceDeploymentArn"]: _source(one) for one in found}
    targets = [one["targetServiceRevision"]["arn"] for one in found]
    definitions = _definitions(client, [*targets, *sources.values()])
    pasts = [
        Past(
            one["serviceDeploymentArn"].rpartition("/")[2],
            definitions.get(target, ""),
            definitions.get(sources[one["serviceDeploymentArn"]], ""),
            _ecs_state(one["status"]),
            one["createdAt"],
            one.get("finishedAt"),
        )
        for one, target in zip(found, targets, strict=True)
    ]
    if pasts[0].state is State.UNDER_WAY:
        # It may have taken the place of another that was under way, too: what was completed counts.
        completed = (one for one in pasts[1:] if one.state in (State.DONE, State.RETURNED))
        for one in completed:
            before = one.revision if one.state is State.DONE else one.replaced
            return (replace(pasts[0], replaced=before or pasts[0].replaced), *pasts[1:])
    return tuple(pasts)


def _created(deployment: dict[str, Any]) -> datetime:
    created: datetime = deployment["createdAt"]
    return created


def _source(deployment: dict[str, Any]) -> str:
    """The revision of the service that a return leads to; with several, ECS names the one itself."""
    back = (deployment.get("rollback") or {}).get("serviceRevisionArn")
    sources = [str(one["arn"]) for one in deployment.get("sourceServiceRevisions") or ()]
    return str(back or (sources[-1] if sources else ""))


def _ecs_state(status: str) -> State:
    if status in ECS_UNDER_WAY:
        return State.UNDER_WAY
    return {"SUCCESSFUL": State.DONE, "ROLLBACK_SUCCESSFUL": State.RETURNED}.get(status, State.FAILED)


def _definitions(client: Any, revisions: Iterable[str]) -> dict[str, str]:
    """Task definition by service revision."""
    wanted = sorted({one for one in revisions if one})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), MOST_ECS):
        with explained("ecs:DescribeServiceRevisions"):
            answer = client.describe_service_revisions(serviceRevisionArns=wanted[start : start + MOST_ECS])
        found |= {one["serviceRevisionArn"]: one["taskDefinition"] for one in answer["serviceRevisions"]}
    return found
