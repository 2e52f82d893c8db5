"""Liquibase's tables: what is applied, tagged and locked. Reads only."""

from dataclasses import dataclass
from typing import Any

from operations.db.server import Session
from operations.errors import Refused

TABLE, LOCK = "DATABASECHANGELOG", "DATABASECHANGELOGLOCK"


@dataclass(frozen=True)
class ChangeSet:
    """One applied change set."""

    file: str
    id: str
    author: str
    tag: str | None

    @property
    def name(self) -> str:
        """As Liquibase's own output writes it."""
        return f"{self.file}::{self.id}::{self.author}"


@dataclass(frozen=True)
class Log:
    """What Liquibase knows of a database."""

    sets: tuple[ChangeSet, ...]
    """In the order of their application."""

    locked_by: str
    """Empty: nobody is at work."""


def read_log(session: Session, database: str) -> Log:
    """Both tables."""
    columns = "FILENAME, ID, AUTHOR, TAG"
    query = f"SELECT {columns} FROM `{database}`.{TABLE} ORDER BY DATEEXECUTED, ORDEREXECUTED"  # noqa: S608 - our name
    rows = session.rows(query)
    sets = tuple(ChangeSet(str(file), str(id_), str(author), tag) for file, id_, author, tag in rows)
    return Log(sets, locked_by(session, database))


def locked_by(session: Session, database: str) -> str:
    """Who holds Liquibase's lock, since when."""
    query = f"SELECT LOCKED, LOCKEDBY, LOCKGRANTED FROM `{database}`.{LOCK} WHERE ID = 1"  # noqa: S608 - our name
    return next((f"{who} since {since}" for locked, who, since in session.rows(query) if _is_set(locked)), "")


def _is_set(bit: Any) -> bool:
    return bit not in (b"\x00", 0, None)


def guard_lock(holder: str) -> None:
    if holder:
        raise Refused(
            f"Liquibase's lock is held by {holder}; wait for it. If that process is gone: "
            "liquibase release-locks. Nothing was changed."
        )


def after(log: Log, *, count: int | None, tag: str | None) -> tuple[ChangeSet, ...]:
    """What to roll back, newest first: the newest `count`, or all that came after a tag."""
    newest = log.sets[::-1]
    if tag is None:
        return newest[:count]
    tagged = [number for number, one in enumerate(newest) if one.tag == tag]
    if not tagged:
        known = ", ".join(dict.fromkeys(one.tag for one in newest if one.tag)) or "none"
        raise Refused(f"--tag {tag}: the database has no such tag; there is {known}. Nothing was changed.")
    return newest[: tagged[0]]


def not_newest(log: Log, sets: list[str]) -> str:
    """Why these are not the newest in this order; empty if they are. Liquibase undoes the newest, whatever
    they are."""
    newest = [one.name for one in reversed(log.sets)]
    if newest[: len(sets)] == sets:
        return ""
    deepest = 1 + max(newest.index(name) for name in sets)
    above = [name for name in newest[:deepest] if name not in sets]
    if above:
        return f"{', '.join(above)} was applied since, and Liquibase would undo that, not {', '.join(sets)}"
    return f"{', '.join(sets)} was to be undone, and the newest are now {', '.join(newest[:deepest])}"
