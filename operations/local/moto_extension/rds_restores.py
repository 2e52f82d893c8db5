"""RDS backups and restores.

Moto 5.2.5
- says nothing of the times that an automated backup can be restored to, nor whose it is, and lists none of an
  instance whose backups are off; it takes a snapshot of such an instance all the same;
- restores any point in time of any instance, without backups too;
- does not know the default option groups that it says instances have;
- takes the instance that a moment is restored of for the primary of a replica;
- copies everything of the source into the restored instance. AWS gives it one zone, the default security
  and parameter groups, no tags, no protection, no log exports, no IAM authentication, no monitoring and no
  Performance Insights, unless the request says otherwise (RDS API reference,
  RestoreDBInstanceToPointInTime and RestoreDBInstanceFromDBSnapshot).
Data is not restored: there is none.
"""

import copy
from datetime import datetime, timedelta
from typing import Any, cast

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.rds.exceptions import InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, RDSBackend

from operations.local.moto_extension.adopt import adopt

AS_ASKED: dict[str, Any] = {
    "multi_az": False,
    "tags": [],
    "deletion_protection": False,
    "copy_tags_to_snapshot": False,
    "enable_iam_database_authentication": False,
    "enabled_cloudwatch_logs_exports": [],
    "db_parameter_group_name": None,
    "monitoring_interval": 0,
    "monitoring_role_arn": None,
    "performance_insights_enabled": False,
    "performance_insights_kms_key_id": None,
    "performance_insights_retention_period": None,
}
"""What a restored instance has if nothing is asked for."""

_restore_time = RDSBackend.restore_db_instance_to_point_in_time
_restore_snapshot = RDSBackend.restore_db_instance_from_db_snapshot
_save_automated_backup = DBInstance.save_automated_backup
_describe_backups = RDSBackend.describe_db_instance_automated_backups


def install() -> None:
    """Register the fixes."""
    adopt(DBInstance, Instance)
    adopt(DBInstanceAutomatedBackup, AutomatedBackup)
    adopt(RDSBackend, Backend)


class Instance(DBInstance):
    """One instance."""

    def save_automated_backup(self) -> None:
        if self.backup_retention_period:
            _save_automated_backup(self)


class AutomatedBackup(DBInstanceAutomatedBackup):
    """Backups of one instance, as AWS describes them."""

    @property
    def instance(self) -> Any:
        return (
            self.backend.databases.get(self.db_instance_identifier) or self.automated_snapshots[-1].database
        )

    @property
    def restore_window(self) -> dict[str, datetime]:
        """Here nothing has to be uploaded first: the last moment is now."""
        now, days = utcnow(), self.instance.backup_retention_period
        earliest = max(self.instance.created, now - timedelta(days=days))
        # To restore means to name a whole second.
        return {"EarliestTime": earliest.replace(microsecond=0), "LatestTime": now}

    @property
    def dbi_resource_id(self) -> str:
        return str(self.instance.dbi_resource_id)

    @property
    def db_instance_arn(self) -> str:
        return str(self.instance.db_instance_arn)

    @property
    def db_instance_automated_backups_arn(self) -> str:
        return (
            self.db_instance_arn.replace(":db:", ":auto-backup:").rpartition(":")[0]
            + f":ab-{self.dbi_resource_id[3:]}"
        )

    @property
    def region(self) -> str:
        return str(self.instance.region)

    @property
    def backup_retention_period(self) -> int:
        return int(self.instance.backup_retention_period)


class Backend(RDSBackend):
    """What AWS stores."""

    def describe_db_instance_automated_backups(
        self, db_instance_identifier: str | None = None, filters: Any = None, **_: Any
    ) -> list[DBInstanceAutomatedBackup]:
        found = _describe_backups(self, db_instance_identifier)
        wanted = {one["Name"]: one["Values"] for one in filters or []}
        known: list[Any] = [one for one in found if one.status in wanted.get("status", (one.status,))]
        return [one for one in known if one.status == "retained" or one.backup_retention_period]

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str, target_db_identifier: str, overrides: dict[str, Any]
    ) -> DBInstance:
        source = self.describe_db_instances(source_db_identifier)[0]
        backups: list[Any] = self.describe_db_instance_automated_backups(source.db_instance_identifier)
        if not backups:
            raise RDSClientError(
                "PointInTimeRestoreNotEnabled",
                f"Automated backups are not enabled for {source_db_identifier}.",
            )
        window, time = backups[0].restore_window, overrides.get("restore_time")
        if time is not None:
            naive = (
                time.replace(tzinfo=None) if isinstance(time, datetime) else datetime.fromisoformat(time[:19])
            )
            earliest = window["EarliestTime"].replace(tzinfo=None)
            if not earliest <= naive <= window["LatestTime"].replace(tzinfo=None):
                raise InvalidParameterValue(
                    f"The restore time must be within {window['EarliestTime']} and now."
                )
        restored = _restore_time(self, source_db_identifier, target_db_identifier, _known(overrides))
        return _as_asked(restored, overrides)

    def restore_db_instance_from_db_snapshot(
        self, from_snapshot_id: str, overrides: dict[str, Any]
    ) -> DBInstance:
        return _as_asked(_restore_snapshot(self, from_snapshot_id, _known(overrides)), overrides)


def _known(asked: dict[str, Any]) -> dict[str, Any]:
    default = str(asked.get("option_group_name", "")).startswith("default:")
    return {
        key: value for key, value in asked.items() if not (default and key.lower() == "option_group_name")
    }


def _as_asked(restored: Any, asked: dict[str, Any]) -> DBInstance:
    for key, default in AS_ASKED.items():
        setattr(restored, key, copy.copy(default) if asked.get(key) is None else asked[key])
    restored.source_db_instance_identifier = None
    restored.enabled_cloudwatch_logs_exports = list(asked.get("enable_cloudwatch_logs_exports") or [])
    if not asked.get("vpc_security_group_ids"):
        ec2: Any = ec2_backends[restored.account_id][restored.region]
        restored.vpc_security_group_ids = [ec2.get_default_security_group(ec2.default_vpc.id).id]
    return cast("DBInstance", restored)
