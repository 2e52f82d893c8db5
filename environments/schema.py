"""One model per kind of environment file, and `Fleet`, all of them together.

Everything below is plain data: no cdktf, no AWS calls. Defaults live here, a YAML file is the difference.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from environments.base import FrozenModel, Name
from environments.common import BudgetUsd, EnvironmentBase
from environments.database import DatabaseConfig
from environments.errors import Finding
from environments.observability import CostAlertsConfig, LogStreamingConfig, TelemetryConfig, TrailConfig
from environments.recovery import (
    EdgeConfig,
    ObjectivesConfig,
    ReplicaConfig,
    ReplicationConfig,
    StandbyConfig,
)
from environments.shared import (
    BootstrapConfig,
    KeyPurposes,
    LogArchiveConfig,
    OrganisationConfig,
    SharedUsageConfig,
    TransitGatewayConfig,
)
from environments.workload import WorkloadEnvironment

__all__ = [
    "DrEnvironment",
    "Environment",
    "EnvironmentBase",
    "Fleet",
    "SharedEnvironment",
    "WorkloadEnvironment",
]


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

    def rules(self) -> Iterable[Iterable[Finding]]:
        return *super().rules(), self._operators_of_this_account()

    def _operators_of_this_account(self) -> Iterator[Finding]:
        yield from self.bootstrap.outside(self.account_id)


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
        return (
            *super().rules(),
            self.product_fits(),
            self._lag_alarm_within_rpo(),
            self._logs_within_rpo(),
        )

    def _logs_within_rpo(self) -> Iterator[Finding]:
        yield from self.log_streaming.later_than(self.objectives.logs.rpo_minutes)

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
