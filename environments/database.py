"""The shared MySQL instance."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from environments.base import DatabaseClass, DatabaseIdentifier, Form, FrozenModel, NamedOnce
from environments.errors import Finding
from environments.reserved_words import RESERVED_WORDS, SYSTEM_NAMES
from environments.windows import DailyWindow, WeeklyWindow, window_rules

EngineVersion = Annotated[str, Form(r"8\.4(\.[0-9]+)?", "a version of MySQL 8.4 LTS in quotes", '"8.4"')]


def _not_of_mysql(value: str) -> str:
    if value.lower() in SYSTEM_NAMES | RESERVED_WORDS:
        raise ValueError("MySQL or RDS keeps the word for itself; use another, such as app")
    return value


DatabaseName = Annotated[
    str,
    Form(r"[A-Za-z][A-Za-z0-9_]{0,62}", "letters, digits and underscores, a letter first", "shared_db"),
    AfterValidator(_not_of_mysql),
]
MasterUsername = Annotated[
    str,
    Form(r"[A-Za-z][A-Za-z0-9]*", "1 to 16 letters and digits, a letter first", "admin", max_length=16),
    AfterValidator(_not_of_mysql),
]
InsightsDays = Annotated[int, Field(ge=7, le=731)]
MonitoringSeconds = Literal[1, 5, 10, 15, 30, 60]
"""RDS API reference, CreateDBInstance, MonitoringInterval; 0, off, is not offered."""

_WITHOUT_INSIGHTS = re.compile(r"db\.(t2\..*|(t3|t4g)\.(micro|small))")
"""Classes that have no Performance Insights for MySQL (RDS user guide, "Performance Insights")."""


class DatabaseConfig(FrozenModel):
    """The shared MySQL instance. Encryption, TLS and private access are fixed; this sizes it."""

    identifier: DatabaseIdentifier
    """Name of the RDS instance."""

    engine_version: EngineVersion = "8.4"
    """MySQL 8.4 LTS, with minor versions applied in the maintenance window; `"8.4.x"` pins one."""

    instance_class: DatabaseClass
    """RDS instance class, such as `db.t3.medium`."""

    allocated_storage_gb: Annotated[int, Field(ge=20, le=65_536, examples=[100])]
    """GiB of gp3; RDS for MySQL starts at 20 (RDS user guide, "DB instance storage")."""

    max_allocated_storage_gb: Annotated[int, Field(ge=22, le=65_536, examples=[200])] | None = None
    """GiB up to which RDS enlarges a full disk by itself; left out, the disk keeps its size."""

    multi_az: bool = True
    """A standby in another zone."""

    master_username: MasterUsername = "admin"
    """User that makes the databases and users of services; its password lies in Secrets Manager only."""

    password_version: Annotated[int, Field(ge=1)] = 1
    """Raise it by one to have the next apply make a new master password."""

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

    performance_insights_days: InsightsDays = 7
    """Days that they are kept: 7, which is free, a multiple of 31, or 731."""

    monitoring_interval_seconds: MonitoringSeconds = 60
    """Seconds between two samples of the operating system (Enhanced Monitoring)."""

    log_exports: Annotated[tuple[Literal["error", "general", "slowquery"], ...], NamedOnce] = (
        "error",
        "general",
        "slowquery",
    )
    """Logs sent to CloudWatch. `general` stays empty until `general_log` is on."""

    general_log: bool = False
    """Log every statement. Off: it slows the instance and writes the data of statements into the log."""

    long_query_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 1
    """A statement that takes longer is written to the slow query log."""

    ca_certificate: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = (
        "rds-ca-rsa2048-g1"
    )
    """Certificate authority of the server's certificate; clients verify against AWS's trust bundle."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (
            *window_rules(self),
            self._room_to_grow(),
            self._insights_supported(),
            self._insights_kept(),
            self._general_log_exported(),
        )

    def _room_to_grow(self) -> Iterator[Finding]:
        # RDS user guide, "Managing capacity automatically with Amazon RDS storage autoscaling".
        least = -(-self.allocated_storage_gb * 11 // 10)
        if self.max_allocated_storage_gb is not None and self.max_allocated_storage_gb < least:
            yield Finding(
                ("max_allocated_storage_gb",),
                f"is not 10 % above allocated_storage_gb, {self.allocated_storage_gb}, as RDS asks; "
                f"use {least} or more, or leave it out",
                str(self.max_allocated_storage_gb),
            )

    def _insights_supported(self) -> Iterator[Finding]:
        if self.performance_insights and _WITHOUT_INSIGHTS.fullmatch(self.instance_class):
            message = f"RDS has none for MySQL on {self.instance_class}; use false or a larger class"
            yield Finding(("performance_insights",), message, "true")

    def _insights_kept(self) -> Iterator[Finding]:
        days = self.performance_insights_days
        if days not in (7, 731) and days % 31:
            nearest = min(-(-days // 31) * 31, 713)
            message = f"RDS keeps them 7 or 731 days or a multiple of 31; use {nearest}"
            yield Finding(("performance_insights_days",), message, str(days))

    def _general_log_exported(self) -> Iterator[Finding]:
        if self.general_log and "general" not in self.log_exports:
            message = "log_exports leaves general out, so it would only fill the disk; add it or use false"
            yield Finding(("general_log",), message, "true")
