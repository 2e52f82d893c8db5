"""RDS automated backups.

Moto 5.2.5 tells them by the name of an instance, which another one may bear later; knows neither the times
that can be restored nor whose they are; shows backups of an instance whose backups are off; and forgets what
a deleted instance was. AWS knows them by resource id and ARN, and keeps the instance's properties, its user,
key and network among them, but no parameter and option groups, no subnets and security groups
(RDS user guide, "Retaining automated backups"; RDS API reference, DBInstanceAutomatedBackup).
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import DBSnapshotAlreadyExistsError
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, DBSnapshot, RDSBackend

from operations.local.moto_extension.adopt import adopt

ACTIVE, RETAINED = "active", "retained"

_save_automated_backup = DBInstance.save_automated_backup
_delete_db_instance = RDSBackend.delete_db_instance


def install() -> None:
    """Register the fixes."""
    adopt(DBInstance, Instance)
    adopt(DBInstanceAutomatedBackup, AutomatedBackup)
    adopt(DBSnapshot, Snapshot)
    adopt(RDSBackend, Backend)


def _network(instance: Any) -> str | None:
    group = getattr(instance, "db_subnet_group", None)
    return group.vpc_id if group else None


class Instance(DBInstance):
    """One instance."""

    def save_automated_backup(self) -> None:
        # It is named after the minute: another instance of the same name has none until the next one.
        with suppress(DBSnapshotAlreadyExistsError):
            if self.backup_retention_period:
                _save_automated_backup(self)


class Snapshot(DBSnapshot):
    """One snapshot."""

    @property
    def vpc_id(self) -> str | None:
        return _network(self.database)


class AutomatedBackup(DBInstanceAutomatedBackup):
    """Backups of one instance, as AWS describes them; what is not here is as the instance has it."""

    instance: Any = None
    ended: datetime | None = None
    """When the instance was deleted."""

    @property
    def status(self) -> str:
        return RETAINED if self.ended else ACTIVE

    @property
    def restore_window(self) -> dict[str, datetime]:
        """Here nothing has to be uploaded first: the last moment is now, or that of the deletion."""
        last = self.ended or utcnow()
        earliest = max(self.instance.created, last - timedelta(days=self.instance.backup_retention_period))
        # To restore means to name a whole second.
        return {"EarliestTime": earliest.replace(microsecond=0), "LatestTime": last}

    @property
    def db_instance_automated_backups_arn(self) -> str:
        whose = str(self.instance.db_instance_arn).replace(":db:", ":auto-backup:").rpartition(":")[0]
        return f"{whose}:ab-{self.instance.dbi_resource_id[3:]}"

    @property
    def vpc_id(self) -> str | None:
        return _network(self.instance)

    @property
    def encrypted(self) -> bool:
        return bool(self.instance.storage_encrypted)


AS_INSTANCE = (
    "allocated_storage",
    "backup_retention_period",
    "db_instance_arn",
    "dbi_resource_id",
    "engine",
    "engine_version",
    "instance_create_time",
    "kms_key_id",
    "master_username",
    "port",
    "region",
    "storage_type",
)
"""What a backup says of its instance."""


class Backend(RDSBackend):
    """What AWS stores."""

    def describe_db_instance_automated_backups(
        self,
        db_instance_identifier: str | None = None,
        filters: Any = None,
        dbi_resource_id: str | None = None,
        db_instance_automated_backups_arn: str | None = None,
        **_: Any,
    ) -> list[DBInstanceAutomatedBackup]:
        found = [_backup(self, one) for one in self.databases.values() if one.backup_retention_period]
        found += [_backup(self, one, ended) for one, ended in _retained(self)]
        wanted = {
            "db_instance_identifier": db_instance_identifier,
            "dbi_resource_id": dbi_resource_id,
            "db_instance_automated_backups_arn": db_instance_automated_backups_arn,
        }
        asked = {one["Name"]: one["Values"] for one in filters or []}
        return [
            one
            for one in found
            if one.status in asked.get("status", (one.status,))
            and all(value is None or getattr(one, name) == value for name, value in wanted.items())
        ]

    def delete_db_instance(self, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBInstance:
        deleted = _delete_db_instance(self, db_instance_identifier, *args, **kwargs)
        if deleted.backup_retention_period and kwargs.get("delete_automated_backups") is False:
            _retained(self).append((deleted, utcnow()))
        return deleted


def _retained(backend: RDSBackend) -> list[tuple[DBInstance, datetime]]:
    """Deleted instances whose backups are kept, and when they were deleted."""
    kept: list[tuple[DBInstance, datetime]] = backend.__dict__.setdefault("retained_backups", [])
    return kept


def _backup(backend: RDSBackend, instance: Any, ended: datetime | None = None) -> Any:
    backup: Any = DBInstanceAutomatedBackup(backend, instance.db_instance_identifier, [])
    backup.instance, backup.ended = instance, ended
    for name in AS_INSTANCE:
        setattr(backup, name, getattr(instance, name))
    return backup
