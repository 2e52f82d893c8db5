"""From what a person asks for to a run: reads the facts, makes the plan, hands it to the engine."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from operations.engine import Plan
from operations.engine.run import Manner, carry_out
from operations.errors import UsageError
from operations.restore import plan, sources
from operations.restore import switch as switching
from operations.restore.facts import DataCheck, RestoreFacts, Wanted
from operations.restore.instances import published, read_instance
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
        source = sources.of_time(on, asked.source)
        latest = source.window.latest if time is None and source.window else None
        exact = replace(wanted, point=latest or wanted.point)
        return plan.plan_restore(_facts(on, source, exact), exact)

    carry_out(plan.PITR, on.side.name, make, how)


def restore_snapshot(asked: Asked, named: str | None, how: Manner, *, automatic: bool) -> None:
    """`hybrid db restore-snapshot`."""
    on = platform(asked.side)

    def make() -> Plan:
        source, point = sources.of_snapshot(on, asked.source, named, automatic=automatic)
        wanted = Wanted(point, asked.target, asked.check, asked.limit_seconds)
        return plan.plan_restore(_facts(on, source, wanted), wanted)

    carry_out(plan.SNAPSHOT, on.side.name, make, how)


def _facts(on: Platform, source: sources.Source, wanted: Wanted) -> RestoreFacts:
    name = plan.new_name(source.instance, wanted)
    known = re.fullmatch(r"[a-z](-?[a-z0-9])*", name)
    return RestoreFacts(
        side=on.side,
        source=source.instance,
        window=source.window,
        secret_arn=published(on.aws, on.side, "secret-arn"),
        target=read_instance(on.aws, on.side.region, name) if known else None,
        backup_arn=source.backup_arn,
        notes=source.notes,
    )


def switch(side: str | None, to: str | None, how: Manner, *, undo: bool) -> None:
    """`hybrid db switch`."""
    if (to is None) != undo:
        raise UsageError(
            "name an instance with --to, or go back with --undo; one of the two. Nothing was done"
        )
    on = platform(side)
    carry_out(switching.KIND, on.side.name, lambda: switching.plan_switch(switching.gather(on, to)), how)
