"""Disaster recovery: what stands by in the second region and which objectives it must meet."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from environments.base import FrozenModel, HostName

Minutes = Annotated[int, Field(ge=0)]


class Objective(FrozenModel):
    """How much may be lost (RPO) and how long recovery may take (RTO), in minutes."""

    rpo_minutes: Minutes | None
    """`null` where loss is accepted."""

    rto_minutes: Minutes
    how: str
    """The mechanism that meets it, in a few words."""


class ObjectivesConfig(FrozenModel):
    """Recovery objectives per resource and for the whole."""

    application: Objective
    database: Objective
    cache: Objective
    objects: Objective
    logs: Objective
    all: Objective


class ReplicaRole(StrEnum):
    """What the database of the second region is; failover turns `replica` into `primary`."""

    REPLICA = "replica"
    PRIMARY = "primary"


class ReplicaConfig(FrozenModel):
    """Cross-region read replica of the shared database."""

    identifier: Annotated[str, StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){0,62}$")]
    instance_class: Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    role: ReplicaRole = ReplicaRole.REPLICA
    lag_alarm_seconds: Annotated[int, Field(ge=1)]
    """ReplicaLag above this raises the alarm; it may not exceed the database's RPO."""


class StandbyConfig(FrozenModel):
    """What runs in the second region before a failover."""

    service_tasks: Annotated[int, Field(ge=0)] = 0
    cache: Literal["off", "warm"] = "off"


class HealthCheckConfig(FrozenModel):
    """Route 53 endpoint check of one region's load balancer."""

    path: Annotated[str, StringConstraints(pattern=r"^/")] = "/actuator/health"
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    interval_seconds: Literal[10, 30] = 30
    failure_threshold: Annotated[int, Field(ge=1, le=10)] = 3


class CacheTtlConfig(FrozenModel):
    """How long CloudFront keeps an answer, in seconds."""

    minimum: Annotated[int, Field(ge=0)] = 0
    default: Annotated[int, Field(ge=0)] = 300
    maximum: Annotated[int, Field(ge=0)] = 3600


class CdnConfig(FrozenModel):
    """The CloudFront distribution in front of both regions."""

    alias: HostName
    failover_status_codes: tuple[Literal[403, 404, 500, 502, 503, 504], ...] = (500, 502, 503, 504)
    ttl_seconds: CacheTtlConfig = CacheTtlConfig()


class EdgeConfig(FrozenModel):
    """What users meet first: failover DNS and the CDN."""

    host: HostName
    """Name of the failover records."""

    health_check: HealthCheckConfig = HealthCheckConfig()
    cdn: CdnConfig


class ReplicationConfig(FrozenModel):
    """Copies that S3 keeps in the second region."""

    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
    storage_class: Literal["STANDARD", "STANDARD_IA", "GLACIER_IR"] = "STANDARD_IA"
    time_control_minutes: Literal[15] = 15
    """S3 Replication Time Control knows 15 minutes only."""
