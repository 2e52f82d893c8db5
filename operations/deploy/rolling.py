"""A deployment that ECS rolls out itself."""

from typing import Any

from operations.aws import Aws
from operations.deploy.place import Place
from operations.deploy.service import describe_service
from operations.deploy.watch import Outcome, Sight, at


def look(aws: Aws, place: Place, deployment: str | None) -> Sight:
    """Where the deployment stands; None is whichever is the service's present one."""
    return judge(describe_service(aws, place), deployment)


def judge(service: dict[str, Any], deployment: str | None) -> Sight:
    """What a described service says of the deployment. Pure."""
    deployments = service["deployments"]
    primary = next(one for one in deployments if one["status"] == "PRIMARY")
    mine = next((one for one in deployments if one["id"] == deployment), None if deployment else primary)
    if mine is None:
        return Sight("", (), Outcome.FAILED, f"it is gone, and {_revision(primary)} runs instead")
    desired, running, failed = service["desiredCount"], mine["runningCount"], mine.get("failedTasks", 0)
    old = sum(one["runningCount"] for one in deployments if one is not mine)
    line = f"{_revision(mine)}: {running} of {desired} tasks running"
    line += f", {failed} failed to start" if failed else ""
    line += f", {old} of another revision" if old else ""
    prefix = f"(service {service['serviceName']}) "
    news = tuple(
        f"{at(event['createdAt'])} {event['message'].removeprefix(prefix)}"
        for event in reversed(service.get("events", ()))
        if event["createdAt"] >= mine["createdAt"]
    )
    state = mine.get("rolloutState")
    if state == "FAILED":
        reason = mine.get("rolloutStateReason") or "ECS gives no reason"
        if primary is not mine:
            reason += f" ECS returns to {_revision(primary)}."
        return Sight(line, news, Outcome.FAILED, reason)
    if primary is not mine:
        return Sight(line, news, Outcome.FAILED, f"a deployment of {_revision(primary)} took its place")
    if state == "COMPLETED" and running == desired:
        return Sight(line, news, Outcome.DONE)
    return Sight(line, news)


def _revision(deployment: dict[str, Any]) -> str:
    return str(deployment["taskDefinition"]).rpartition("/")[2]
