"""How CodeDeploy shows deployments to ECS and their targets."""

from typing import Any

from operations.local.moto_extension.codedeploy_deployments import Deployment
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_fleets import Fleet


def deployment_view(deployment: Deployment) -> dict[str, Any]:
    """A deployment as GetDeployment shows it."""
    group = deployment.deployment_group
    counted = dict.fromkeys(("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready"), 0)
    counted[deployment.target_status] = 1
    dates = {
        "createTime": deployment.created,
        "startTime": deployment.started,
        "completeTime": deployment.ended,
    }
    return {
        "applicationName": deployment.application.application_name,
        "deploymentGroupName": group.deployment_group_name,
        "deploymentConfigName": str(deployment.deployment_config_name),
        "deploymentId": deployment.deployment_id,
        "previousRevision": deployment.previous,
        "revision": deployment.revision,
        "status": deployment.status,
        "errorInformation": deployment.error or None,
        "deploymentOverview": counted,
        "description": deployment.description,
        "creator": deployment.creator,
        "ignoreApplicationStopFailures": False,
        "autoRollbackConfiguration": deployment.auto_rollback_configuration or None,
        "updateOutdatedInstancesOnly": False,
        "rollbackInfo": deployment.rollback or None,
        "deploymentStyle": group.deployment_style,
        # On ECS it stays so while the old tasks wait, too (github.com/aws/containers-roadmap, issue 269).
        "instanceTerminationWaitTimeStarted": False,
        "blueGreenDeploymentConfiguration": group.blue_green_deployment_configuration,
        "loadBalancerInfo": group.load_balancer_info,
        "fileExistsBehavior": "DISALLOW",
        "deploymentStatusMessages": [],
        "computePlatform": "ECS",
        "overrideAlarmConfiguration": deployment.override_alarm_configuration,
        **{name: CLOCK.date(at) for name, at in dates.items() if at is not None},
    }


def target_id(deployment: Deployment) -> str:
    """Cluster and service, as AWS writes it."""
    named = deployment.deployment_group.ecs_services[0]
    return f"{named['clusterName']}:{named['serviceName']}"


def target_view(deployment: Deployment) -> dict[str, Any]:
    """The only target of a deployment to ECS."""
    backend, named = deployment.backend, deployment.deployment_group.ecs_services[0]
    service = f"service/{named['clusterName']}/{named['serviceName']}"
    target = {
        "deploymentId": deployment.deployment_id,
        "targetId": target_id(deployment),
        "targetArn": f"arn:{backend.partition}:ecs:{backend.region_name}:{backend.account_id}:{service}",
        "lastUpdatedAt": CLOCK.date(deployment.now),
        "lifecycleEvents": [_event(deployment, name) for name in deployment.lifecycle],
        "status": deployment.target_status,
        "taskSetsInfo": _task_sets(deployment),
    }
    return {"deploymentTargetType": "ECSTarget", "ecsTarget": target}


def _event(deployment: Deployment, name: str) -> dict[str, Any]:
    event = deployment.lifecycle[name]
    dates: dict[str, Any] = {key: CLOCK.date(event[key]) for key in ("startTime", "endTime") if key in event}
    shown: dict[str, Any] = {"lifecycleEventName": name, "status": event["status"], **dates}
    if event["status"] == "Failed":
        shown["diagnostics"] = {"errorCode": "UnknownError", "message": event["message"]}
    return shown


def _task_sets(deployment: Deployment) -> list[dict[str, Any]]:
    switch = deployment.switch
    if switch is None:
        return []
    sides: list[tuple[str, Fleet | None, int]] = [
        ("Blue", switch.blue, 100 - switch.percent),
        ("Green", switch.green, switch.percent),
    ]
    return [
        {
            "identifer": fleet.id,
            "desiredCount": fleet.desired,
            "pendingCount": len(fleet.tasks) - fleet.running,
            "runningCount": fleet.running,
            "status": fleet.status,
            "trafficWeight": float(weight),
            "targetGroup": {"name": fleet.target_group_arn.split("/")[1]},
            "taskSetLabel": label,
        }
        for label, fleet, weight in sides
        if fleet is not None and fleet in fleet.service.fleets
    ]
