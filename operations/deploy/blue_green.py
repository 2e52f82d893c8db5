"""A deployment by CodeDeploy: new tasks beside the old ones, then the traffic moves."""

from typing import Any

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.deploy.watch import Outcome, Sight, at

OVER = ("Succeeded", "Skipped")
"""Statuses of a lifecycle event that is behind."""

LAST_BEFORE_THE_END = "AfterAllowTraffic"
"""Users are on the new tasks, and the group's test of that has passed (CodeDeploy user guide, "List of
lifecycle event hooks for an Amazon ECS deployment"). What follows is the wait for the old tasks."""


def look(aws: Aws, place: Place, deployment: str, *, until_done: bool) -> Sight:
    """Where the deployment stands. It is done when the traffic has moved, or with `until_done` at its end."""
    client = aws.client("codedeploy", place.region)
    # The target first: one that fails between the two reads would show skipped events and no failure yet.
    target = _target(client, deployment)
    with explained(f"codedeploy:GetDeployment of {deployment}"):
        info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
    return judge(info, target, until_done=until_done)


def _target(client: Any, deployment: str) -> dict[str, Any]:
    """The service as the deployment sees it; empty before it starts."""
    with explained(f"codedeploy:ListDeploymentTargets of {deployment}"):
        try:
            ids = client.list_deployment_targets(deploymentId=deployment)["targetIds"]
        except client.exceptions.DeploymentNotStartedException:
            ids = []
    if not ids:
        return {}
    with explained(f"codedeploy:BatchGetDeploymentTargets of {deployment}"):
        found = client.batch_get_deployment_targets(deploymentId=deployment, targetIds=ids)
    return dict(found["deploymentTargets"][0].get("ecsTarget", {}))


def judge(info: dict[str, Any], target: dict[str, Any], *, until_done: bool) -> Sight:
    """What a described deployment and its target say. Pure."""
    status, events = info["status"], target.get("lifecycleEvents", [])
    news = tuple(_told(event) for event in events if event.get("status") in (*OVER, "Failed"))
    line = f"{info['deploymentId']} {status}{_doing(events)}{_tasks(target)}"
    if status == "Ready":
        line += ": it waits for somebody to continue it"
    if status == "Succeeded":
        return Sight(line, news, Outcome.DONE)
    if status in ("Failed", "Stopped"):
        return Sight(line, news, Outcome.FAILED, _reason(info, events))
    if not until_done and traffic_moved(info, events):
        return Sight(line, news, Outcome.DONE, over=False)
    return Sight(line, news)


def traffic_moved(info: dict[str, Any], events: list[dict[str, Any]]) -> bool:
    """Whether users are on the new tasks, and nothing but the end of the old ones is left."""
    done = any(e["lifecycleEventName"] == LAST_BEFORE_THE_END and e.get("status") in OVER for e in events)
    return done or bool(info.get("instanceTerminationWaitTimeStarted"))


def _told(event: dict[str, Any]) -> str:
    time = at(event.get("endTime") or event.get("startTime"))
    text = f"{time} {event['lifecycleEventName']}: {event['status']}"
    message = (event.get("diagnostics") or {}).get("message")
    return f"{text}: {message}" if event["status"] == "Failed" and message else text


def _doing(events: list[dict[str, Any]]) -> str:
    return next((f", {e['lifecycleEventName']}" for e in events if e.get("status") == "InProgress"), "")


def _tasks(target: dict[str, Any]) -> str:
    """The new tasks; AWS spells the name of the label so."""
    green = next((one for one in target.get("taskSetsInfo", ()) if one.get("taskSetLabel") == "Green"), None)
    if green is None:
        return ""
    running, desired = green.get("runningCount", 0), green.get("desiredCount", 0)
    return f", {running} of {desired} new tasks running, {green.get('trafficWeight', 0):g} % of the traffic"


def _reason(info: dict[str, Any], events: list[dict[str, Any]]) -> str:
    error = info.get("errorInformation") or {}
    failed = next((e for e in events if e.get("status") == "Failed"), None)
    reason = ": ".join(text for text in (error.get("code"), error.get("message")) if text)
    if not reason:
        reason = f"{failed['lifecycleEventName']} failed" if failed else f"it was {info['status'].lower()}"
    rollback = info.get("rollbackInfo") or {}
    if rollback.get("rollbackDeploymentId"):
        reason += f". CodeDeploy returns to the old tasks with {rollback['rollbackDeploymentId']}"
    elif rollback.get("rollbackMessage"):
        reason += f". {rollback['rollbackMessage']}"
    return reason
