"""Whether users are on the new tasks of a CodeDeploy deployment. Reads only.

CodeDeploy documents `instanceTerminationWaitTimeStarted` for that, which may stay false on ECS. The target
tells it instead (CodeDeploy's developers in github.com/aws/containers-roadmap, issue 269).
"""

from typing import Any

Described = dict[str, Any]
"""A part of an answer of CodeDeploy."""

NEEDED = ("AllowTraffic", "AfterAllowTraffic")
"""Users are on the new tasks, and the group's test of that has passed (CodeDeploy user guide, "List of
lifecycle event hooks for an Amazon ECS deployment"). What follows is the wait for the old tasks."""


def read_target(client: Any, deployment: str) -> Described:
    """The service as the deployment sees it; empty before it starts. Errors are the SDK's."""
    try:
        ids = client.list_deployment_targets(deploymentId=deployment)["targetIds"]
    except client.exceptions.DeploymentNotStartedException:
        ids = []
    if not ids:
        return {}
    found = client.batch_get_deployment_targets(deploymentId=deployment, targetIds=ids)
    return dict(found["deploymentTargets"][0].get("ecsTarget", {}))


def look(client: Any, info: Described) -> bool:
    """As `has_moved`, of a described deployment that has not ended. Errors are the SDK's."""
    return has_moved(info, {}) or has_moved(info, read_target(client, info["deploymentId"]))


def has_moved(info: Described, target: Described) -> bool:
    """Whether nothing but the end of the old tasks is left. Pure."""
    statuses = {one["lifecycleEventName"]: one.get("status") for one in target.get("lifecycleEvents", ())}
    # What fails skips the rest, and the deployment itself says so only later.
    passed = all(statuses.get(name) == "Succeeded" for name in NEEDED) and "Failed" not in statuses.values()
    waits = target.get("status") == "Succeeded" or info.get("instanceTerminationWaitTimeStarted")
    return passed or bool(waits)
