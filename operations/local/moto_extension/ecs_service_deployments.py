"""The history of an ECS service: service deployments, and the revisions of the service that they brought.

Moto 5.2.5 has none of ListServiceDeployments, DescribeServiceDeployments and DescribeServiceRevisions. AWS
keeps 90 days of them for services that ECS itself deploys (developer guide, "View service history using
Amazon ECS service deployments"); here they are kept as long as the service.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_fleets import Fleet
from operations.local.moto_extension.ecs_services import RunningService

MOST = 20
"""ARNs that the Describe operations take at once (API reference)."""


def install() -> None:
    """Register the fixes."""
    adopt(EC2ContainerServiceBackend, Backend)
    adopt(EC2ContainerServiceResponse, Responses)


class Backend(EC2ContainerServiceBackend):
    """What AWS keeps."""

    def service_history(self, cluster: str, name: str) -> list[Fleet]:
        """The deployments of a service, newest first."""
        service = self._get_service(cluster, name.rpartition("/")[2])
        return list(reversed(service.history)) if isinstance(service, RunningService) else []

    def fleets_of(self, arns: list[str]) -> dict[str, Fleet]:
        """Every deployment that the ARNs of service deployments or service revisions name."""
        if len(arns) > MOST:
            raise InvalidParameterException(f"At most {MOST} ARNs can be described at a time.")
        services = [one for one in self.services.values() if isinstance(one, RunningService)]
        known = {_arn(fleet, kind): fleet for one in services for fleet in one.history for kind in KINDS}
        return {arn: known[arn] for arn in arns if arn in known}


class Responses(EC2ContainerServiceResponse):
    """What AWS answers."""

    def list_service_deployments(self) -> ActionResult:
        backend: Any = self.ecs_backend
        found = backend.service_history(self._get_param("cluster", "default"), self._get_param("service"))
        wanted = self._get_param("status", [])
        shown = [_brief(one) for one in found if not wanted or _status(one) in wanted]
        return ActionResult({"serviceDeployments": shown[: self._get_param("maxResults", 100)]})

    def describe_service_deployments(self) -> ActionResult:
        return self._described("serviceDeploymentArns", "serviceDeployments", _whole)

    def describe_service_revisions(self) -> ActionResult:
        return self._described("serviceRevisionArns", "serviceRevisions", _revision)

    def _described(self, asked: str, member: str, view: Any) -> ActionResult:
        backend: Any = self.ecs_backend
        arns = self._get_param(asked, [])
        found = backend.fleets_of(arns)
        failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in found]
        return ActionResult({member: [view(one) for one in found.values()], "failures": failures})


KINDS = ("service-deployment", "service-revision")


def _arn(fleet: Fleet, kind: str) -> str:
    service, number = fleet.service, fleet.id.rpartition("/")[2]
    return f"{service.arn_prefix}:{kind}/{service.cluster_name}/{service.name}/{number}"


def _status(fleet: Fleet) -> str:
    if fleet.failed_at is not None:
        if fleet.returned_to is None:
            return "STOPPED"
        return "ROLLBACK_IN_PROGRESS" if _returning(fleet) else "ROLLBACK_SUCCESSFUL"
    if fleet.completed_at is not None:
        return "SUCCESSFUL"
    return "IN_PROGRESS" if fleet is fleet.service.primary else "STOPPED"


def _returning(fleet: Fleet) -> bool:
    back = fleet.returned_to
    return back is fleet.service.primary and back.state != "COMPLETED"


def _common(fleet: Fleet) -> dict[str, Any]:
    ended = fleet.failed_at if fleet.failed_at is not None else fleet.completed_at
    return {
        "serviceDeploymentArn": _arn(fleet, "service-deployment"),
        "serviceArn": fleet.service.arn,
        "clusterArn": fleet.service.cluster_arn,
        "createdAt": CLOCK.date(fleet.created),
        "startedAt": CLOCK.date(fleet.created),
        **({} if ended is None else {"finishedAt": CLOCK.date(ended)}),
        "status": _status(fleet),
    }


def _brief(fleet: Fleet) -> dict[str, Any]:
    return _common(fleet) | {"targetServiceRevisionArn": _arn(fleet, "service-revision")}


def _whole(fleet: Fleet) -> dict[str, Any]:
    back = fleet.returned_to
    rollback = {"serviceRevisionArn": _arn(back, "service-revision"), "reason": fleet.reason} if back else {}
    return _common(fleet) | {
        "sourceServiceRevisions": [{"arn": _arn(one, "service-revision")} for one in fleet.replaces],
        "targetServiceRevision": {
            "arn": _arn(fleet, "service-revision"),
            "requestedTaskCount": fleet.desired,
            "runningTaskCount": fleet.running,
            "pendingTaskCount": len(fleet.tasks) - fleet.running,
        },
        "deploymentConfiguration": fleet.service.options["deploymentConfiguration"],
        **({"rollback": rollback} if rollback else {}),
    }


def _revision(fleet: Fleet) -> dict[str, Any]:
    return {
        "serviceRevisionArn": _arn(fleet, "service-revision"),
        "serviceArn": fleet.service.arn,
        "clusterArn": fleet.service.cluster_arn,
        "taskDefinition": fleet.definition.arn,
        "createdAt": CLOCK.date(fleet.created),
        **fleet.options,
    }
