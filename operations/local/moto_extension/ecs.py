"""ECS services.

Moto 5.2.5 stores a service without its capacity providers, deployment configuration, grace period and a dozen
other members, runs no task for it, and lists services that were deleted. AWS starts tasks, replaces them when
the service changes, and leaves the replacement to CodeDeploy if the service says so.
"""

from copy import deepcopy
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Service, TaskDefinition
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import ELBv2Backend

from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_requests import (
    check_capacity,
    check_load_balancers,
    complete,
    complete_members,
    leave_to_codedeploy,
)
from operations.local.moto_extension.ecs_services import RunningService
from operations.local.moto_extension.ecs_views import service_view
from operations.local.moto_extension.elbv2_targets import backend as elbv2

ROLLED_OUT = {
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "capacityProviderStrategy",
    "loadBalancers",
}
"""Members whose change replaces the tasks."""

_list_services = EC2ContainerServiceBackend.list_services


def install() -> None:
    """Register the fixes."""
    adopt(EC2ContainerServiceBackend, Backend)
    adopt(EC2ContainerServiceResponse, Responses)


class ServiceNotActive(ECSException):
    """The service was deleted."""

    def __init__(self) -> None:
        super().__init__("ServiceNotActiveException", "Service was not ACTIVE.")


class Backend(EC2ContainerServiceBackend):
    """What AWS keeps and does."""

    def create_running_service(self, options: dict[str, Any]) -> RunningService:
        """CreateService, with the members of its request."""
        cluster = self._get_cluster(options.setdefault("cluster", "default"))
        existing = self.services.get(f"{cluster.name}:{options['serviceName']}")
        if existing is not None and existing.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        complete(options, cluster.default_capacity_provider_strategy)
        check_capacity(options, cluster.capacity_providers)
        definition = self._active_definition(options["taskDefinition"])
        options["taskDefinition"] = definition.arn
        check_load_balancers(self._load_balancing, options["loadBalancers"], definition)
        service = RunningService(self, definition, options)  # type: ignore[abstract] # as in moto
        self.services[f"{cluster.name}:{service.name}"] = service
        service.step(CLOCK.now)
        return service

    def update_running_service(self, changes: dict[str, Any]) -> RunningService:
        """UpdateService, with the members of its request."""
        service = self._get_service(changes.pop("cluster", "default"), changes.pop("service"))
        if service.status != "ACTIVE" or not isinstance(service, RunningService):
            raise ServiceNotActive
        changes = {name: value for name, value in changes.items() if value is not None}
        complete_members(changes)
        forced = changes.pop("forceNewDeployment", False)
        # A service goes on with a revision that became inactive, and may be scaled (ECS developer guide,
        # "Deregister a task definition revision").
        definition = self.describe_task_definition(service.task_definition or "")
        if "taskDefinition" in changes:
            definition = self._active_definition(changes["taskDefinition"])
            changes["taskDefinition"] = definition.arn
        changed = {name for name, value in changes.items() if value != service.options.get(name)}
        if not service.rolling:
            leave_to_codedeploy(changed, forced)
        check_capacity(service.options | changes, self._get_cluster(service.cluster_name).capacity_providers)
        check_load_balancers(self._load_balancing, changes.get("loadBalancers", []), definition)
        if "deploymentConfiguration" in changes:
            changes["deploymentConfiguration"] = (
                service.options["deploymentConfiguration"] | changes["deploymentConfiguration"]
            )
        service.options |= changes
        service.desired_count = service.options["desiredCount"]
        service.load_balancers = service.options["loadBalancers"]
        service.propagate_tags = service.options["propagateTags"]
        if "capacityProviderStrategy" in changes:
            service.launch_type = service.options["launchType"] = None
        if forced or changed & ROLLED_OUT:
            service.deploy(definition, CLOCK.now)
        service.step(CLOCK.now)
        return service

    def delete_service(self, cluster_name: str, service_name: str, force: bool) -> Service:
        service = self._get_service(cluster_name, service_name)
        if service.status != "ACTIVE" or not isinstance(service, RunningService):
            raise ServiceNotActive
        if service.desired_count > 0 and not force:
            raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
        service.end(CLOCK.now)
        return service

    def list_services(
        self, cluster_str: str, scheduling_strategy: str | None = None, launch_type: str | None = None
    ) -> list[str]:
        active = {one.arn for one in self.services.values() if one.status == "ACTIVE"}
        return [
            arn
            for arn in _list_services(self, cluster_str, scheduling_strategy, launch_type)
            if arn in active
        ]

    @property
    def _load_balancing(self) -> ELBv2Backend:
        return elbv2(self.account_id, self.region_name)

    def _active_definition(self, name: str) -> TaskDefinition:
        definition = self.describe_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        return definition


class Responses(EC2ContainerServiceResponse):
    """What AWS answers."""

    def create_service(self) -> ActionResult:
        backend: Any = self.ecs_backend
        return ActionResult({"service": service_view(backend.create_running_service(self._members()))})

    def update_service(self) -> ActionResult:
        backend: Any = self.ecs_backend
        return ActionResult({"service": service_view(backend.update_running_service(self._members()))})

    def delete_service(self) -> ActionResult:
        cluster, name = self._get_param("cluster", "default"), self._get_param("service")
        deleted: Any = self.ecs_backend.delete_service(cluster, name, self._get_param("force", False))
        return ActionResult({"service": service_view(deleted)})

    def describe_services(self) -> ActionResult:
        cluster, names = self._get_param("cluster", "default"), self._get_param("services", [])
        found: Any
        found, failures = self.ecs_backend.describe_services(cluster, names)
        with_tags = "TAGS" in self._get_param("include", [])
        views = [service_view(one, with_tags=with_tags) for one in found]
        return ActionResult({"services": views, "failures": failures})

    def _members(self) -> dict[str, Any]:
        return deepcopy(dict(self._get_params()))
