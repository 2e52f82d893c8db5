"""How ECS shows services, deployments, task sets and clusters."""

from typing import Any

from moto.ecs.models import Cluster, EC2ContainerServiceBackend

from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_fleets import Fleet
from operations.local.moto_extension.ecs_services import RunningService
from operations.local.moto_extension.ecs_tasks import ServiceTask

NOT_SHOWN = {"clientToken", "cluster", "serviceConnectConfiguration", "volumeConfigurations", "tags"}
"""Members of CreateService that the service itself does not show."""


def service_view(service: RunningService, *, with_tags: bool = True) -> dict[str, Any]:
    """A service as DescribeServices shows it."""
    shown = {name: value for name, value in service.options.items() if name not in NOT_SHOWN}
    return shown | {
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "status": service.status,
        "desiredCount": service.desired_count,
        "runningCount": sum(fleet.running for fleet in service.fleets),
        "pendingCount": sum(len(fleet.tasks) - fleet.running for fleet in service.fleets),
        "taskDefinition": service.task_definition,
        "loadBalancers": service.load_balancers,
        "roleArn": _role(service) if service.load_balancers else None,
        "createdAt": CLOCK.date(service.born),
        "deployments": [_deployment(fleet, service) for fleet in service.fleets] if service.rolling else [],
        "taskSets": [] if service.rolling else [task_set_view(fleet) for fleet in service.fleets],
        "events": service.events,
        "tags": service.tags if with_tags else None,
    }


def _role(service: RunningService) -> str:
    return f"arn:aws:iam::{service.account_id}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


def _deployment(fleet: Fleet, service: RunningService) -> dict[str, Any]:
    """A deployment of the ECS controller. The ones that are being replaced are ACTIVE."""
    wanted = service.desired_count if fleet is service.primary else fleet.desired
    return fleet.counts() | {
        "desiredCount": wanted,
        "failedTasks": fleet.failed_tasks,
        "rolloutState": fleet.state,
        "rolloutStateReason": fleet.reason,
    }


def task_set_view(fleet: Fleet) -> dict[str, Any]:
    """A task set of CodeDeploy."""
    service = fleet.service
    id_ = fleet.id
    return fleet.counts() | {
        "taskSetArn": f"{service.arn_prefix}:task-set/{service.cluster_name}/{service.name}/{id_}",
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "startedBy": "CODE_DEPLOY",
        "externalId": fleet.external_id,
        "computedDesiredCount": fleet.desired,
        "loadBalancers": fleet.load_balancers,
        "serviceRegistries": [],
        "scale": {"value": 100.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE" if fleet.steady else "STABILIZING",
        "stabilityStatusAt": CLOCK.date(fleet.updated),
    }


def count_tasks(backend: EC2ContainerServiceBackend, cluster: Cluster) -> None:
    """Bring the counts of a cluster up to date."""
    services = [one for one in backend.services.values() if one.cluster_name == cluster.name]
    tasks = list(backend.tasks.get(cluster.name, {}).values())
    cluster.active_services_count = sum(one.status == "ACTIVE" for one in services)
    cluster.running_tasks_count = sum(one.last_status == "RUNNING" for one in tasks)
    cluster.pending_tasks_count = sum(
        isinstance(one, ServiceTask) and one.status == "PENDING" for one in tasks
    )
