"""An environment in which services run for users: dev, staging or prod."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from environments.base import Name
from environments.common import LONGEST_NAME, BudgetUsd, EnvironmentBase
from environments.datastores import CacheConfig
from environments.errors import Finding
from environments.exposure import LoadBalancerConfig
from environments.observability import TracingConfig
from environments.scaling import OffHoursConfig
from environments.service import ServiceConfig
from environments.shared import StorageTiers
from environments.usage import UsageConfig

RESERVED = {
    "default": "of the ElastiCache user that may do nothing",
    "xray-daemon": "of a side-car",
    "otel-collector": "of a side-car",
}
"""What is called like that beside a service, in the same task or group of users."""


def _not_reserved(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"is the name {RESERVED[value]}; rename the service")
    return value


ServiceName = Annotated[Name, AfterValidator(_not_reserved)]


class WorkloadEnvironment(EnvironmentBase):
    """Where services run for users: dev, staging or prod."""

    kind: Literal["workload"]
    """Always `workload`."""

    deletion_protection: bool = True
    """Refuse to delete what holds data."""

    services: Annotated[dict[ServiceName, ServiceConfig], Field(min_length=1)]
    """Services by name; a new service is a new block."""

    load_balancer: LoadBalancerConfig = LoadBalancerConfig()
    off_hours: OffHoursConfig | None = None
    """Hours in which no task of this environment runs; none if left out."""

    cache: CacheConfig
    application_insights: bool = False
    """CloudWatch Application Insights."""

    tracing: TracingConfig = TracingConfig()

    storage_tiers: StorageTiers = ("STANDARD",)
    """S3 storage classes that objects of services move through: STANDARD_IA at day 90, GLACIER at 365."""

    usage: UsageConfig
    budget_usd: BudgetUsd
    """Budget per month, US dollars."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return *super().rules(), self.product_fits(), self._names_fit(), self._priorities_differ()

    def _names_fit(self) -> Iterator[Finding]:
        for service in self.services:
            longest = f"{service}-{self.name}-green"
            if len(longest) > LONGEST_NAME:
                message = (
                    f"makes the target group name {longest}, {len(longest)} characters; AWS allows "
                    f"{LONGEST_NAME}, shorten the service's or the environment's name"
                )
                yield Finding(("services", service), message)

    def _priorities_differ(self) -> Iterator[Finding]:
        taken: dict[int, str] = {}
        for name, service in self.services.items():
            priority = service.priority(name)
            if priority in taken:
                yield Finding(
                    ("services", name, "listener_priority"),
                    f"service {taken[priority]} has this listener priority already; use another, 1 to 50000",
                    str(priority),
                )
            taken.setdefault(priority, name)
