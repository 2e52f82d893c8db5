"""One model per kind of environment file, and `Fleet`, all of them together.

Everything below is plain data: no cdktf, no AWS calls. Defaults live here, a YAML file is the difference.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from environments.base import (
    ZONES_BY_REGION,
    AccountId,
    Form,
    FrozenModel,
    Name,
    Region,
    RetentionDays,
)
from environments.database import DatabaseConfig
from environments.datastores import CacheConfig
from environments.errors import Finding, listed
from environments.exposure import LoadBalancerConfig, NotificationsConfig
from environments.network import NetworkConfig
from environments.observability import (
    CostAlertsConfig,
    LogStreamingConfig,
    TelemetryConfig,
    TracingConfig,
    TrailConfig,
)
from environments.recovery import (
    EdgeConfig,
    ObjectivesConfig,
    ReplicaConfig,
    ReplicationConfig,
    StandbyConfig,
)
from environments.scaling import OffHoursConfig
from environments.service import ServiceConfig
from environments.shared import (
    BootstrapConfig,
    KeyPurposes,
    LogArchiveConfig,
    OrganisationConfig,
    SharedUsageConfig,
    StorageTiers,
    TransitGatewayConfig,
)
from environments.usage import UsageConfig

MANAGED_BY = "cdktf"
TagValue = Annotated[
    str,
    Form(
        r"[A-Za-z0-9 .:/=+@_-]+",
        "letters, digits, spaces and . : / = + @ _ -, 256 characters at most",
        "platform-team",
        max_length=256,
    ),
]
BudgetUsd = Annotated[float, Field(gt=0, allow_inf_nan=False, examples=[145])]

PRODUCT = r"[a-z][a-z0-9-]*"
LONGEST_NAME = 32
"""Characters that Elastic Load Balancing allows in the name of a load balancer or target group."""


class TagsConfig(FrozenModel):
    """The tags that every resource carries beside `Environment` and `ManagedBy`."""

    service: TagValue
    """Product that the resource belongs to."""

    team: TagValue
    """Team that builds it."""

    owner: TagValue
    """Whom to ask."""

    cost_center: TagValue
    """Where its cost is booked."""

    data_class: Literal["public", "internal", "confidential"] = "internal"
    """Most sensitive data it holds."""


class EnvironmentBase(FrozenModel):
    """What every environment has: a name, an account, a region, a network and tags."""

    name: Name
    """The name of the file, without `.yaml`."""

    account_id: AccountId
    """The only AWS account this environment may be applied to; always in quotes."""

    region: Region
    """AWS region of its resources."""

    tags: TagsConfig
    network: NetworkConfig
    log_retention_days: RetentionDays = 14
    """Days that CloudWatch keeps application logs."""

    notifications: NotificationsConfig = NotificationsConfig()

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._zones_in_region(),)

    def _zones_in_region(self) -> Iterator[Finding]:
        known = [f"{self.region}{letter}" for letter in ZONES_BY_REGION[self.region]]
        for index, zone in enumerate(self.network.zones):
            if zone not in known:
                message = f"not in region {self.region}; use {listed(known)}"
                yield Finding(("network", "zones", index), message, zone)

    @property
    def required_tags(self) -> dict[str, str]:
        """Tags for the providers' `default_tags`, by the names that cost reports use."""
        return {
            "Environment": self.name,
            "Service": self.tags.service,
            "Team": self.tags.team,
            "Owner": self.tags.owner,
            "CostCenter": self.tags.cost_center,
            "DataClass": self.tags.data_class,
            "ManagedBy": MANAGED_BY,
        }


class SharedEnvironment(EnvironmentBase):
    """The hub that all environments use."""

    kind: Literal["shared"]
    """Always `shared`; exactly one file is."""

    organisation: OrganisationConfig
    bootstrap: BootstrapConfig = BootstrapConfig()
    transit_gateway: TransitGatewayConfig
    keys: KeyPurposes
    """Customer managed KMS keys, one for each purpose; the second region has its own of each."""

    database: DatabaseConfig
    log_archive: LogArchiveConfig = LogArchiveConfig()
    trail: TrailConfig = TrailConfig()
    telemetry: TelemetryConfig = TelemetryConfig()
    cost_alerts: CostAlertsConfig = CostAlertsConfig()
    usage: SharedUsageConfig = SharedUsageConfig()
    budget_usd: BudgetUsd
    """Budget per month, US dollars."""


class WorkloadEnvironment(EnvironmentBase):
    """Where services run for users: dev, staging or prod."""

    kind: Literal["workload"]
    """Always `workload`."""

    deletion_protection: bool = True
    """Refuse to delete what holds data."""

    services: Annotated[dict[Name, ServiceConfig], Field(min_length=1)]
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
        return *super().rules(), self._names_fit(), self._priorities_differ(), self._two_zones()

    def _names_fit(self) -> Iterator[Finding]:
        product = self.tags.service
        if not re.fullmatch(PRODUCT, product) or len(f"{product}-{self.name}-alb") > LONGEST_NAME:
            message = (
                "names the cluster and the load balancer here; use lower-case letters, digits and hyphens, "
                f"a letter first, at most {LONGEST_NAME - len(f'-{self.name}-alb')} characters"
            )
            yield Finding(("tags", "service"), message, product)
        for service in self.services:
            longest = f"{service}-{self.name}-green"
            if len(longest) > LONGEST_NAME:
                message = (
                    f"makes the target group name {longest}, {len(longest)} characters; AWS allows "
                    f"{LONGEST_NAME}, shorten the service's or the environment's name"
                )
                yield Finding(("services", service), message)

    def _two_zones(self) -> Iterator[Finding]:
        if len(self.network.zones) < 2:
            message = 'is one zone; a load balancer needs two (ELB guide, "Availability Zones"), add one'
            yield Finding(("network", "zones"), message)

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


class DrEnvironment(EnvironmentBase):
    """The pilot light in the second region."""

    kind: Literal["dr"]
    """Always `dr`; exactly one file is."""

    primary: Name
    """Name of the workload that this one stands by for."""

    database_replica: ReplicaConfig
    key_deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days in which the deletion of a KMS key can be taken back."""

    replication: ReplicationConfig
    log_streaming: LogStreamingConfig = LogStreamingConfig()
    standby: StandbyConfig = StandbyConfig()
    edge: EdgeConfig
    objectives: ObjectivesConfig

    def rules(self) -> Iterable[Iterable[Finding]]:
        late_logs = self.log_streaming.later_than(self.objectives.logs.rpo_minutes)
        return *super().rules(), self._lag_alarm_within_rpo(), late_logs

    def _lag_alarm_within_rpo(self) -> Iterator[Finding]:
        rpo, alarm = self.objectives.database.rpo_minutes, self.database_replica.lag_alarm_seconds
        if rpo is not None and alarm > rpo * 60:
            way_out = f"use {rpo * 60} or less" if rpo else "a replica always lags, so raise the RPO"
            message = f"is later than the RPO, objectives.database.rpo_minutes {rpo} = {rpo * 60} seconds"
            path = ("database_replica", "lag_alarm_seconds")
            yield Finding(path, f"{message}; {way_out}", str(alarm))


Environment = Annotated[SharedEnvironment | WorkloadEnvironment | DrEnvironment, Field(discriminator="kind")]


class Fleet(FrozenModel):
    """All environments, read together; `environments.rules` has checked them against each other."""

    shared: SharedEnvironment
    workloads: dict[str, WorkloadEnvironment]
    dr: DrEnvironment

    @property
    def environments(self) -> dict[str, SharedEnvironment | WorkloadEnvironment | DrEnvironment]:
        """Every environment by name, in the order of a first deployment."""
        return {self.shared.name: self.shared, **self.workloads, self.dr.name: self.dr}

    @property
    def primary(self) -> WorkloadEnvironment:
        """The environment that disaster recovery stands by for."""
        return self.workloads[self.dr.primary]

    def model_post_init(self, _context: Any) -> None:
        """Fail early in code that builds a Fleet by hand; the loader reports this with file names."""
        if self.dr.primary not in self.workloads:
            raise ValueError(f"dr.primary {self.dr.primary} is not one of {', '.join(self.workloads)}")
