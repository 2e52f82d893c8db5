"""What the whole fleet shares: the organisation, the hub, the database, keys, archive and bootstrap."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from environments.base import FrozenModel, HostName, Name

_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60


class OrganisationConfig(FrozenModel):
    """Who runs this platform. Nothing of it is written anywhere else in the code."""

    prefix: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,15}$")]
    """Start of every globally unique name, such as a bucket's."""

    domain: HostName
    """Public hosted zone; it must exist in the account."""

    repository: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]
    """GitHub repository (`owner/name`) whose workflows may assume the deploy roles."""


class BootstrapConfig(FrozenModel):
    """The stack that must exist before any other: state buckets and deploy roles."""

    state: Literal["local", "s3"] = "local"
    """Where its own state lives: `local` for the very first deployment, `s3` once the buckets exist."""

    noncurrent_versions_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days that an overwritten state version stays restorable."""


class TransitGatewayConfig(FrozenModel):
    """The hub's router: every attached environment reaches the shared data tier, none reaches another."""

    attach: tuple[Name, ...]
    """Names of the environments whose VPC is attached."""

    amazon_side_asn: Annotated[int, Field(ge=64512, le=65534)] = 64512


class DatabaseConfig(FrozenModel):
    """The shared MySQL instance. Encryption, TLS and private access are fixed; this sizes it."""

    identifier: Annotated[str, StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){0,62}$")]
    engine_version: Annotated[str, StringConstraints(pattern=r"^8\.4(\.\d+)?$")] = "8.4"
    """MySQL 8.4 LTS; 8.0 left RDS standard support on 2026-07-31 (RDS user guide, "MySQL versions")."""

    instance_class: Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    allocated_storage_gb: Annotated[int, Field(ge=20, le=65_536)]
    """GiB of gp3; RDS for MySQL starts at 20 (RDS user guide, "DB instance storage")."""

    multi_az: bool = True
    database_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    backup_window: Annotated[str, StringConstraints(pattern=rf"^{_TIME}-{_TIME}$")] = "03:00-04:00"
    """Daily, UTC."""

    maintenance_window: Annotated[
        str, StringConstraints(pattern=rf"^({'|'.join(_DAYS)}):{_TIME}-({'|'.join(_DAYS)}):{_TIME}$")
    ] = "sun:04:00-sun:05:00"
    """Weekly, UTC."""

    performance_insights: bool = True
    log_exports: tuple[Literal["audit", "error", "general", "slowquery"], ...] = (
        "error",
        "general",
        "slowquery",
    )

    @model_validator(mode="after")
    def _windows_apart(self) -> Self:
        # Windows that touch are fine on AWS; only a shared minute is refused.
        start, length = _span(*self.backup_window.split("-"))
        first, last = re.split(r"-(?=[a-z])", self.maintenance_window)
        maintenance, duration = _week_span(first, last)
        for day in range(len(_DAYS)):
            backup = day * _DAY_MINUTES + start
            if _overlap(backup, length, maintenance, duration):
                raise ValueError(
                    f"backup_window {self.backup_window} overlaps maintenance_window "
                    f"{self.maintenance_window}; move one of them (touching is fine)"
                )
        return self


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _span(first: str, last: str) -> tuple[int, int]:
    start = _minutes(first)
    return start, (_minutes(last) - start) % _DAY_MINUTES


def _week_span(first: str, last: str) -> tuple[int, int]:
    week = len(_DAYS) * _DAY_MINUTES
    start, end = (_DAYS.index(point[:3]) * _DAY_MINUTES + _minutes(point[4:]) for point in (first, last))
    return start, (end - start) % week


def _overlap(start: int, length: int, other: int, other_length: int) -> bool:
    week = len(_DAYS) * _DAY_MINUTES
    return (other - start) % week < length or (start - other) % week < other_length


class LifecycleConfig(FrozenModel):
    """Days after which an object moves to a cheaper storage class, and is deleted."""

    standard_ia_days: Annotated[int, Field(ge=30)] = 90
    """S3 accepts STANDARD_IA from day 30 (S3 user guide, "Transitioning objects")."""

    glacier_days: int = 365
    expiration_days: int = 2555
    """Seven years."""

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.glacier_days < self.standard_ia_days + 30:
            raise ValueError(
                f"glacier_days {self.glacier_days} must be at least 30 days after standard_ia_days "
                f"{self.standard_ia_days} (S3 user guide, transition constraints)"
            )
        if self.expiration_days <= self.glacier_days:
            raise ValueError(
                f"expiration_days {self.expiration_days} must come after glacier_days {self.glacier_days}"
            )
        return self


class LogArchiveConfig(FrozenModel):
    """The central bucket for logs that are kept for years."""

    lifecycle: LifecycleConfig = LifecycleConfig()
    access_logs_prefix: str = "access-logs/"
    """Objects below it go to INTELLIGENT_TIERING at once and are left out of the other rule."""


class SharedUsageConfig(FrozenModel):
    """Expected use of the shared services per month: the input of the cost estimate."""

    database_backup_gb: Annotated[int, Field(ge=0)] = 0
    archive_standard_gb: Annotated[int, Field(ge=0)] = 0
    archive_glacier_gb: Annotated[int, Field(ge=0)] = 0


KeyPurpose = Literal["database", "objects", "secrets", "logs", "messaging", "cache", "audit"]
