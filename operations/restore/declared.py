"""What configuration says of a database that is gone: the settings of the instance that is restored of it.

Backups and snapshots hold data, user and key, and no groups (RDS user guide, "Retaining automated backups").
So the new instance becomes what the stack would make (constructs, mysql_instance), and the plan shows where
each setting came from.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from environments import naming
from environments.recovery import ReplicaRole
from operations.aws import Aws, explained
from operations.errors import Refused
from operations.restore.instances import Instance, published
from operations.restore.likeness import settings, surroundings
from operations.restore.side import Platform

STACK, NAMED = "fixed by the stack", "named as the stack names them"
ORIGINS: Mapping[str, str] = {
    "Port": "published in SSM",
    "VpcSecurityGroupIds": "found in EC2 by the name that the stack gives it",
    "PerformanceInsightsKMSKeyId": "the key of the backup",
    "DBSubnetGroupName": NAMED,
    "DBParameterGroupName": NAMED,
    "MonitoringRoleArn": NAMED,
    "StorageType": STACK,
    "PubliclyAccessible": STACK,
    "CopyTagsToSnapshot": STACK,
    "EnableIAMDatabaseAuthentication": STACK,
    "DeletionProtection": STACK,
}
"""Of a parameter, where it is not configuration itself."""


def declared(on: Platform, name: str, kept: Mapping[str, Any]) -> tuple[Instance, tuple[str, ...]]:
    """An instance `name` as the stack would make it, and notes that say where each setting came from.

    `kept` is the snapshot or backup as RDS describes it.
    """
    instance = Instance({"DBInstanceIdentifier": name, **_configured(on), **_found(on, kept)})
    return instance, (
        f"{name} is gone; the new instance is as configuration declares it, not as {name} was",
        *_origins(on, instance),
    )


def _configured(on: Platform) -> dict[str, Any]:
    fleet, side = on.fleet, on.side
    common, replica = fleet.shared.database, fleet.dr.database_replica
    own, environment = (replica, fleet.dr) if side.is_copy else (common, fleet.shared)
    # As `DatabaseReplica` has it: one zone, until it is the primary.
    standing = not side.is_copy or replica.role is ReplicaRole.PRIMARY
    family = "mysql" + "-".join(common.engine_version.split(".")[:2])
    prefix = fleet.shared.organisation.prefix
    role = f"{naming.role_path(prefix, environment.name)}{prefix}-{environment.name}-rds-monitoring"
    return {
        "DBInstanceClass": own.instance_class,
        "DBSubnetGroup": {"DBSubnetGroupName": side.identifier},
        "DBParameterGroups": [{"DBParameterGroupName": f"{side.identifier}-{family}"}],
        "MultiAZ": standing and common.multi_az,
        # "8.4" follows the minor versions, "8.4.6" stays there.
        "AutoMinorVersionUpgrade": common.engine_version.count(".") == 1,
        "StorageType": "gp3",
        "IAMDatabaseAuthenticationEnabled": True,
        "EnabledCloudwatchLogsExports": list(common.log_exports),
        "BackupRetentionPeriod": own.backup_retention_days,
        "PreferredBackupWindow": own.backup_window,
        "PreferredMaintenanceWindow": own.maintenance_window,
        "MonitoringInterval": common.monitoring_interval_seconds,
        "MonitoringRoleArn": f"arn:aws:iam::{side.account_id}:role{role}",
        "PerformanceInsightsEnabled": common.performance_insights,
        "PerformanceInsightsRetentionPeriod": common.performance_insights_days,
        "CACertificateIdentifier": common.ca_certificate,
        "MaxAllocatedStorage": common.max_allocated_storage_gb,
        "DeletionProtection": True,
        "TagList": [{"Key": key, "Value": value} for key, value in environment.required_tags.items()],
    }


def _found(on: Platform, kept: Mapping[str, Any]) -> dict[str, Any]:
    group = _security_group(on.aws, on.side.region, f"{on.side.identifier}-access", kept.get("VpcId"))
    return {
        "Endpoint": {"Port": int(published(on.aws, on.side, "port"))},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group}],
        "MasterUsername": kept["MasterUsername"],
        # One key encrypts both.
        "PerformanceInsightsKMSKeyId": kept.get("KmsKeyId"),
    }


def _security_group(aws: Aws, region: str, name: str, vpc: str | None) -> str:
    """Names are unique in a VPC only."""
    filters = [{"Name": "group-name", "Values": [name]}]
    if vpc:
        filters.append({"Name": "vpc-id", "Values": [vpc]})
    with explained(f"ec2:DescribeSecurityGroups of {name}"):
        found = aws.client("ec2", region).describe_security_groups(Filters=filters)["SecurityGroups"]
    if len(found) != 1:
        ids = ", ".join(one["GroupId"] for one in found) or "none"
        raise Refused(
            f"the security group of the new instance must be the one named {name} in {vpc or region}; "
            f"found: {ids}. Name an instance with --source whose settings it shall have. Nothing was changed."
        )
    return str(found[0]["GroupId"])


def _origins(on: Platform, instance: Instance) -> Iterator[str]:
    """What the calls will say, by where it came from."""
    files = "environments/dr.yaml and shared.yaml" if on.side.is_copy else "environments/shared.yaml"
    collected: dict[str, list[str]] = {}
    # `surroundings` leaves the protection off until the data was looked at; the settings have the last word.
    for name, value in {**surroundings(instance, ""), **settings(instance)}.items():
        collected.setdefault(ORIGINS.get(name, files), []).append(f"{name} {_text(name, value)}")
    yield from (f"{origin}: {', '.join(each)}" for origin, each in collected.items())


def _text(name: str, value: Any) -> str:
    if name == "Tags":
        return " ".join(one["Key"] for one in value)
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
