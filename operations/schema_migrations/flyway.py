"""Flyway's history table: what is applied, and what the scripts say to it. Reads only.

A version that was undone has a row of type DELETE after its own. Every edition of Flyway reads that as "not
applied any more" and applies the version again; UNDO_SQL, which Flyway's paid `undo` writes, means nothing to
the free one (flyway-core, MigrationInfoServiceImpl, markAsDeleted).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from operations.db.server import Session
from operations.errors import Refused
from operations.schema_migrations.scripts import Script, Version, checksum, version
from operations.schema_migrations.statements import problems

TABLE = "flyway_schema_history"
SYNTHETIC = frozenset({"BASELINE", "SCHEMA"})
"""Rows that no script made; nothing below a baseline can be undone."""

UNDOES = frozenset({"DELETE", "UNDO_SQL", "UNDO_JDBC"})


@dataclass(frozen=True)
class Row:
    """One line of the history."""

    rank: int
    version: Version | None
    """None: repeatable, without a version."""

    description: str
    type: str
    script: str
    checksum: int | None
    success: bool
    execution_time: int


@dataclass(frozen=True)
class History:
    """All lines, in the order in which they were applied."""

    rows: tuple[Row, ...]

    @property
    def applied(self) -> tuple[Row, ...]:
        """What stands now, in the order of its application; without what was undone or failed."""
        standing: dict[Version, Row] = {}
        for row in self.rows:
            if row.version is None or not row.success:
                continue
            if row.type in UNDOES:
                standing.pop(row.version, None)
            else:
                standing[row.version] = row
        return tuple(sorted(standing.values(), key=lambda row: row.rank))

    @property
    def failed(self) -> tuple[Row, ...]:
        """What stopped in the middle: a migration, or an undo that can be continued."""
        return tuple(row for row in self.rows if not row.success)

    @property
    def current(self) -> Version | None:
        """The highest version that stands."""
        return max((row.version for row in self.applied if row.version), default=None)


def read_history(session: Session, database: str) -> History:
    """The whole table."""
    columns = "installed_rank, version, description, type, script, checksum, success, execution_time"
    query = f"SELECT {columns} FROM `{database}`.`{TABLE}` ORDER BY installed_rank"  # noqa: S608 - our name
    return History(tuple(_row(found) for found in session.rows(query)))


def _row(found: tuple[Any, ...]) -> Row:
    rank, text, description, type_, script, sum_, success, time = found
    number = None if text is None else version(str(text))
    return Row(int(rank), number, str(description), str(type_), str(script), sum_, bool(success), int(time))


def lock_name(database: str) -> str:
    """The lock that Flyway itself takes on MySQL (flyway-database-mysql, MySQLNamedLockTemplate)."""
    return f"Flyway-{java_hash(f'`{database}`.`{TABLE}`')}"


def java_hash(text: str) -> int:
    """String.hashCode of Java's, for texts of ASCII."""
    total = 0
    for letter in text:
        total = (31 * total + ord(letter)) & 0xFFFFFFFF
    return total - (1 << 32) if total & (1 << 31) else total


def changed(history: History, scripts: Iterable[Script]) -> Iterator[str]:
    """Applied versions whose script is not the one that was applied."""
    by_version = {one.version: one for one in scripts if one.kind == "V"}
    for row in history.applied:
        script = by_version.get(row.version) if row.version else None
        if script is None or row.type != "SQL" or row.checksum is None:
            continue
        if (now := checksum(script.text)) != row.checksum:
            yield f"{script.path.name} has the checksum {now}, and {row.checksum} was applied"


@dataclass(frozen=True)
class Undo:
    """One version, and the script that undoes it."""

    row: Row
    script: Script
    done: int
    """Statements that an undo which stopped in the middle has carried out."""


def undos(
    history: History, scripts: tuple[Script, ...], *, to: Version | None, count: int | None
) -> tuple[Undo, ...]:
    """What to undo, newest first: all above `to`, or the newest `count`. Refuses what is not safe to undo."""
    standing = [row for row in reversed(history.applied) if row.type not in SYNTHETIC]
    if to is not None:
        if to.numbers and to not in [row.version for row in history.applied]:
            known = ", ".join(str(row.version) for row in history.applied) or "nothing"
            raise Refused(f"--to {to}: that version is not applied; {known} is. Nothing was changed.")
        chosen = [row for row in standing if row.version and row.version > to]
    else:
        chosen = standing[: count or 0]
    _guard_failed(history, chosen)
    differing = list(changed(history, scripts))
    if differing:
        raise Refused(
            "scripts are not those that were applied:\n  " + "\n  ".join(differing) + "\nNothing was changed."
        )
    by_version = {(one.kind, one.version): one for one in scripts}
    missing = [
        f"{kind}{row.version}__*.sql"
        for row in chosen
        for kind in "VU"
        if row.version and (kind, row.version) not in by_version
    ]
    if missing:
        raise Refused(f"--migrations has no {', '.join(missing)}. Nothing was changed.")
    done = {row.version: row.execution_time // 2 for row in history.failed}  # as undoing.py writes it
    return tuple(
        Undo(row, by_version["U", row.version], done.get(row.version, 0)) for row in chosen if row.version
    )


def guard_statements(chosen: Iterable[Undo]) -> None:
    """Refuse scripts that cannot be carried out statement by statement, before the first one is."""
    found = [
        f"{one.script.path.name}: {problem}"
        for one in chosen
        for problem in problems(one.script.text, one.done)
    ]
    if found:
        raise Refused(
            "scripts cannot be carried out statement by statement:\n  "
            + "\n  ".join(found)
            + "\nNothing was changed."
        )


def _guard_failed(history: History, chosen: list[Row]) -> None:
    for row in history.failed:
        if row.type not in UNDOES:
            raise Refused(
                f"the migration {row.script} failed in the middle; clean up by hand and run flyway repair "
                "first. Nothing was changed."
            )
        if not chosen or chosen[0].version != row.version:
            raise Refused(
                f"the undo of {row.version} stopped in the middle; finish it first: --count 1. "
                "Nothing was changed."
            )
