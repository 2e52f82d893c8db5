"""CodeDeploy applications and deployment groups, for ECS.

Moto 5.2.5 cannot change or delete either, forgets the alarms of a group, takes any service for one that
CodeDeploy may deploy, and draws ids that a replayed recording does not repeat.
"""

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.codedeploy import models, responses
from moto.codedeploy.exceptions import ApplicationAlreadyExistsException, CodeDeployException
from moto.codedeploy.exceptions import DeploymentGroupAlreadyExistsException as GroupAlreadyExists
from moto.codedeploy.models import CodeDeployBackend, DeploymentGroup
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.ecs.models import ecs_backends
from moto.moto_api._internal import mock_random

from operations.local.moto_extension import codedeploy_configs
from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_services import RunningService
from operations.local.moto_extension.elbv2_traffic import target_group_arn

MEMBERS = {
    "deploymentConfigName": "deployment_config_name",
    "serviceRoleArn": "service_role_arn",
    "triggerConfigurations": "trigger_configurations",
    "alarmConfiguration": "alarm_configuration",
    "autoRollbackConfiguration": "auto_rollback_configuration",
    "outdatedInstancesStrategy": "outdated_instances_strategy",
    "deploymentStyle": "deployment_style",
    "blueGreenDeploymentConfiguration": "blue_green_deployment_configuration",
    "loadBalancerInfo": "load_balancer_info",
    "ecsServices": "ecs_services",
    "terminationHookEnabled": "termination_hook_enabled",
}
"""What UpdateDeploymentGroup may change on ECS, and what moto calls it."""

_create_deployment_group = CodeDeployBackend.create_deployment_group
_deployment_group_info = responses._deployment_group_info


def install() -> None:
    """Register the fixes."""
    # It has uuid4 as well.
    vars(models)["uuid"] = mock_random
    vars(responses)["_deployment_group_info"] = group_view
    adopt(CodeDeployBackend, Backend)
    adopt(CodeDeployResponse, Responses)


class InvalidGroup(CodeDeployException):
    """The group names something that cannot be deployed."""


def group_view(group: DeploymentGroup) -> dict[str, Any]:
    """A group as GetDeploymentGroup shows it."""
    alarms: Any = group.alarm_configuration
    deployments: list[Any] = vars(group).get("deployments", [])
    last = deployments[-1] if deployments else None
    succeeded = next((one for one in reversed(deployments) if one.status == "Succeeded"), None)
    return _deployment_group_info(group) | {
        "alarmConfiguration": alarms or {"enabled": False, "ignorePollAlarmFailure": False, "alarms": []},
        "autoRollbackConfiguration": group.auto_rollback_configuration or {"enabled": False, "events": []},
        "targetRevision": succeeded.revision if succeeded else None,
        "lastSuccessfulDeployment": succeeded.summary() if succeeded else None,
        "lastAttemptedDeployment": last.summary() if last else None,
        "terminationHookEnabled": bool(group.termination_hook_enabled),
        "outdatedInstancesStrategy": group.outdated_instances_strategy or "UPDATE",
    }


class Backend(CodeDeployBackend):
    """What AWS keeps."""

    def create_deployment_group(self, **named: Any) -> str:  # type: ignore[override]
        application = self.get_application(named["application_name"])
        if application.compute_platform == "ECS":
            named["deployment_config_name"] = (
                named.get("deployment_config_name") or f"{codedeploy_configs.PREFIX}AllAtOnce"
            )
            self._check_group(
                {name: named.get(own) for name, own in MEMBERS.items() if named.get(own) is not None}
            )
        return _create_deployment_group(self, **named)

    def update_deployment_group(self, application: str, name: str, changes: dict[str, Any]) -> None:
        """UpdateDeploymentGroup, with the members of its request."""
        group = self.get_deployment_group(application, name)
        if self.get_application(application).compute_platform == "ECS":
            self._check_group(changes)
        groups, new = self.deployment_groups[application], changes.get("newDeploymentGroupName") or name
        if new != name and new in groups:
            raise GroupAlreadyExists(f"Deployment group {new} already exists.")
        for member, own in MEMBERS.items():
            if member in changes:
                setattr(group, own, changes[member])
        group.deployment_group_name = new
        groups[new] = groups.pop(name)
        old, arn = (self._deployment_group_arn(application, one) for one in (name, new))
        if old != arn:
            self.tagger.copy_tags(old, arn)
            self.tagger.delete_all_tags_for_resource(old)

    def delete_deployment_group(self, application: str, name: str) -> None:
        """Gone with its tags; a group that does not exist is none to delete."""
        self.deployment_groups.get(application, {}).pop(name, None)
        self.tagger.delete_all_tags_for_resource(self._deployment_group_arn(application, name))

    def update_application(self, name: str, new: str) -> None:
        """Rename it."""
        application = self.get_application(name)
        if new in self.applications:
            raise ApplicationAlreadyExistsException(f"The application {new} already exists.")
        application.application_name = new
        self.applications[new] = self.applications.pop(name)
        self.deployment_groups[new] = self.deployment_groups.pop(name, {})
        self.tagger.copy_tags(self._application_arn(name), self._application_arn(new))
        self.tagger.delete_all_tags_for_resource(self._application_arn(name))

    def delete_application(self, name: str) -> None:
        """With its groups and deployments (user guide, "Delete an application")."""
        self.applications.pop(name, None)
        for group in list(self.deployment_groups.pop(name, {})):
            self.tagger.delete_all_tags_for_resource(self._deployment_group_arn(name, group))
        self.tagger.delete_all_tags_for_resource(self._application_arn(name))
        for id_ in [id_ for id_, one in self.deployments.items() if one.application_name == name]:
            del self.deployments[id_]

    def alarms_of(self, configuration: dict[str, Any] | None) -> list[str]:
        """The names of the alarms of a configuration that are in alarm."""
        if not configuration or not configuration.get("enabled"):
            return []
        known = cloudwatch_backends[self.account_id][self.region_name].alarms
        names = [one["name"] for one in configuration.get("alarms") or ()]
        return [name for name in names if name in known and known[name].state_value == "ALARM"]

    def service_of(self, named: dict[str, str]) -> RunningService | None:
        """The active service that an entry of ecsServices names."""
        services = ecs_backends[self.account_id][self.region_name].services
        found = services.get(
            f"{named['clusterName'].rpartition('/')[2]}:{named['serviceName'].rpartition('/')[2]}"
        )
        return found if isinstance(found, RunningService) and found.status == "ACTIVE" else None

    def _check_group(self, members: dict[str, Any]) -> None:
        if name := members.get("deploymentConfigName"):
            codedeploy_configs.step_of(name)
        for named in members.get("ecsServices") or ():
            service = self.service_of(named)
            if service is None:
                raise InvalidGroup(
                    "InvalidECSServiceException",
                    f"The ECS service {named['serviceName']} does not exist in {named['clusterName']}.",
                )
            if service.deployment_controller["type"] != "CODE_DEPLOY":
                raise InvalidGroup(
                    "InvalidECSServiceException",
                    "Deployment group's ECSService must be configured for a CODE_DEPLOY deployment "
                    "controller.",
                )
        for pair in (members.get("loadBalancerInfo") or {}).get("targetGroupPairInfoList") or ():
            names = [one["name"] for one in pair.get("targetGroups") or ()]
            missing = [
                name for name in names if target_group_arn(self.account_id, self.region_name, name) is None
            ]
            if len(names) != 2 or missing or not pair.get("prodTrafficRoute", {}).get("listenerArns"):
                raise InvalidGroup(
                    "InvalidTargetGroupPairException",
                    "A target group pair needs two target groups that exist and a production listener; "
                    f"got {names}, missing {missing}",
                )


class Responses(CodeDeployResponse):
    """What AWS answers."""

    @property
    def _backend(self) -> Any:
        return self.codedeploy_backend

    def update_deployment_group(self) -> ActionResult:
        changes = {name: value for name, value in self._get_params().items() if value is not None}
        names = changes.pop("applicationName"), changes.pop("currentDeploymentGroupName")
        self._backend.update_deployment_group(*names, changes)
        return ActionResult({"hooksNotCleanedUp": []})

    def delete_deployment_group(self) -> ActionResult:
        self._backend.delete_deployment_group(
            self._get_param("applicationName"), self._get_param("deploymentGroupName")
        )
        return ActionResult({"hooksNotCleanedUp": []})

    def update_application(self) -> EmptyResult:
        names = self._get_param("applicationName"), self._get_param("newApplicationName")
        self._backend.update_application(*names)
        return EmptyResult()

    def delete_application(self) -> EmptyResult:
        self._backend.delete_application(self._get_param("applicationName"))
        return EmptyResult()

    def get_deployment_config(self) -> ActionResult:
        view = codedeploy_configs.view(self._get_param("deploymentConfigName"))
        return ActionResult({"deploymentConfigInfo": view})

    def list_deployment_configs(self) -> ActionResult:
        names = [codedeploy_configs.PREFIX + name for name in codedeploy_configs.STEPS]
        return ActionResult({"deploymentConfigsList": names})
