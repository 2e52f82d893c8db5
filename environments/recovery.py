"""Disaster recovery: what stands by in the second region and which objectives it must meet."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from environments.base import (
    Count,
    DatabaseClass,
    DatabaseIdentifier,
    Form,
    FrozenModel,
    HostName,
    NamedOnce,
    UrlPath,
)
from environments.errors import Finding
from environments.exposure import CountryCode, FirewallConfig, PathPattern
from environments.windows import DailyWindow, WeeklyWindow, window_rules

Minutes = Annotated[int, Field(ge=0, examples=[15])]
BucketName = Annotated[
    str,
    Form(
        r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        "3 to 63 lower-case letters, digits and hyphens, without a hyphen at either end",
        "acme-dr-logs",
    ),
]

CheckerRegion = Literal[
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
]
"""Regions with Route 53 health checkers (Route 53 API reference, HealthCheckConfig, "Regions")."""

FEWEST_CHECKER_REGIONS = 3


class Objective(FrozenModel):
    """How much may be lost (RPO) and how long recovery may take (RTO), in minutes."""

    rpo_minutes: Minutes | None
    """Newest data that may be lost; `null` where loss is accepted."""

    rto_minutes: Minutes
    """Longest that recovery may take."""

    how: Annotated[str, Field(examples=["promote the replica"])]
    """The mechanism that meets it, in a few words."""


class ObjectivesConfig(FrozenModel):
    """Recovery objectives per resource and for the whole."""

    application: Objective
    """The running services."""

    database: Objective
    """The shared database; its RPO bounds `database_replica.lag_alarm_seconds`."""

    cache: Objective
    """Redis."""

    objects: Objective
    """Files in S3."""

    logs: Objective
    """Application and audit logs."""

    all: Objective
    """The platform as a whole."""


class ReplicaRole(StrEnum):
    """What the database of the second region is; failover turns `replica` into `primary`."""

    REPLICA = "replica"
    PRIMARY = "primary"


class ReplicaConfig(FrozenModel):
    """Cross-region read replica of the shared database; what is not said here is as at its source."""

    identifier: DatabaseIdentifier
    """Name of the RDS instance."""

    instance_class: DatabaseClass
    """RDS instance class, such as `db.t3.medium`."""

    role: ReplicaRole = ReplicaRole.REPLICA
    """`replica`; a failover turns it into `primary`: promoted, Multi-AZ, protected from deletion."""

    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days that a point in time can be restored in this region."""

    backup_window: DailyWindow = "03:00-04:00"
    """Daily, UTC."""

    maintenance_window: WeeklyWindow = "sat:04:00-sat:05:00"
    """Weekly, UTC; before the source's, because a replica may be newer than its source and never older."""

    lag_alarm_seconds: Annotated[int, Field(ge=1, examples=[900])]
    """ReplicaLag above this raises the alarm; it may not exceed the database's RPO."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return window_rules(self)


class StandbyConfig(FrozenModel):
    """What runs in the second region before a failover."""

    service_tasks: Count = 0
    """Tasks of each service; 0 is the pilot light."""

    cache: Literal["off", "warm"] = "off"
    """`"off"` (in quotes: YAML reads a bare off as false) or `warm`."""


class HealthCheckConfig(FrozenModel):
    """Route 53 endpoint check of one region's load balancer."""

    path: UrlPath = "/actuator/health"
    """Path that is asked, over HTTPS: the `health_check_path` of the service that answers to `edge.host`."""

    port: Literal[443] = 443
    """Port that is asked; load balancers open no other."""

    interval_seconds: Literal[10, 30] = 30
    """Seconds between two requests of one checker."""

    failure_threshold: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row that turn the check unhealthy."""

    checker_regions: Annotated[tuple[CheckerRegion, ...], NamedOnce] = ()
    """Where Route 53 asks from; everywhere it can when none is named."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._enough_checkers(),)

    def _enough_checkers(self) -> Iterator[Finding]:
        named = len(self.checker_regions)
        if 0 < named < FEWEST_CHECKER_REGIONS:
            message = (
                f"names {named}; Route 53 asks from {FEWEST_CHECKER_REGIONS} regions or more (API reference, "
                "HealthCheckConfig), name more or none"
            )
            yield Finding(("checker_regions",), message)


class CacheTtlConfig(FrozenModel):
    """How long CloudFront keeps an answer, in seconds."""

    minimum: Count = 0
    """Shortest, whatever the origin says."""

    default: Count = 300
    """When the origin says nothing."""

    maximum: Count = 3600
    """Longest, whatever the origin says; 1 or more, because `uncached_paths` says what is never kept."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._keeps_something(), self._in_order()

    def _keeps_something(self) -> Iterator[Finding]:
        if self.maximum < 1:
            message = (
                "keeps nothing, and CloudFront refuses compression in a policy with caching disabled; use 1 "
                "or more, and name what is never kept in uncached_paths"
            )
            yield Finding(("maximum",), message, str(self.maximum))

    def _in_order(self) -> Iterator[Finding]:
        if self.maximum and not self.minimum <= self.default <= self.maximum:
            message = (
                f"is not between minimum, {self.minimum}, and maximum, {self.maximum}; put them in order"
            )
            yield Finding(("default",), message, str(self.default))


class CdnConfig(FrozenModel):
    """The CloudFront distribution in front of both regions."""

    alias: HostName
    """Own DNS name of the distribution."""

    failover_status_codes: Annotated[
        tuple[Literal[403, 404, 500, 502, 503, 504], ...],
        Field(min_length=1, examples=[[502, 503]]),
        NamedOnce,
    ] = (500, 502, 503, 504)
    """Answers that send a request on to the second region."""

    ttl_seconds: CacheTtlConfig = CacheTtlConfig()
    uncached_paths: Annotated[tuple[PathPattern, ...], Field(max_length=24), NamedOnce] = ("/api/*",)
    """Paths that take every method and are never kept; the rest is read only, and the same for everybody."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_200"
    """Edge locations in use; 200 leaves out South America and Oceania, 100 Asia as well."""

    countries: Annotated[tuple[CountryCode, ...], NamedOnce] = ()
    """Countries that are served; all of them when none is named."""

    firewall: FirewallConfig = FirewallConfig()


class EdgeConfig(FrozenModel):
    """What users meet first: failover DNS and the CDN."""

    host: HostName
    """Name of the failover records; one service of the primary must answer to it."""

    health_check: HealthCheckConfig = HealthCheckConfig()
    cdn: CdnConfig

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._names_differ(),)

    def _names_differ(self) -> Iterator[Finding]:
        if self.cdn.alias == self.host:
            message = "is edge.host as well; a name is either the CDN's or the failover record's, use another"
            yield Finding(("cdn", "alias"), message, self.host)


class ReplicationConfig(FrozenModel):
    """Copies that S3 keeps in the second region."""

    bucket: BucketName
    """Bucket in the second region that receives the copies."""

    storage_class: Literal["STANDARD", "STANDARD_IA", "GLACIER_IR"] = "STANDARD_IA"
    """Storage class of the copies."""

    time_control_minutes: Literal[15] = 15
    """S3 Replication Time Control knows 15 minutes only."""
