"""Restores into a new instance beside the old one: a point in time, or a snapshot. Pure functions."""

import re
from datetime import datetime
from typing import Any

from operations.engine import Call, Local, Plan, Probe, Ref, Secret, Step
from operations.errors import Refused
from operations.restore.facts import DataCheck, RestoreFacts, Wanted
from operations.restore.instances import Instance, at
from operations.restore.kept import Snapshot
from operations.restore.likeness import ANSWERED_AS, RESTORED_FROM, settings, settled, surroundings
from operations.restore.statuses import DOOMED, SERVING, SNAPSHOT_READY, one_of

PITR, SNAPSHOT = "db-pitr", "db-restore-snapshot"

LONGEST_IDENTIFIER = 63
"""Characters (RDS API reference, RestoreDBInstanceToPointInTime, TargetDBInstanceIdentifier)."""


def target_name(source: str, point: datetime | Snapshot) -> str:
    """A new identifier that the same request gives again: `orders-pitr-20261123t080507`."""
    base = re.sub(r"-(pitr|snap)-\d{8}t\d{6}$", "", source)
    if isinstance(point, Snapshot):
        word, time = "snap", point.taken
    else:
        word, time = "pitr", point
    stamp = at(time).replace("-", "").replace(":", "").lower().rstrip("z") if time else "unknown"
    return f"{base[: LONGEST_IDENTIFIER - len(word) - len(stamp) - 2].rstrip('-')}-{word}-{stamp}"


def new_name(source: Instance, wanted: Wanted) -> str:
    """Of the instance that is made; of a snapshot it tells the instance that the snapshot was taken of."""
    whose = wanted.point.instance if isinstance(wanted.point, Snapshot) else source.identifier
    return wanted.target or target_name(whose, wanted.point)


def plan_restore(facts: RestoreFacts, wanted: Wanted) -> Plan:
    """Restore, settle what a restore cannot set, look at the data. The services are not touched."""
    from_time = isinstance(wanted.point, datetime)
    if isinstance(wanted.point, datetime):
        _guard_window(facts, wanted.point)
        origin = f"{facts.source.identifier} at {at(wanted.point)}"
    else:
        _guard_snapshot(wanted.point)
        origin = f"{wanted.point.instance} snapshot {wanted.point.identifier}"
    name = new_name(facts.source, wanted)
    _guard_target(facts, name, origin)
    steps = []
    if facts.target is None or not facts.target.serves:
        steps.append(_restore(facts, wanted, name, origin))
    if facts.target is None or not settled(facts.target, facts.source):
        steps.append(_settle(facts, wanted, name))
    # A repetition that finds the instance as it should be looks at the data only if that is asked for.
    if wanted.check:
        steps.append(_look(facts, wanted.check, name, restored=bool(steps) and steps[0].id == "restore"))
    return Plan(
        kind=PITR if from_time else SNAPSHOT,
        target=facts.side.name,
        account=facts.side.account_id,
        steps=tuple(steps),
        notes=(
            *facts.notes,
            f"no service uses it before: hybrid db switch --side {facts.side.name} --to {name}",
        ),
        facts={
            "source": facts.source.identifier,
            "target": name,
            "restored from": origin,
            **({"restorable": str(facts.window)} if from_time else {}),
            **({"backups": facts.backup_arn} if facts.backup_arn else {}),
        },
        lock_region=facts.side.region,
    )


def _guard_window(facts: RestoreFacts, time: datetime) -> None:
    source, window = facts.source, facts.window
    if window is None:
        raise Refused(
            f"{source.identifier} has no automated backups (backup_retention_days "
            f"{source.retention_days}); restore a snapshot: hybrid db restore-snapshot. Nothing was changed."
        )
    if not window.earliest <= time <= window.latest:
        raise Refused(
            f"{at(time)} is outside of what {source.identifier} can be restored to: {window} (RDS, "
            "describe-db-instance-automated-backups, RestoreWindow). Nothing was changed."
        )


def _guard_snapshot(snapshot: Snapshot) -> None:
    if snapshot.status != SNAPSHOT_READY:
        raise Refused(
            f"{snapshot.identifier} is {snapshot.status}; wait for it, or name another. Nothing was changed."
        )


def _guard_target(facts: RestoreFacts, name: str, origin: str) -> None:
    """A name that is taken is fine only if it is this very restore, done or on its way."""
    if not re.fullmatch(r"[a-z](-?[a-z0-9])*", name) or len(name) > LONGEST_IDENTIFIER:
        raise Refused(
            f"--target {name}: use lower-case letters, digits and single hyphens, a letter first, "
            f"{LONGEST_IDENTIFIER} characters at most (RDS). Nothing was changed."
        )
    if facts.target is not None and facts.target.tags.get(RESTORED_FROM) != origin:
        raise Refused(
            f"there is an instance {name} already, and its tag {RESTORED_FROM} does not say {origin!r}; "
            "choose another name with --target. Nothing was changed."
        )


def _restore(facts: RestoreFacts, wanted: Wanted, name: str, origin: str) -> Step:
    region, described = facts.side.region, _describe(facts, name)
    status = "DBInstances[0].DBInstanceStatus"
    if isinstance(wanted.point, datetime):
        operation = "RestoreDBInstanceToPointInTime"
        # A deleted instance has no identifier any more, its backups have.
        deleted = {"SourceDBInstanceAutomatedBackupsArn": facts.backup_arn}
        living = {"SourceDBInstanceIdentifier": facts.source.identifier}
        source: dict[str, Any] = {
            **(deleted if facts.backup_arn else living),
            "TargetDBInstanceIdentifier": name,
            "RestoreTime": at(wanted.point),
        }
    else:
        operation = "RestoreDBInstanceFromDBSnapshot"
        source = {"DBInstanceIdentifier": name, "DBSnapshotIdentifier": wanted.point.identifier}
    arrived = Probe(
        described, equals={"DBInstances[0].DBInstanceIdentifier": name}, wait_on=("DBInstanceNotFound",)
    )
    call = Call("rds", region, operation, {**source, **surroundings(facts.source, origin)})
    return Step(
        id="restore",
        why=f"{name} holds {origin}",
        # One that is on its way already is only waited for.
        call=None if facts.target else call,
        # The name was free, so whoever bears it after a crash came from this call.
        arrived_when=None if facts.target else arrived,
        done_when=Probe(
            described,
            # A restored instance serves long before it is available: its first backup is taken at once.
            equals={one_of(SERVING, status): True},
            fails={one_of(DOOMED, status): True},
            wait_on=("DBInstanceNotFound",),
            shows=status,
        ),
        undo=_discard(facts, name),
        undone_when=Probe(described, done_on=("DBInstanceNotFound",), shows=status),
        limit_seconds=wanted.limit_seconds,
        poll_seconds=30,
    )


def _settle(facts: RestoreFacts, wanted: Wanted, name: str) -> Step:
    given, region = settings(facts.source), facts.side.region
    first, status = "DBInstances[0]", "DBInstances[0].DBInstanceStatus"
    compared = {f"{first}.{ANSWERED_AS.get(key, key)}": value for key, value in given.items()}
    # RDS leaves it out where monitoring is off.
    interval = compared.pop(f"{first}.MonitoringInterval")
    compared[f"{first}.MonitoringInterval || `0`"] = interval
    return Step(
        id="settings",
        why="backups, monitoring and protection as before, and the master password that the secret has",
        # Not a Call: RDS refuses it until the first backup is done.
        call=Local(
            "settle",
            {
                "region": region,
                "identifier": name,
                "settings": given,
                # Data of then has the password of then.
                "password": Secret(facts.secret_arn, "password"),
            },
            says=f"rds:ModifyDBInstance ({region})",
        ),
        done_when=Probe(
            _describe(facts, name),
            equals={
                **compared,
                one_of(SERVING, status): True,
                f"{first}.PendingModifiedValues.MasterUserPassword": None,
            },
            fails={one_of(DOOMED, status): True},
            shows=status,
        ),
        undo=_discard(facts, name),
        limit_seconds=wanted.limit_seconds,
        poll_seconds=15,
    )


def _look(facts: RestoreFacts, check: DataCheck, name: str, *, restored: bool) -> Step:
    address: Any = facts.target.address if facts.target else ""
    if restored:
        address = Ref("restore", "DBInstances[0].Endpoint.Address", "probe")
    return Step(
        id="check-data",
        why=f"{name} answers {check.query}"
        + (f" with {check.expected}" if check.expected is not None else ""),
        call=Local(
            "check-data",
            {
                "address": address,
                "port": facts.source.port,
                "ca": check.ca,
                "via_host": check.host,
                "via_port": check.port,
                "user": facts.source.found["MasterUsername"],
                "password": Secret(facts.secret_arn, "password"),
                "query": check.query,
                "expected": check.expected,
            },
            keep=("rows",),
        ),
        limit_seconds=900,
    )


def _describe(facts: RestoreFacts, name: str) -> Call:
    return Call("rds", facts.side.region, "DescribeDBInstances", {"DBInstanceIdentifier": name})


def _discard(facts: RestoreFacts, name: str) -> Local:
    side = facts.side
    return Local(
        "discard", {"region": side.region, "identifier": name, "parameter": side.parameter("endpoint")}
    )
