"""Which service, and what its parts are called."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments import naming
from environments.errors import listed
from operations.errors import UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet


@dataclass(frozen=True)
class Place:
    """Which service, and what its parts are called."""

    service: str
    environment: str
    account_id: str
    region: str
    cluster: str
    ecs_service: str
    family: str
    """Of the task definitions; the CodeDeploy application and deployment group bear it too."""

    repository: str

    def __str__(self) -> str:
        return f"{self.service} in {self.environment}"

    @property
    def registry(self) -> str:
        return naming.image_registry(self.account_id, self.region)


def find_place(fleet: "Fleet", environment: str, service: str) -> Place:
    """Names of a service in a workload, or of its standby; what is not there is a usage error."""
    # The standby has the services of the workload that it stands by for.
    workloads = {**fleet.workloads, fleet.dr.name: fleet.primary}
    if environment not in workloads:
        raise UsageError(f"{environment}: no environment with services; use {listed(list(workloads))}")
    services = workloads[environment].services
    if service not in services:
        raise UsageError(f"{service}: no service of {environment}; use {listed(list(services))}")
    env = fleet.environments[environment]
    return Place(
        service=service,
        environment=environment,
        account_id=env.account_id,
        region=env.region,
        cluster=naming.cluster(env),
        ecs_service=naming.ecs_service(service, environment),
        family=naming.task_family(service, environment),
        repository=services[service].repository,
    )
