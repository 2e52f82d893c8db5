"""Taking a service's part away: only with a final dump that exists, and never while someone uses it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from operations.aws import Aws, error_code, explained
from operations.db import sql, vault
from operations.db.facts import Facts
from operations.db.plan import Plan, Step, guard_server
from operations.db.vault import Call
from operations.errors import HybridError, Refused, UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet

_SNAPSHOT = re.compile(r"(arn:aws:rds:[a-z0-9-]+:\d{12}:snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}")


@dataclass(frozen=True)
class Dump:
    """The copy that stays when the database is gone."""

    reference: str
    taken: datetime
    size: str

    def __str__(self) -> str:
        return f"{self.reference} ({self.size}, {self.taken:%Y-%m-%d %H:%M} UTC)"


def find_dump(aws: Aws, fleet: "Fleet", reference: str) -> Dump:
    """The dump behind `s3://bucket/key` or a snapshot's identifier; refused if not there or not whole."""
    if reference.startswith("s3://"):
        return _object(aws, fleet, reference)
    if not _SNAPSHOT.fullmatch(reference):
        raise UsageError(
            f"--final-dump {reference!r}: name an object, s3://bucket/key, or a snapshot's identifier"
        )
    return _snapshot(aws, fleet, reference)


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


def _snapshot(aws: Aws, fleet: "Fleet", reference: str) -> Dump:
    client, found = aws.client("rds", fleet.shared.region), []
    with explained(f"rds:DescribeDBSnapshots of {reference}"):
        try:
            found = client.describe_db_snapshots(DBSnapshotIdentifier=reference)["DBSnapshots"]
        except client.exceptions.DBSnapshotNotFoundFault:
            found = []
    if not found:
        raise Refused(f"--final-dump {reference}: there is no such snapshot. Nothing was changed.")
    snapshot, instance = found[0], fleet.shared.database.identifier
    if snapshot["DBInstanceIdentifier"] != instance:
        other = snapshot["DBInstanceIdentifier"]
        raise Refused(f"--final-dump {reference} is of {other}, not of {instance}. Nothing was changed.")
    if snapshot["Status"] != "available":
        raise Refused(f"--final-dump {reference} is {snapshot['Status']}; wait for it. Nothing was changed.")
    if snapshot["SnapshotType"] == "automated":
        raise Refused(
            f"--final-dump {reference} is automatic, and RDS deletes it after the retention period; copy it "
            "to a manual one and name that. Nothing was changed."
        )
    taken = snapshot.get("SnapshotCreateTime")
    if taken is None:
        raise HybridError(f"--final-dump {reference} has no time; look at it in RDS")
    return Dump(reference, taken, f"snapshot of {instance}, {snapshot['AllocatedStorage']} GiB")
