"""Instances, their backups and snapshots, and where one is published. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.aws import Aws, explained
from operations.errors import HybridError, Refused
from operations.restore.side import Side

AVAILABLE = "available"


@dataclass(frozen=True)
class Instance:
    """An RDS instance as DescribeDBInstances has it."""

    found: Mapping[str, Any]

    @property
    def identifier(self) -> str:
        return str(self.found["DBInstanceIdentifier"])

    @property
    def status(self) -> str:
        return str(self.found["DBInstanceStatus"])

    @property
    def address(self) -> str:
        """Host name; empty while the instance is being made."""
        return str((self.found.get("Endpoint") or {}).get("Address", ""))

    @property
    def port(self) -> int:
        return int((self.found.get("Endpoint") or {}).get("Port", 0))

    @property
    def security_groups(self) -> tuple[str, ...]:
        groups = self.found.get("VpcSecurityGroups", ())
        return tuple(sorted(one["VpcSecurityGroupId"] for one in groups))

    @property
    def tags(self) -> dict[str, str]:
        """Without those that AWS sets, and refuses to have set."""
        tags = {one["Key"]: one["Value"] for one in self.found.get("TagList", ())}
        return {key: value for key, value in tags.items() if not key.startswith("aws:")}

    @property
    def source(self) -> str:
        """What it replicates from; empty if it is no replica."""
        return str(self.found.get("ReadReplicaSourceDBInstanceIdentifier") or "")

    @property
    def replicas(self) -> tuple[str, ...]:
        return tuple(self.found.get("ReadReplicaDBInstanceIdentifiers", ()))

    @property
    def retention_days(self) -> int:
        """0: no backups."""
        return int(self.found.get("BackupRetentionPeriod", 0))


@dataclass(frozen=True)
class Window:
    """Times to which an instance can be restored."""

    earliest: datetime
    latest: datetime

    def __str__(self) -> str:
        return f"{at(self.earliest)} to {at(self.latest)}"


@dataclass(frozen=True)
class Snapshot:
    """One snapshot. Automatic ones, named `rds:...`, vanish with the retention period or the instance."""

    identifier: str
    kind: str
    """`manual`, `automated` or `awsbackup`."""

    status: str
    taken: datetime | None
    instance: str

    @property
    def name(self) -> str:
        return f"{self.identifier} ({self.kind}, {at(self.taken) if self.taken else self.status})"


def at(time: datetime) -> str:
    """UTC, as this CLI writes and reads it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instance(aws: Aws, region: str, identifier: str) -> Instance | None:
    """An instance; None if there is none of that name."""
    client = aws.client("rds", region)
    with explained(f"rds:DescribeDBInstances of {identifier}"):
        try:
            found = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except client.exceptions.DBInstanceNotFoundFault:
            return None
    return Instance(found[0])


def instance_at(aws: Aws, region: str, address: str) -> Instance | None:
    """The instance that has this host name."""
    paginator = aws.client("rds", region).get_paginator("describe_db_instances")
    with explained("rds:DescribeDBInstances"):
        instances = [Instance(one) for page in paginator.paginate() for one in page["DBInstances"]]
    return next((one for one in instances if one.address == address), None)


def in_service(aws: Aws, side: Side, named: str | None = None) -> Instance:
    """The instance that services use now, or the one that is named."""
    if named:
        instance = read_instance(aws, side.region, named)
        what = f"there is no instance {named} in {side.region}"
    else:
        address = published(aws, side, "endpoint")
        instance = instance_at(aws, side.region, address)
        what = (
            f"{side.parameter('endpoint')} names {address}, and no instance in {side.region} has that address"
        )
    if instance is None:
        kept = retained(aws, side)
        hint = f" Backups of deleted instances are kept: {', '.join(kept)}." if kept else ""
        raise Refused(f"{what}; name one with --source.{hint} Nothing was changed.")
    return instance


def retained(aws: Aws, side: Side) -> tuple[str, ...]:
    """Backups that outlived their instance, by its name."""
    with explained("rds:DescribeDBInstanceAutomatedBackups"):
        found = aws.client("rds", side.region).describe_db_instance_automated_backups(
            Filters=[{"Name": "status", "Values": ["retained"]}]
        )["DBInstanceAutomatedBackups"]
    return tuple(f"{one['DBInstanceIdentifier']} ({one['DBInstanceAutomatedBackupsArn']})" for one in found)


def read_window(aws: Aws, region: str, identifier: str) -> Window | None:
    """Times that a point in time can be restored to; DBInstances itself has the later one only
    (RDS API reference, DBInstanceAutomatedBackup, RestoreWindow). None: there are no backups."""
    client = aws.client("rds", region)
    with explained(f"rds:DescribeDBInstanceAutomatedBackups of {identifier}"):
        try:
            found = client.describe_db_instance_automated_backups(DBInstanceIdentifier=identifier)
        except client.exceptions.DBInstanceAutomatedBackupNotFoundFault:
            return None
    windows = [
        one["RestoreWindow"] for one in found["DBInstanceAutomatedBackups"] if one.get("RestoreWindow")
    ]
    # Both times are missing until the first backup is done.
    whole = [one for one in windows if one.get("EarliestTime") and one.get("LatestTime")]
    return Window(whole[0]["EarliestTime"], whole[0]["LatestTime"]) if whole else None


def read_snapshots(aws: Aws, region: str, identifier: str) -> tuple[Snapshot, ...]:
    """Every snapshot of an instance, newest first; AWS lists them in no order that it promises."""
    paginator = aws.client("rds", region).get_paginator("describe_db_snapshots")
    with explained(f"rds:DescribeDBSnapshots of {identifier}"):
        pages = [*paginator.paginate(DBInstanceIdentifier=identifier)]
    found = [
        Snapshot(
            one["DBSnapshotIdentifier"],
            one["SnapshotType"],
            one["Status"],
            one.get("SnapshotCreateTime"),
            one["DBInstanceIdentifier"],
        )
        for page in pages
        for one in page["DBSnapshots"]
    ]
    long_ago = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda one: one.taken or long_ago, reverse=True))


def published(aws: Aws, side: Side, item: str) -> str:
    """What SSM says of the database."""
    name = side.parameter(item)
    client = aws.client("ssm", side.region)
    with explained(f"ssm:GetParameter of {name}"):
        try:
            return str(client.get_parameter(Name=name)["Parameter"]["Value"]).strip()
        except client.exceptions.ParameterNotFound:
            pass
    raise HybridError(f"{name} is not in SSM of {side.region}; deploy the stack {side.stack} first")
