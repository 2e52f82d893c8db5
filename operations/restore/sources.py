"""What a restore takes its data of, and whose settings the new instance gets. Reads only."""

from dataclasses import dataclass

from operations.aws import Aws
from operations.errors import Refused
from operations.restore.declared import declared
from operations.restore.instances import Instance, in_use, read_instance
from operations.restore.kept import (
    Retained,
    Snapshot,
    Window,
    read_retained,
    read_snapshot,
    read_snapshots,
    read_snapshots_named,
    read_window,
)
from operations.restore.side import Platform, Side
from operations.restore.statuses import SNAPSHOT_READY


@dataclass(frozen=True)
class Source:
    """What a plan needs to know of it."""

    instance: Instance
    """Whose settings the new one gets: a living one, or one as configuration declares it."""

    window: Window | None = None
    backup_arn: str = ""
    """The backups, if the instance was deleted."""

    notes: tuple[str, ...] = ()
    """Where the settings came from."""


def in_service(aws: Aws, side: Side, named: str | None = None) -> Instance:
    """The instance that services use now, or the one that is named."""
    if named:
        instance = read_instance(aws, side.region, named)
        what = f"there is no instance {named} in {side.region}"
    else:
        address, instance = in_use(aws, side)
        what = nobody_at(side, address)
    if instance is None:
        raise Refused(f"{what}; name another one with --source. Nothing was changed.")
    return instance


def nobody_at(side: Side, address: str) -> str:
    """What is wrong if the database in use is gone, or the parameter names something else."""
    return f"{side.parameter('endpoint')} names {address}, and no instance in {side.region} has that address"


def of_time(on: Platform, named: str | None) -> Source:
    """For a point in time: of a living instance, or of a deleted one whose backups are retained."""
    aws, region = on.aws, on.side.region
    if named is None:
        address, found = in_use(aws, on.side)
        what = nobody_at(on.side, address)
    else:
        # Backups are no instance, and RDS would refuse to look for one of that ARN.
        found = None if named.startswith("arn:") else read_instance(aws, region, named)
        what = f"there is no instance {named} in {region}, and there are no backups of one"
    if found:
        return _living(found, read_window(aws, region, found))
    retained = read_retained(aws, region)
    if named is None:
        raise Refused(f"{what}; {_choice(retained)}")
    backup = chosen(retained, named, what)
    instance, notes = declared(on, backup.identifier, backup.found)
    return Source(instance, backup.window, backup.arn, notes)


def chosen(retained: tuple[Retained, ...], named: str, what: str) -> Retained:
    """Backups by their instance's name, if only one had it, or by their ARN. Pure."""
    found = [one for one in retained if named in (one.identifier, one.arn)]
    if not found:
        raise Refused(f"{what}; {_choice(retained)}")
    if len(found) > 1:
        raise Refused(
            f"{len(found)} deleted instances were named {named}; name the backups of one by their ARN: "
            f"--source ARN, of {'; '.join(map(str, found))}. Nothing was changed."
        )
    return found[0]


def _choice(retained: tuple[Retained, ...]) -> str:
    kept = "; ".join(map(str, retained)) or "none"
    return (
        f"backups of deleted instances that --source can name: {kept}. "
        "A snapshot is restored by its own name: hybrid db restore-snapshot NAME. Nothing was changed."
    )


def of_snapshot(
    on: Platform, source: str | None, named: str | None, *, automatic: bool
) -> tuple[Source, Snapshot]:
    """For a snapshot: the named one, whatever became of its instance, or the newest of a living instance."""
    aws, side = on.aws, on.side
    if source:
        address, instance = source, read_instance(aws, side.region, source)
    else:
        address, instance = in_use(aws, side)
    lost = address.partition(".")[0]
    if named is None:
        if instance is None:
            newest = _newest(read_snapshots_named(aws, side.region, lost))
            raise Refused(
                f"{lost} is gone; name the snapshot to restore: hybrid db restore-snapshot NAME. "
                f"The newest of {lost} are: {newest}. Nothing was changed."
            )
        snapshots = read_snapshots(aws, side.region, instance)
        return _living(instance), choose(instance.identifier, snapshots, automatic=automatic)
    snapshot = read_snapshot(aws, side.region, named)
    if snapshot is None:
        known = read_snapshots_named(aws, side.region, instance.identifier if instance else lost)
        raise Refused(
            f"there is no snapshot {named} in {side.region}; the newest of "
            f"{instance.identifier if instance else lost} are: {_newest(known)}. Nothing was changed."
        )
    if instance:
        return _living(instance, snapshot=snapshot), snapshot
    if source and source != snapshot.instance:
        raise Refused(
            f"there is no instance {source} in {side.region}, and {named} is of {snapshot.instance}; "
            "name a living instance with --source, or leave it out. Nothing was changed."
        )
    as_declared, notes = declared(on, snapshot.instance, snapshot.found)
    return Source(as_declared, notes=notes), snapshot


def choose(instance: str, snapshots: tuple[Snapshot, ...], *, automatic: bool) -> Snapshot:
    """The newest that is ready: a manual one, unless automatic ones are asked for. Pure."""
    for one in snapshots:
        if one.status == SNAPSHOT_READY and (automatic or one.kind == "manual"):
            return one
    hint = "" if automatic else "; --automatic takes those that RDS makes each day"
    raise Refused(
        f"{instance} has no available {'' if automatic else 'manual '}snapshot; "
        f"the newest are: {_newest(snapshots)}{hint}. Nothing was changed."
    )


def _newest(snapshots: tuple[Snapshot, ...]) -> str:
    return ", ".join(one.name for one in snapshots[:5]) or "none"


def _living(instance: Instance, window: Window | None = None, snapshot: Snapshot | None = None) -> Source:
    notes = [f"settings of the new instance: as {instance.identifier} has them"]
    if snapshot and snapshot.resource_id != instance.resource_id:
        notes.append(
            f"{snapshot.identifier} is of {snapshot.instance} ({snapshot.resource_id}), "
            f"not of {instance.identifier} ({instance.resource_id})"
        )
    return Source(instance, window, notes=tuple(notes))
