"""`hybrid db backup check`: could the database be restored right now, as configuration promises?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.aws import Aws
from operations.console import err, out, print_json
from operations.errors import Breached
from operations.restore.instances import Instance, at, read_instance
from operations.restore.kept import Snapshot, Window, read_snapshots, read_window
from operations.restore.side import Side
from operations.restore.sources import in_service
from operations.restore.statuses import SERVING, SNAPSHOT_READY

DAILY = timedelta(hours=26)
"""An automatic snapshot is taken each day in its window; two hours for it to finish."""


@dataclass(frozen=True)
class BackupFacts:
    """All that the check rests on."""

    side: Side
    instance: Instance
    window: Window | None
    snapshots: tuple[Snapshot, ...]
    copy: Instance | None
    """The database of the other region, if this side has one."""

    now: datetime


@dataclass(frozen=True)
class Check:
    """One objective."""

    name: str
    met: bool
    found: str
    wanted: str

    def __str__(self) -> str:
        return f"{'ok' if self.met else 'MISSED':<7}{self.name}: {self.found}" + (
            "" if self.met else f"; wanted: {self.wanted}"
        )


def gather(aws: Aws, side: Side, named: str | None) -> BackupFacts:
    """Live settings, not those of the configuration."""
    instance = in_service(aws, side, named)
    copy = read_instance(aws, side.other[0], side.other[1]) if side.other else None
    return BackupFacts(
        side=side,
        instance=instance,
        window=read_window(aws, side.region, instance),
        snapshots=read_snapshots(aws, side.region, instance),
        copy=copy,
        now=datetime.now(UTC),
    )


def checks(facts: BackupFacts) -> Iterator[Check]:
    """Every objective, met or not. What cannot be seen is missed. Pure."""
    side, instance = facts.side, facts.instance
    days = instance.retention_days
    yield Check("backups", days > 0, f"kept {days} days" if days else "off", "on (backup_retention_days)")
    yield Check(
        "retention", days >= side.retention_days, f"{days} days", f"{side.retention_days} days or more"
    )
    window = str(instance.found.get("PreferredBackupWindow", "none"))
    yield Check("backup window", window == side.backup_window, f"{window} UTC", f"{side.backup_window} UTC")
    encrypted = bool(instance.found.get("StorageEncrypted"))
    yield Check("encryption", encrypted, "on" if encrypted else "off", "on, as snapshots inherit it")
    yield from _restorable(facts)
    yield _daily(facts)
    if side.other:
        yield _other_region(facts.copy, *side.other)


def _restorable(facts: BackupFacts) -> Iterator[Check]:
    side, window = facts.side, facts.window
    if side.rpo_minutes is not None:
        limit = timedelta(minutes=side.rpo_minutes)
        wanted = f"not older than the RPO, {side.rpo_minutes} minutes (objectives.database.rpo_minutes)"
        age = facts.now - window.latest if window else None
        found = f"{at(window.latest)}, {_minutes(age)} ago" if window and age is not None else "nothing"
        yield Check("latest restorable time", age is not None and age <= limit, found, wanted)
    # A day is granted: the oldest day ends when its snapshot is deleted. A young instance has less.
    created = facts.instance.found.get("InstanceCreateTime") or facts.now
    due = max(facts.now - timedelta(days=max(side.retention_days - 1, 0)), created + DAILY)
    reaches = window is not None and window.earliest <= due
    found = at(window.earliest) if window else "nothing"
    yield Check("earliest restorable time", reaches, found, f"{at(due)} or earlier")


def _daily(facts: BackupFacts) -> Check:
    automatic = [one for one in facts.snapshots if one.kind == "automated" and one.status == SNAPSHOT_READY]
    taken = automatic[0].taken if automatic else None
    created = facts.instance.found.get("InstanceCreateTime") or facts.now
    met = facts.now - (taken or created) <= DAILY
    found = f"{automatic[0].name}, {len(automatic)} in all" if automatic else "none"
    return Check("automatic snapshot", met, found, "one of the last 26 hours")


def _other_region(copy: Instance | None, region: str, identifier: str, days: int) -> Check:
    wanted = f"{identifier} in {region}, in use, with backups kept {days} days"
    if copy is None:
        return Check("other region", False, f"no {identifier} in {region}", wanted)
    # It is backed up each day, for hours, and replicates all the while.
    met = copy.status in SERVING and copy.retention_days >= days
    return Check(
        "other region", met, f"{identifier} {copy.status}, backups kept {copy.retention_days} days", wanted
    )


def _minutes(age: timedelta) -> str:
    return f"{age.total_seconds() / 60:.0f} minutes"


def report(facts: BackupFacts, *, as_json: bool) -> None:
    """Print it; exit code 4 if an objective is missed."""
    found = list(checks(facts))
    manual = [one.name for one in facts.snapshots if one.kind == "manual"]
    missed = [one.name for one in found if not one.met]
    if as_json:
        rows: list[dict[str, Any]] = [vars(one) for one in found]
        print_json(
            {
                "instance": facts.instance.identifier,
                "region": facts.side.region,
                "at": at(facts.now),
                "ok": not missed,
                "checks": rows,
                "manual_snapshots": manual,
            }
        )
    else:
        err.print(f"{facts.instance.identifier} in {facts.side.region}", markup=False)
        for one in found:
            out.print(str(one), markup=False)
        out.print(f"manual snapshots: {', '.join(manual) or 'none'}", markup=False)
    if missed:
        raise Breached(
            f"{facts.instance.identifier}: {len(missed)} of {len(found)} missed: {', '.join(missed)}"
        )
