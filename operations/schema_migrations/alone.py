"""Keeps Flyway out while an undo works, with Flyway's own lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from operations.db.server import Session
from operations.errors import Refused
from operations.schema_migrations.flyway import lock_name
from operations.schema_migrations.statements import shortened

PATIENCE = "3"
"""Seconds."""


@contextmanager
def alone(session: Session, database: str) -> Iterator[None]:
    """Hold the lock; the server frees it when this connection ends."""
    [(got,)] = session.rows("SELECT GET_LOCK(%s, %s)", lock_name(database), PATIENCE)
    if got != 1:
        raise Refused(_held(session, database))
    yield


def _held(session: Session, database: str) -> str:
    """Who holds it. The server goes on with a statement whose connection was lost, and keeps the lock."""
    lock = lock_name(database)
    [(holder,)] = session.rows("SELECT IS_USED_LOCK(%s)", lock)
    # Without the privilege PROCESS the server shows the service's own connections only.
    shown = [row for row in session.rows("SHOW FULL PROCESSLIST") if row[0] == holder]
    if not shown:
        return f"Flyway is at work on {database} (connection {holder or '?'} holds {lock}); wait for it"
    _, user, _, _, command, seconds, _, text, *_ = shown[0]
    doing = shortened(str(text)) if text else command
    return (
        f"connection {holder} of {user} holds {lock} ({doing}, for {seconds} s): Flyway is at work on "
        f"{database}, or it is an earlier attempt whose connection was lost. Wait until it is over. If "
        f"nobody needs it any more, end it: KILL {holder}"
    )
