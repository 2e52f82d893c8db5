"""Taking a service's part away: only with a final dump that exists, and never while someone uses it."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from operations.aws import Aws, error_code, explained
from operations.db import sql, vault
from operations.db.facts import Facts
from operations.db.plan import Plan, Step, guard_server
from operations.db.vault import Call
from operations.errors import HybridError, Refused, UsageError
from operations.restore.instances import Instance, in_use
from operations.restore.side import Side, find_side

if TYPE_CHECKING:
    from environments.schema import Fleet

MAX_AGE_HOURS = 24.0
"""What is written after the dump is lost with the database. A day is enough to stop, dump and drop."""

_SNAPSHOT = re.compile(r"(arn:aws:rds:[a-z0-9-]+:\d{12}:snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}")


@dataclass(frozen=True)
class Dump:
    """The copy that stays when the database is gone."""

    reference: str
    taken: datetime
    size: str

    def __str__(self) -> str:
        return f"{self.reference} ({self.size}, {self.taken:%Y-%m-%d %H:%M} UTC)"


def find_dump(aws: Aws, fleet: "Fleet", reference: str, max_age_hours: float = MAX_AGE_HOURS) -> Dump:
    """The dump behind `s3://bucket/key` or a snapshot's identifier; refused if not there, not whole, old, or
    of another instance than the one in use."""
    if reference.startswith("s3://"):
        dump = _object(aws, fleet, reference)
    elif _SNAPSHOT.fullmatch(reference):
        dump = _snapshot(aws, find_side(fleet, fleet.dr.primary), reference)
    else:
        raise UsageError(
            f"--final-dump {reference!r}: name an object, s3://bucket/key, or a snapshot's identifier"
        )
    guard_age(dump, datetime.now(UTC), max_age_hours)
    return dump


def guard_age(dump: Dump, now: datetime, max_age_hours: float) -> None:
    """Refuse a dump that lacks what was written since. Pure."""
    age = (now - dump.taken) / timedelta(hours=1)
    if age > max_age_hours:
        raise Refused(
            f"--final-dump {dump.reference} was taken {dump.taken:%Y-%m-%d %H:%M} UTC, {age:.1f} hours ago; "
            f"{max_age_hours:g} are allowed, because what was written since is lost. Stop the service and "
            f"take a new one, or allow this one with --max-dump-age {math.ceil(age)}. Nothing was changed."
        )


def drop(facts: Facts, dump: Dump) -> Plan:
    """User first, so that nobody writes any more; then the database; the secret stays restorable."""
    guard_server(facts)
    if facts.connections:
        raise Refused(
            f"{facts.names.user} has {facts.connections} open connection"
            f"{'' if facts.connections == 1 else 's'}; stop the service first. Nothing was changed."
        )
    steps: list[Step] = []
    secret, names = facts.secret, facts.names
    if secret.exists and not secret.deleted:
        tags = [{"Key": vault.DUMP_TAG, "Value": dump.reference[:256]}]
        steps.append(_call(facts, "record-dump", "says where the data is", "TagResource", Tags=tags))
    if facts.account:
        steps.append(Step("drop-user", "no more logins", sql.drop_user(names.user)))
    if facts.database:
        steps.append(Step("drop-database", f"final dump: {dump}", sql.drop_database(names.database)))
    if secret.exists and not secret.deleted:
        if secret.replica_regions:
            regions = list(secret.replica_regions)
            why = "a secret with copies cannot be deleted"
            call = "RemoveRegionsFromReplication"
            steps.append(_call(facts, "remove-copies", why, call, RemoveReplicaRegions=regions))
        why = f"restorable for {vault.RECOVERY_DAYS} days"
        days = vault.RECOVERY_DAYS
        steps.append(_call(facts, "delete-secret", why, "DeleteSecret", RecoveryWindowInDays=days))
    return Plan(facts, tuple(steps), (f"final dump: {dump}",))


def _call(facts: Facts, id_: str, why: str, operation: str, **parameters: object) -> Step:
    return Step(id_, why, Call(facts.region, operation, {"SecretId": facts.secret.name, **parameters}))


def _object(aws: Aws, fleet: "Fleet", reference: str) -> Dump:
    url = urlsplit(reference)
    bucket, key = url.netloc, reference.removeprefix(f"s3://{url.netloc}/")
    if not bucket or not key or reference == f"s3://{url.netloc}":
        raise UsageError(f"--final-dump {reference!r}: name the object too, s3://bucket/key")
    if len(reference) > 256:
        raise UsageError("--final-dump is longer than 256 characters, the most that a tag can record")
    client, missing = aws.client("s3", fleet.shared.region), False
    with explained(f"s3:HeadObject of {reference}"):
        try:
            found = client.head_object(Bucket=bucket, Key=key)
        except client.exceptions.ClientError as error:
            if error_code(error) not in ("404", "NoSuchKey", "NoSuchBucket", "NotFound"):
                raise
            missing = True
    if missing:
        raise Refused(f"--final-dump {reference} does not exist. Nothing was changed.")
    if not found["ContentLength"]:
        raise Refused(f"--final-dump {reference} is empty. Nothing was changed.")
    return Dump(reference, found["LastModified"], f"{found['ContentLength']} bytes")


def _snapshot(aws: Aws, side: Side, reference: str) -> Dump:
    client, found = aws.client("rds", side.region), []
    with explained(f"rds:DescribeDBSnapshots of {reference}"):
        try:
            found = client.describe_db_snapshots(DBSnapshotIdentifier=reference)["DBSnapshots"]
        except client.exceptions.DBSnapshotNotFoundFault:
            found = []
    if not found:
        raise Refused(f"--final-dump {reference}: there is no such snapshot. Nothing was changed.")
    snapshot, instance = found[0], _instance(aws, side, reference)
    # Names are used again, after a restore even by plan; resource ids never are.
    if snapshot["DbiResourceId"] != instance.resource_id:
        other, used = snapshot["DBInstanceIdentifier"], instance.identifier
        raise Refused(
            f"--final-dump {reference} is of {other} ({snapshot['DbiResourceId']}), and services use {used} "
            f"({instance.resource_id}); take one of that: aws rds create-db-snapshot --region {side.region} "
            f"--db-instance-identifier {used} --db-snapshot-identifier NAME. Nothing was changed."
        )
    if snapshot["Status"] != "available":
        raise Refused(f"--final-dump {reference} is {snapshot['Status']}; wait for it. Nothing was changed.")
    if snapshot["SnapshotType"] == "automated":
        raise Refused(
            f"--final-dump {reference} is automatic, and RDS deletes it after the retention period; copy it "
            "to a manual one and name that. Nothing was changed."
        )
    # A copy has a new time, and the data of the old one.
    taken = snapshot.get("OriginalSnapshotCreateTime") or snapshot.get("SnapshotCreateTime")
    if taken is None:
        raise HybridError(f"--final-dump {reference} has no time; look at it in RDS")
    return Dump(reference, taken, f"snapshot of {instance.identifier}, {snapshot['AllocatedStorage']} GiB")


def _instance(aws: Aws, side: Side, reference: str) -> Instance:
    """The instance that services write to; since a restore not the one that configuration names."""
    address, instance = in_use(aws, side)
    if instance is None:
        raise Refused(
            f"{side.parameter('endpoint')} names {address}, and no instance in {side.region} has that "
            f"address: nobody can tell whether --final-dump {reference} is of the database in use. Name an "
            "object, s3://bucket/key, or correct the parameter with hybrid db switch --to NAME. "
            "Nothing was changed."
        )
    return instance
