"""One model per kind of environment file, and `Fleet`, all of them together.

Everything below is plain data: no cdktf, no AWS calls. Defaults live here, a YAML file is the difference.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from environments.base import ZONES_BY_REGION, AccountId, FrozenModel, Name, Region, RetentionDays
from environments.network import NetworkConfig
from environments.recovery import (
    EdgeConfig,
    ObjectivesConfig,
    ReplicaConfig,
    ReplicationConfig,
    StandbyConfig,
)
from environments.shared import (
    BootstrapConfig,
    DatabaseConfig,
    KeyPurpose,
    LogArchiveConfig,
    OrganisationConfig,
    SharedUsageConfig,
    TransitGatewayConfig,
)
from environments.workload import CacheConfig, ServiceConfig, UsageConfig

MANAGED_BY = "cdktf"
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 .:/=+@_-]+$", max_length=256)]


class TagsConfig(FrozenModel):
    """The tags that every resource carries beside `Environment` and `ManagedBy`."""

    service: TagValue
    team: TagValue
    owner: TagValue
    cost_center: TagValue
    data_class: Literal["public", "internal", "confidential"] = "internal"


class EnvironmentBase(FrozenModel):
    """What every environment has: a name, an account, a region, a network and tags."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    name: Name
    account_id: AccountId
    region: Region
    tags: TagsConfig
    network: NetworkConfig
    log_retention_days: RetentionDays = 14

    @model_validator(mode="after")
    def _zones_in_region(self) -> Self:
        known = [f"{self.region}{letter}" for letter in ZONES_BY_REGION[self.region]]
        wrong = [zone for zone in self.network.zones if zone not in known]
        if wrong:
            raise ValueError(
                f"network.zones {', '.join(wrong)} not in region {self.region}; use {', '.join(known)}"
            )
        return self

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
    organisation: OrganisationConfig
    bootstrap: BootstrapConfig = BootstrapConfig()
    transit_gateway: TransitGatewayConfig
    keys: tuple[KeyPurpose, ...]
    """Customer managed KMS keys, one for each purpose."""

    database: DatabaseConfig
    log_archive: LogArchiveConfig = LogArchiveConfig()
    usage: SharedUsageConfig = SharedUsageConfig()
    budget_usd: Annotated[float, Field(gt=0)]
    """Budget per month, US dollars."""


class WorkloadEnvironment(EnvironmentBase):
    """Where services run for users: dev, staging or prod."""

    kind: Literal["workload"]
    deletion_protection: bool = True
    services: Annotated[dict[Name, ServiceConfig], Field(min_length=1)]
    cache: CacheConfig
    application_insights: bool = False
    storage_tiers: tuple[Literal["STANDARD", "STANDARD_IA", "GLACIER"], ...] = ("STANDARD",)
    usage: UsageConfig
    budget_usd: Annotated[float, Field(gt=0)]
    """Budget per month, US dollars."""


class DrEnvironment(EnvironmentBase):
    """The pilot light in the second region."""

    kind: Literal["dr"]
    primary: Name
    """Name of the environment that this one stands by for."""

    database_replica: ReplicaConfig
    key_deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    replication: ReplicationConfig
    standby: StandbyConfig = StandbyConfig()
    edge: EdgeConfig
    objectives: ObjectivesConfig


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
