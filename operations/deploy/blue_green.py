"""A deployment by CodeDeploy: new tasks beside the old ones, then the traffic moves."""

from typing import Any

from operations.aws import Aws, explained
from operations.deploy import traffic
from operations.deploy.place import Place
from operations.deploy.watch import Outcome, Sight, at

OVER = ("Succeeded", "Skipped")
"""Statuses of a lifecycle event that is behind."""


def look(aws: Aws, place: Place, deployment: str, *, until_done: bool) -> Sight:
    """Where the deployment stands. It is done when the traffic has moved, or with `until_done` at its end."""
    client = aws.client("codedeploy", place.region)
    # The target first: one that fails between the two reads would show skipped events and no failure yet.
    with explained(f"codedeploy:BatchGetDeploymentTargets of {deployment}"):
        target = traffic.read_target(client, deployment)
    with explained(f"codedeploy:GetDeployment of {deployment}"):
        info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
    return judge(info, target, until_done=until_done)


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
    if not until_done and traffic.has_moved(info, target):
        return Sight(line, news, Outcome.DONE, over=False)
    return Sight(line, news)


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
