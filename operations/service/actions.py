"""What plans do and ask on this machine: looks that judge, and the return to a revision. Safe to repeat."""

import time
from collections.abc import Mapping
from typing import Any

from operations.aws import Aws, explained
from operations.deploy import appspec, blue_green, reasons, rolling
from operations.deploy.group import deployment_under_way, traffic_moved
from operations.deploy.place import Place
from operations.deploy.service import Service, describe_service, read_service
from operations.deploy.watch import Outcome, Sight
from operations.engine.context import Context
from operations.errors import HybridError
from operations.service.history import AUTOMATIC, name, task_definition

PAUSE = 1.0
"""Seconds between two looks while a deployment ends."""

NEWEST = 10
"""Deployments among which one that was just made is looked for."""


def look(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Where a deployment stands: `outcome`, and a `line` for people."""
    aws, place = context.aws, Place(**params["place"])
    if params["blue_green"]:
        sight = blue_green.look(aws, place, params["deployment"], until_done=False)
    else:
        sight = rolling.look(aws, place, params["deployment"])
    return {
        "outcome": sight.outcome and str(sight.outcome),
        "line": _line(aws, place, params["revision"], sight),
    }


def _line(aws: Aws, place: Place, revision: str, sight: Sight) -> str:
    if sight.outcome is not Outcome.FAILED:
        return sight.line
    since = describe_service(aws, place)["createdAt"]
    causes = reasons.stopped_tasks(aws, place, revision, since)
    return "; ".join([sight.reason, *(f"stopped tasks: {text}" for text in causes)])


def find_deployment(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The CodeDeploy deployment that this run made, if its call arrived."""
    place = Place(**params["place"])
    client = context.aws.client("codedeploy", place.region)
    with explained(f"codedeploy:ListDeployments of {place.family}"):
        ids = client.list_deployments(applicationName=place.family, deploymentGroupName=place.family)[
            "deployments"
        ][:NEWEST]
        found = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
    mine = (one for one in found if str(one.get("description", "")).endswith(f"run {params['run']}"))
    return {"deploymentId": next((one["deploymentId"] for one in mine), None)}


def settled(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Whether users have the revision, its tasks are healthy, and nothing else comes."""
    aws, place, revision = context.aws, Place(**params["place"]), params["revision"]
    service = read_service(aws, place)
    if service.blue_green:
        other = deployment_under_way(aws, place)
        calm = other is None or (task_definition(other) == revision and traffic_moved(aws, place, other))
        steady = service.running == service.desired
    else:
        calm = True
        steady = rolling.look(aws, place, None).outcome is Outcome.DONE
    healthy, _ = targets(aws, place, service)
    runs = f"{name(service.revision_arn)}: {service.running} of {service.desired} tasks run"
    right = service.revision_arn == revision
    well = healthy >= service.desired or not service.behind
    return {"settled": right and calm and steady and well, "line": f"{runs}, {healthy} healthy"}


def targets(aws: Aws, place: Place, service: Service) -> tuple[int, int]:
    """Healthy targets of the running tasks, and all."""
    arns = [one.target_group_arn for one in service.behind if one.target_group_arn]
    states: list[str] = []
    for arn in arns[:1]:
        with explained(f"elasticloadbalancing:DescribeTargetHealth of {arn}"):
            found = aws.client("elbv2", place.region).describe_target_health(TargetGroupArn=arn)
        states = [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]
    return states.count("healthy"), len(states)


def stop(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Stop a CodeDeploy deployment; bring `back` what ran before if the deployment was faster.

    Raises:
        HybridError: it completed, and users have something else by now: nobody asked to stop that.
    """
    aws, place, id_, back = context.aws, Place(**params["place"]), params["deployment"], params["back"]
    client = aws.client("codedeploy", place.region)
    _stop(aws, place, id_)
    with explained(f"codedeploy:GetDeployment of {id_}"):
        stopped = client.get_deployment(deploymentId=id_)["deploymentInfo"]
    if stopped["status"] != "Succeeded":
        return {"how": f"CodeDeploy returns to {name(back)}"}
    running = read_service(aws, place).revision_arn
    if running not in (back, task_definition(stopped)):
        raise HybridError(
            f"{id_} completed before it could be stopped, and {place.service} runs {name(running)} by now; "
            f"go back with `hybrid service rollback {place.service} --env {place.environment}`"
        )
    return return_to(context, {"place": params["place"], "to": back})


def return_to(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Set out for a revision, whatever is under way. The end is waited for elsewhere."""
    aws, place, to = context.aws, Place(**params["place"]), params["to"]
    service = read_service(aws, place)
    if not service.blue_green:
        with explained(f"ecs:UpdateService of {place.ecs_service}"):
            aws.client("ecs", place.region).update_service(
                cluster=place.cluster, service=place.ecs_service, taskDefinition=to
            )
        return {"how": "ECS replaces the tasks"}
    while True:
        other = deployment_under_way(aws, place)
        if other is None:
            if read_service(aws, place).revision_arn == to:
                return {"how": f"{name(to)} runs"}
            if made := _create(aws, place, service, to):
                return {"how": f"{made} brings it"}
        elif task_definition(other) == to:
            return {"how": f"{other['deploymentId']} brings it"}
        elif other.get("creator") != AUTOMATIC:
            _stop(aws, place, other["deploymentId"])
        if context.remaining() < PAUSE:
            raise HybridError(f"another deployment does not end, so {name(to)} cannot be brought back yet")
        time.sleep(PAUSE)


def _stop(aws: Aws, place: Place, deployment: str) -> None:
    client = aws.client("codedeploy", place.region)
    with explained(f"codedeploy:StopDeployment of {deployment}"):
        try:
            client.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
        except client.exceptions.DeploymentAlreadyCompletedException:
            return


def _create(aws: Aws, place: Place, service: Service, to: str) -> str | None:
    """None if CodeDeploy began another one meanwhile, such as its own return."""
    client = aws.client("codedeploy", place.region)
    with explained(f"codedeploy:CreateDeployment of {place.family}"):
        try:
            made = client.create_deployment(
                applicationName=place.family,
                deploymentGroupName=place.family,
                revision=appspec.revision(appspec.content(service, to)),
                description=f"hybrid, back to {name(to)}",
                # What runs may be what makes them ring.
                overrideAlarmConfiguration={"enabled": False},
            )
        except client.exceptions.DeploymentLimitExceededException:
            return None
    return str(made["deploymentId"])


ACTIONS = {
    "look": look,
    "find-deployment": find_deployment,
    "settled": settled,
    "stop": stop,
    "return": return_to,
}
