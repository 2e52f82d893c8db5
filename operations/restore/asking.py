"""From what a person asks for to a run: reads the facts, makes the plan, hands it to the engine."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from operations.engine import Plan
from operations.engine.run import Manner, carry_out
from operations.errors import Refused, UsageError
from operations.restore import plan
from operations.restore import switch as switching
from operations.restore.facts import DataCheck, RestoreFacts, Wanted
from operations.restore.instances import (
    AVAILABLE,
    Instance,
    Snapshot,
    in_service,
    published,
    read_instance,
    read_snapshots,
    read_window,
)
from operations.restore.look import read_only
from operations.restore.side import Platform, platform


@dataclass(frozen=True)
class Asked:
    """Options that both kinds of restore have."""

    side: str | None
    source: str | None
    target: str | None
    check: DataCheck | None
    limit_seconds: float


def data_check(
    query: str | None, expected: str | None, ca: Path, host: str | None, port: int | None
) -> DataCheck | None:
    """What to ask of the restored data; an expectation without a question is a usage error."""
    if query is None:
        if expected is not None:
            raise UsageError(f"--expect {expected} needs --check with a query; nothing was done")
        return None
    if not ca.is_file():
        raise UsageError(
            f"{ca} does not exist; --check needs the certificate authorities of the server: --ca"
        )
    return DataCheck(read_only(query), expected, str(ca.resolve()), host, port)


def parse_time(text: str) -> datetime:
    """A moment. Without a zone nobody knows which one is meant, so that is refused."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--to {text}: write a time like 2026-11-23T08:05:07Z, or latest") from None
    if time.tzinfo is None:
        raise UsageError(f"--to {text}: say which zone; Z is UTC: {text}Z")
    return time.astimezone(UTC).replace(microsecond=0)


def restore_time(asked: Asked, to: str, how: Manner) -> None:
    """`hybrid db pitr`."""
    time = None if to == "latest" else parse_time(to)
    on = platform(asked.side)
    wanted = Wanted(time or datetime.now(UTC), asked.target, asked.check, asked.limit_seconds)

    def make() -> Plan:
        source = in_service(on.aws, on.side, asked.source)
        facts = _facts(on, source, wanted, latest=time is None)
        point = facts.window.latest if time is None and facts.window else wanted.point
        return plan.plan_restore(facts, Wanted(point, wanted.target, wanted.check, wanted.limit_seconds))

    carry_out(plan.PITR, on.side.name, make, how)


def restore_snapshot(asked: Asked, named: str | None, how: Manner, *, automatic: bool) -> None:
    """`hybrid db restore-snapshot`."""
    on = platform(asked.side)

    def make() -> Plan:
        source = in_service(on.aws, on.side, asked.source)
        snapshots = read_snapshots(on.aws, on.side.region, source.identifier)
        point = choose(source, snapshots, named, automatic=automatic)
        wanted = Wanted(point, asked.target, asked.check, asked.limit_seconds)
        return plan.plan_restore(_facts(on, source, wanted, latest=False), wanted)

    carry_out(plan.SNAPSHOT, on.side.name, make, how)


def choose(
    source: Instance, snapshots: tuple[Snapshot, ...], named: str | None, *, automatic: bool
) -> Snapshot:
    """The named one, or the newest available: a manual one, unless automatic ones are asked for. Pure."""
    usual = [one for one in snapshots if one.status == AVAILABLE and (automatic or one.kind == "manual")]
    found = [one for one in snapshots if one.identifier == named] if named else usual[:1]
    if found:
        return found[0]
    known = ", ".join(one.name for one in snapshots[:5]) or "none"
    what = f"snapshot {named}" if named else f"available {'' if automatic else 'manual '}snapshot"
    hint = "" if automatic or named else "; --automatic takes those that RDS makes each day"
    raise Refused(f"{source.identifier} has no {what}; the newest are: {known}{hint}. Nothing was changed.")


def _facts(on: Platform, source: Instance, wanted: Wanted, *, latest: bool) -> RestoreFacts:
    region = on.side.region
    window = read_window(on.aws, region, source.identifier)
    point = window.latest if latest and window else wanted.point
    name = wanted.target or plan.target_name(source.identifier, point)
    known = re.fullmatch(r"[a-z](-?[a-z0-9])*", name)
    return RestoreFacts(
        side=on.side,
        source=source,
        window=window,
        secret_arn=published(on.aws, on.side, "secret-arn"),
        target=read_instance(on.aws, region, name) if known else None,
    )


def switch(side: str | None, to: str | None, how: Manner, *, undo: bool) -> None:
    """`hybrid db switch`."""
    if (to is None) != undo:
        raise UsageError(
            "name an instance with --to, or go back with --undo; one of the two. Nothing was done"
        )
    on = platform(side)
    carry_out(switching.KIND, on.side.name, lambda: switching.plan_switch(switching.gather(on, to)), how)
