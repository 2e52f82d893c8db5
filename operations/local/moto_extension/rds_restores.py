"""RDS restores.

Moto 5.2.5
- restores any point in time of any instance, without backups too, but of none that was deleted;
- does not know the default option groups that it says instances have;
- takes the instance that a moment is restored of for the primary of a replica;
- copies everything of the source into the restored instance. AWS gives it one zone, the default security
  and parameter groups, no tags, no protection, no log exports, no IAM authentication, no monitoring and no
  Performance Insights, unless the request says otherwise (RDS API reference,
  RestoreDBInstanceToPointInTime and RestoreDBInstanceFromDBSnapshot).
Data is not restored: there is none.
"""

import copy
from datetime import datetime
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.rds.exceptions import InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from operations.local.moto_extension import rds_backups, rds_states
from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_clock import CLOCK

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

NOT_COPIED = ("backend", "db_subnet_group", "max_allocated_storage")
"""Of the source; as moto has it."""

_restore_snapshot = RDSBackend.restore_db_instance_from_db_snapshot


def install() -> None:
    """Register the fixes."""
    rds_states.install()
    rds_backups.install()
    adopt(RDSBackend, Backend)


class Backend(RDSBackend):
    """What AWS stores."""

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str | None, target_db_identifier: str, overrides: dict[str, Any]
    ) -> DBInstance:
        backup = _backup(self, source_db_identifier, overrides)
        _check_time(backup.restore_window, overrides.get("restore_time"))
        source, asked = backup.instance, _known(overrides)
        copied = {
            name.removeprefix("_"): copy.deepcopy(value)
            for name, value in vars(source).items()
            if name.removeprefix("_") not in NOT_COPIED
        }
        if not source.option_group_supplied:
            del copied["option_group_name"]
        wanted = {name: value for name, value in asked.items() if value}
        identifier = {"db_instance_identifier": target_db_identifier}
        return _as_asked(self.create_db_instance({**copied, **wanted, **identifier}), overrides)

    def restore_db_instance_from_db_snapshot(
        self, from_snapshot_id: str, overrides: dict[str, Any]
    ) -> DBInstance:
        return _as_asked(_restore_snapshot(self, from_snapshot_id, _known(overrides)), overrides)


def _backup(backend: RDSBackend, source: str | None, asked: dict[str, Any]) -> Any:
    """The backups that a request names, by their ARN or their instance; a deleted one has no name."""
    if source is None:
        wanted = {
            "dbi_resource_id": asked.get("source_dbi_resource_id"),
            "db_instance_automated_backups_arn": asked.get("source_db_instance_automated_backups_arn"),
        }
    else:
        wanted = {"dbi_resource_id": backend.describe_db_instances(source)[0].dbi_resource_id}
    if any(wanted.values()) and (found := backend.describe_db_instance_automated_backups(**wanted)):
        return found[0]
    if source is None:
        raise RDSClientError("DBInstanceAutomatedBackupNotFound", "The automated backup was not found.")
    raise RDSClientError("PointInTimeRestoreNotEnabled", f"Automated backups are not enabled for {source}.")


def _check_time(window: dict[str, datetime], time: Any) -> None:
    if time is None:
        return
    naive = time.replace(tzinfo=None) if isinstance(time, datetime) else datetime.fromisoformat(time[:19])
    first, last = (window[name].replace(tzinfo=None) for name in ("EarliestTime", "LatestTime"))
    if not first <= naive <= last:
        raise InvalidParameterValue(f"The restore time must be within {first} and {last}.")


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
    restored.restored_at = CLOCK.now
    return cast("DBInstance", restored)
