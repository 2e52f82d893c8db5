"""What is kept of instances, also of deleted ones: snapshots and automated backups. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from operations.aws import Aws, explained
from operations.restore.instances import Instance, at


@dataclass(frozen=True)
class Window:
    """Times to which an instance can be restored."""

    earliest: datetime
    latest: datetime

    def __str__(self) -> str:
        return f"{at(self.earliest)} to {at(self.latest)}"


@dataclass(frozen=True)
class Retained:
    """Automated backups that outlived their instance, as DescribeDBInstanceAutomatedBackups has them."""

    found: Mapping[str, Any]

    @property
    def identifier(self) -> str:
        """Of the instance that was. Several may have had it, one after the other."""
        return str(self.found["DBInstanceIdentifier"])

    @property
    def arn(self) -> str:
        return str(self.found["DBInstanceAutomatedBackupsArn"])

    @property
    def window(self) -> Window | None:
        return _window(self.found)

    def __str__(self) -> str:
        return f"{self.identifier}, {self.window or 'nothing restorable'} ({self.arn})"


@dataclass(frozen=True)
class Snapshot:
    """One snapshot. Automatic ones, named `rds:...`, vanish with the retention period or the instance."""

    identifier: str
    kind: str
    """`manual`, `automated` or `awsbackup`."""

    status: str
    taken: datetime | None
    instance: str
    """Name that its instance had."""

    found: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return f"{self.identifier} ({self.kind}, {at(self.taken) if self.taken else self.status})"

    @property
    def resource_id(self) -> str:
        """Of its instance."""
        return str(self.found.get("DbiResourceId", ""))


def read_window(aws: Aws, region: str, instance: Instance) -> Window | None:
    """Times that a point in time can be restored to; DBInstances itself has the later one only
    (RDS API reference, DBInstanceAutomatedBackup, RestoreWindow). None: there are no backups."""
    client = aws.client("rds", region)
    with explained(f"rds:DescribeDBInstanceAutomatedBackups of {instance.identifier}"):
        try:
            # By the name, those of a deleted instance that bore it before would be found as well.
            found = client.describe_db_instance_automated_backups(DbiResourceId=instance.resource_id)
        except client.exceptions.DBInstanceAutomatedBackupNotFoundFault:
            return None
    windows = [_window(one) for one in found["DBInstanceAutomatedBackups"]]
    return next((one for one in windows if one), None)


def read_retained(aws: Aws, region: str) -> tuple[Retained, ...]:
    """Backups of deleted instances."""
    paginator = aws.client("rds", region).get_paginator("describe_db_instance_automated_backups")
    with explained("rds:DescribeDBInstanceAutomatedBackups"):
        pages = [*paginator.paginate(Filters=[{"Name": "status", "Values": ["retained"]}])]
    return tuple(Retained(one) for page in pages for one in page["DBInstanceAutomatedBackups"])


def read_snapshots(aws: Aws, region: str, instance: Instance) -> tuple[Snapshot, ...]:
    """Every snapshot of an instance, newest first; none of another one that bore its name before."""
    return _snapshots(aws, region, Filters=[{"Name": "dbi-resource-id", "Values": [instance.resource_id]}])


def read_snapshots_named(aws: Aws, region: str, instance: str) -> tuple[Snapshot, ...]:
    """Every snapshot of instances that bore a name, newest first."""
    return _snapshots(aws, region, DBInstanceIdentifier=instance)


def read_snapshot(aws: Aws, region: str, identifier: str) -> Snapshot | None:
    """One snapshot by its own name, whatever became of its instance."""
    kind = {"rds": "automated", "awsbackup": "awsbackup"}.get(identifier.partition(":")[0])
    # Of an automatic one AWS wants to be told what it is (RDS API reference, DescribeDBSnapshots).
    more = {"SnapshotType": kind} if kind else {}
    client = aws.client("rds", region)
    with explained(f"rds:DescribeDBSnapshots of {identifier}"):
        try:
            found = client.describe_db_snapshots(DBSnapshotIdentifier=identifier, **more)["DBSnapshots"]
        except client.exceptions.DBSnapshotNotFoundFault:
            return None
    return _snapshot(found[0]) if found else None


def _snapshots(aws: Aws, region: str, **asked: Any) -> tuple[Snapshot, ...]:
    paginator = aws.client("rds", region).get_paginator("describe_db_snapshots")
    with explained("rds:DescribeDBSnapshots"):
        found = [_snapshot(one) for page in paginator.paginate(**asked) for one in page["DBSnapshots"]]
    # AWS lists them in no order that it promises.
    long_ago = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda one: one.taken or long_ago, reverse=True))


def _snapshot(found: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        found["DBSnapshotIdentifier"],
        found["SnapshotType"],
        found["Status"],
        found.get("SnapshotCreateTime"),
        found["DBInstanceIdentifier"],
        found,
    )


def _window(found: Mapping[str, Any]) -> Window | None:
    """Both times are missing until the first backup is done."""
    times = found.get("RestoreWindow") or {}
    earliest, latest = times.get("EarliestTime"), times.get("LatestTime")
    return Window(earliest, latest) if earliest and latest else None
