"""What the whole fleet shares: the organisation, the hub, the database, keys, archive and bootstrap."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from environments.base import (
    Count,
    DatabaseClass,
    DatabaseIdentifier,
    Form,
    FrozenModel,
    HostName,
    Name,
    NamedOnce,
)
from environments.errors import Finding
from environments.windows import DailyWindow, WeeklyWindow, overlap, span

Prefix = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9-]{0,14}[a-z0-9]",
        "2 to 16 lower-case letters, digits and hyphens, a letter first and no hyphen last",
        "acme",
    ),
]
Repository = Annotated[
    str, Form(r"[A-Za-z0-9-]+/[A-Za-z0-9_.-]+", "a GitHub repository, owner and name", "acme/platform")
]
EngineVersion = Annotated[str, Form(r"8\.4(\.[0-9]+)?", "a version of MySQL 8.4 LTS in quotes", '"8.4"')]
DatabaseName = Annotated[
    str,
    Form(r"[A-Za-z][A-Za-z0-9_]{0,62}", "letters, digits and underscores, a letter first", "shared_db"),
]
KeyPrefix = Annotated[
    str, Form(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/", "a prefix that ends in /", "access-logs/")
]
KeyPurpose = Literal["database", "objects", "secrets", "logs", "messaging", "cache", "audit"]


class OrganisationConfig(FrozenModel):
    """Who runs this platform. Nothing of it is written anywhere else in the code."""

    prefix: Prefix
    """Start of every globally unique name, such as a bucket's."""

    domain: HostName
    """Public hosted zone; it must exist in the account, and every host name lies in it."""

    repository: Repository
    """GitHub repository (`owner/name`) whose workflows may assume the deploy roles."""


class BootstrapConfig(FrozenModel):
    """The stack that must exist before any other: state buckets and deploy roles."""

    state: Literal["local", "s3"] = "local"
    """Where its own state lives: `local` for the very first deployment, `s3` once the buckets exist."""

    noncurrent_versions_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days that an overwritten state version stays restorable."""


class TransitGatewayConfig(FrozenModel):
    """The hub's router: every attached environment reaches the shared data tier, none reaches another."""

    attach: Annotated[tuple[Name, ...], NamedOnce]
    """Names of the workloads whose VPC is attached, in the order of deployment."""

    amazon_side_asn: Annotated[int, Field(ge=64512, le=65534)] = 64512
    """Private autonomous system number of the gateway's side."""


class DatabaseConfig(FrozenModel):
    """The shared MySQL instance. Encryption, TLS and private access are fixed; this sizes it."""

    identifier: DatabaseIdentifier
    """Name of the RDS instance."""

    engine_version: EngineVersion = "8.4"
    """MySQL 8.4 LTS; 8.0 left RDS standard support on 2026-07-31 (RDS user guide, "MySQL versions")."""

    instance_class: DatabaseClass
    """RDS instance class, such as `db.t3.medium`."""

    allocated_storage_gb: Annotated[int, Field(ge=20, le=65_536, examples=[100])]
    """GiB of gp3; RDS for MySQL starts at 20 (RDS user guide, "DB instance storage")."""

    multi_az: bool = True
    """A standby in another zone."""

    database_name: DatabaseName
    """Database that exists from the start."""

    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days that a point in time can be restored."""

    backup_window: DailyWindow = "03:00-04:00"
    """Daily, UTC."""

    maintenance_window: WeeklyWindow = "sun:04:00-sun:05:00"
    """Weekly, UTC."""

    performance_insights: bool = True
    """Load and waits by statement."""

    log_exports: Annotated[tuple[Literal["audit", "error", "general", "slowquery"], ...], NamedOnce] = (
        "error",
        "general",
        "slowquery",
    )
    """Logs sent to CloudWatch."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._windows_last("backup_window"), self._windows_last("maintenance_window"), self._apart()

    def _windows_last(self, key: str) -> Iterator[Finding]:
        minutes = span(getattr(self, key))[1]
        if minutes < 30:
            yield Finding((key,), f"lasts {minutes} minutes; RDS asks for 30 or more", getattr(self, key))

    def _apart(self) -> Iterator[Finding]:
        if overlap(self.backup_window, self.maintenance_window):
            yield Finding(
                ("backup_window",),
                f"overlaps maintenance_window {self.maintenance_window}; move one of them (touching is fine)",
                self.backup_window,
            )


class LifecycleConfig(FrozenModel):
    """Days after which an object moves to a cheaper storage class, and is deleted."""

    standard_ia_days: Annotated[int, Field(ge=30)] = 90
    """S3 accepts STANDARD_IA from day 30 (S3 user guide, "Transitioning objects")."""

    glacier_days: int = 365
    """At least 30 days after `standard_ia_days` (S3 user guide, transition constraints)."""

    expiration_days: int = 2555
    """Seven years."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._glacier_after_ia(), self._expiry_last()

    def _glacier_after_ia(self) -> Iterator[Finding]:
        earliest = self.standard_ia_days + 30
        if self.glacier_days < earliest:
            yield Finding(
                ("glacier_days",),
                f"must be 30 days or more after standard_ia_days, {self.standard_ia_days}; use {earliest}",
                str(self.glacier_days),
            )

    def _expiry_last(self) -> Iterator[Finding]:
        if self.expiration_days <= self.glacier_days:
            yield Finding(
                ("expiration_days",),
                f"must come after glacier_days, {self.glacier_days}; raise it",
                str(self.expiration_days),
            )


class LogArchiveConfig(FrozenModel):
    """The central bucket for logs that are kept for years."""

    lifecycle: LifecycleConfig = LifecycleConfig()
    access_logs_prefix: KeyPrefix = "access-logs/"
    """Objects below it go to INTELLIGENT_TIERING at once and are left out of the other rule."""


class SharedUsageConfig(FrozenModel):
    """Expected use of the shared services per month: the input of the cost estimate."""

    database_backup_gb: Count = 0
    """Backups of the database, GB."""

    archive_standard_gb: Count = 0
    """Log archive in STANDARD, GB."""

    archive_glacier_gb: Count = 0
    """Log archive in GLACIER, GB."""
