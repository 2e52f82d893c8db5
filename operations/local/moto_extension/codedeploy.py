"""CodeDeploy deployments to ECS.

Moto 5.2.5 keeps a deployment and does nothing with it; it has neither StopDeployment nor ContinueDeployment
nor deployment targets, and starts any number of deployments of a group at a time.
"""

from datetime import UTC, datetime
from typing import Any

from moto.codedeploy import responses
from moto.codedeploy.exceptions import (
    CodeDeployException,
    DeploymentDoesNotExistException,
    DeploymentGroupNameRequiredException,
    InvalidTimeRangeException,
)
from moto.codedeploy.models import CodeDeployBackend, DeploymentInfo
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult

from operations.local.moto_extension import codedeploy_configs, codedeploy_revisions
from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.codedeploy_deployments import Deployment
from operations.local.moto_extension.codedeploy_views import deployment_view, target_id, target_view
from operations.local.moto_extension.ecs_clock import CLOCK

_list_deployments = CodeDeployBackend.list_deployments
_deployment_info = responses._deployment_info


def install() -> None:
    """Register the fixes."""
    vars(responses)["_deployment_info"] = _view
    adopt(CodeDeployBackend, Backend)
    adopt(CodeDeployResponse, Responses)


class Refusal(CodeDeployException):
    """The first argument is AWS's code."""


def _view(deployment: DeploymentInfo) -> dict[str, Any]:
    return deployment_view(deployment) if isinstance(deployment, Deployment) else _deployment_info(deployment)


class Backend(CodeDeployBackend):
    """What AWS keeps and does."""

    def start_deployment(self, options: dict[str, Any]) -> Deployment:
        """CreateDeployment on ECS, with the members of its request."""
        name = options.get("deploymentGroupName")
        if not name:
            raise DeploymentGroupNameRequiredException("Deployment group name is required.")
        group = self.get_deployment_group(options["applicationName"], name)
        options["revision"] = codedeploy_revisions.completed(options.get("revision"))
        codedeploy_revisions.target_of(options["revision"])
        codedeploy_configs.step_of(str(options.get("deploymentConfigName") or group.deployment_config_name))
        for other in self.deployments.values():
            if isinstance(other, Deployment) and other.deployment_group is group and other.active:
                raise Refusal(
                    "DeploymentLimitExceededException",
                    f"The Deployment Group '{name}' already has an active Deployment '{other.deployment_id}'",
                )
        deployment = Deployment(self, group, options)
        self.deployments[deployment.deployment_id] = deployment
        return deployment

    def list_deployments(
        self,
        application_name: str,
        deployment_group_name: str,
        external_id: str,
        include_only_statuses: list[str],
        create_time_range: dict[str, datetime],
    ) -> list[str]:
        names = application_name, deployment_group_name
        found = _list_deployments(self, *names, external_id, include_only_statuses, {})
        start, end = (_seconds(create_time_range.get(name)) for name in ("start", "end"))
        if start is not None and end is not None and start > end:
            raise InvalidTimeRangeException

        def created(id_: str) -> float:
            return _seconds(self.deployments[id_].create_time) or 0.0

        return [
            id_
            for id_ in reversed(found)
            if (start is None or created(id_) >= start) and (end is None or created(id_) <= end)
        ]

    def running(self, id_: str) -> Deployment:
        """A deployment to ECS."""
        found = self.get_deployment(id_)
        if not isinstance(found, Deployment):
            raise DeploymentDoesNotExistException(f"The deployment {id_} is not one to ECS.")
        return found

    def unfinished(self, id_: str) -> Deployment:
        """One that is not over."""
        found = self.running(id_)
        if not found.active:
            raise Refusal(
                "DeploymentAlreadyCompletedException",
                f"The deployment {id_} has already completed: {found.status}",
            )
        return found

    def stop_deployment(self, id_: str, auto_rollback: bool | None) -> Deployment:
        """StopDeployment. Without `auto_rollback` the configuration decides."""
        found = self.unfinished(id_)
        found.now = max(found.now, CLOCK.now)
        found.end("Stopped", "MANUAL_STOP", "The deployment was stopped by a user.")
        found.roll_back("DEPLOYMENT_STOP_ON_REQUEST", forced=auto_rollback)
        return found

    def continue_deployment(self, id_: str, kind: str) -> None:
        """ContinueDeployment."""
        found = self.unfinished(id_)
        if kind == "READY_WAIT" and found.status != "Ready":
            raise Refusal(
                "DeploymentIsNotInReadyStateException", f"The deployment {id_} is not in the Ready state."
            )
        if kind == "TERMINATION_WAIT" and not found.instance_termination_wait_time_started:
            raise Refusal(
                "InvalidDeploymentStatusException",
                f"The deployment {id_} does not wait for the end of its tasks.",
            )
        found.go_on(kind)


def _seconds(date: datetime | float | None) -> float | None:
    if isinstance(date, datetime):
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return date


class Responses(CodeDeployResponse):
    """What AWS answers."""

    @property
    def _own(self) -> Any:
        return self.codedeploy_backend

    def create_deployment(self) -> ActionResult:
        options = {name: value for name, value in self._get_params().items() if value is not None}
        if self.codedeploy_backend.get_application(options["applicationName"]).compute_platform != "ECS":
            raise NotImplementedError("CreateDeployment to another compute platform than ECS")
        return ActionResult({"deploymentId": self._own.start_deployment(options).deployment_id})

    def stop_deployment(self) -> ActionResult:
        self._own.stop_deployment(self._get_param("deploymentId"), self._get_param("autoRollbackEnabled"))
        return ActionResult({"status": "Succeeded", "statusMessage": "No more tasks will be scheduled."})

    def continue_deployment(self) -> EmptyResult:
        kind = self._get_param("deploymentWaitType") or "READY_WAIT"
        self._own.continue_deployment(self._get_param("deploymentId"), kind)
        return EmptyResult()

    def list_deployment_targets(self) -> ActionResult:
        return ActionResult({"targetIds": [target_id(self._started())]})

    def get_deployment_target(self) -> ActionResult:
        return ActionResult({"deploymentTarget": self._target(self._get_param("targetId"))})

    def batch_get_deployment_targets(self) -> ActionResult:
        names = self._get_param("targetIds") or [target_id(self._started())]
        return ActionResult({"deploymentTargets": [self._target(name) for name in names]})

    def _started(self) -> Deployment:
        deployment: Deployment = self._own.running(self._get_param("deploymentId"))
        if deployment.started is None:
            raise Refusal("DeploymentNotStartedException", "The deployment has not started yet.")
        return deployment

    def _target(self, name: str) -> dict[str, Any]:
        deployment = self._started()
        if name != target_id(deployment):
            raise Refusal(
                "DeploymentTargetDoesNotExistException", f"The deployment target {name} does not exist."
            )
        return target_view(deployment)
