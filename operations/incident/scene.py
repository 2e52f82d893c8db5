"""Where an incident is: the service, its configuration and the names of what belongs to it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments import naming
from environments.errors import ConfigError
from environments.loader import load_fleet
from operations.deploy.place import Place, find_place
from operations.errors import UsageError
from operations.incident.record import Record

if TYPE_CHECKING:
    from environments.schema import EnvironmentBase, Fleet, WorkloadEnvironment
    from environments.service import ServiceConfig


@dataclass(frozen=True)
class Scene:
    """One service in one environment."""

    fleet: "Fleet"
    place: Place

    @property
    def environment(self) -> "EnvironmentBase":
        return self.fleet.environments[self.place.environment]

    @property
    def workload(self) -> "WorkloadEnvironment":
        """The second region has the services of the workload that it stands by for."""
        return self.fleet.workloads.get(self.place.environment, self.fleet.primary)

    @property
    def service(self) -> "ServiceConfig":
        return self.workload.services[self.place.service]

    @property
    def load_balancer(self) -> str:
        return naming.load_balancer(self.environment)

    @property
    def target_groups(self) -> tuple[str, str]:
        return naming.target_groups(self.place.service, self.place.environment)

    @property
    def log_group(self) -> str:
        return naming.service_log_group(self.place.service, self.place.environment)

    @property
    def alarm_prefix(self) -> str:
        """Of every alarm of the environment."""
        return f"{self.fleet.shared.organisation.prefix}-{self.place.environment}-"

    @property
    def resource_id(self) -> str:
        """As Application Auto Scaling names the service."""
        return f"service/{self.place.cluster}/{self.place.ecs_service}"


def scene(service: str, environment: str) -> Scene:
    """Read the configuration. A mistake in it, or an unknown name, is a usage error."""
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    return Scene(fleet, find_place(fleet, environment, service))


def scene_of(record: Record) -> Scene:
    """Where a recorded incident is."""
    return scene(record.header.service, record.header.environment)
