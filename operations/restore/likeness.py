"""A restored instance as its source is: what a restore call takes over, and what only a modification can set.

RDS restores into one zone, the default security, subnet and parameter groups, without tags, protection and
log exports, unless it is told otherwise (RDS user guide, "Restoring a DB instance to a specified time").
"""

from typing import Any

from operations.engine import RunId
from operations.restore.instances import Instance

RESTORED_FROM, RESTORED_BY = "RestoredFrom", "RestoredBy"
"""Tags of a restored instance: what it holds, and the run that made it."""


def surroundings(source: Instance, origin: str) -> dict[str, Any]:
    """What a restore call takes over from the source: where it stands, who reaches it, what it is."""
    found = source.found
    groups: list[dict[str, Any]] = found.get("DBParameterGroups") or [{}]
    options: list[dict[str, Any]] = found.get("OptionGroupMemberships") or [{}]
    given: dict[str, Any] = {
        "DBInstanceClass": found["DBInstanceClass"],
        "Port": source.port,
        "DBSubnetGroupName": (found.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
        "VpcSecurityGroupIds": source.security_groups,
        "DBParameterGroupName": groups[0].get("DBParameterGroupName"),
        "OptionGroupName": options[0].get("OptionGroupName"),
        "MultiAZ": bool(found.get("MultiAZ")),
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": bool(found.get("AutoMinorVersionUpgrade")),
        "StorageType": found.get("StorageType"),
        "CopyTagsToSnapshot": True,
        "EnableIAMDatabaseAuthentication": bool(found.get("IAMDatabaseAuthenticationEnabled")),
        "EnableCloudwatchLogsExports": tuple(found.get("EnabledCloudwatchLogsExports", ())),
        # Until the data is looked at, a mistake must be easy to remove.
        "DeletionProtection": False,
    }
    if found.get("Iops") and found.get("StorageType") in ("io1", "io2"):
        given["Iops"] = found["Iops"]
    tags: dict[str, Any] = {**source.tags, RESTORED_FROM: origin, RESTORED_BY: RunId()}
    given["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {key: value for key, value in given.items() if value is not None}


def settings(source: Instance) -> dict[str, Any]:
    """What only a modification can set: monitoring, backups, maintenance, protection."""
    found = source.found
    role = {"MonitoringRoleArn": found.get("MonitoringRoleArn")} if found.get("MonitoringInterval") else {}
    insights = bool(found.get("PerformanceInsightsEnabled"))
    given: dict[str, Any] = {
        "BackupRetentionPeriod": source.retention_days,
        "PreferredBackupWindow": found.get("PreferredBackupWindow"),
        "PreferredMaintenanceWindow": found.get("PreferredMaintenanceWindow"),
        "MonitoringInterval": int(found.get("MonitoringInterval") or 0),
        **role,
        "EnablePerformanceInsights": insights,
        "CACertificateIdentifier": found.get("CACertificateIdentifier"),
        "MaxAllocatedStorage": found.get("MaxAllocatedStorage"),
        "DeletionProtection": bool(found.get("DeletionProtection")),
    }
    if insights:
        given["PerformanceInsightsKMSKeyId"] = found.get("PerformanceInsightsKMSKeyId")
        given["PerformanceInsightsRetentionPeriod"] = found.get("PerformanceInsightsRetentionPeriod")
    return {key: value for key, value in given.items() if value is not None}


ANSWERED_AS = {"EnablePerformanceInsights": "PerformanceInsightsEnabled"}
"""Members that a request and an answer name differently."""


def settled(target: Instance, source: Instance) -> bool:
    """Whether all of it is set."""
    wanted = settings(source).items()
    return all((target.found.get(ANSWERED_AS.get(key, key)) or 0) == (value or 0) for key, value in wanted)
