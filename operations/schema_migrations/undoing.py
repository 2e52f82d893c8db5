"""Undoes one version of Flyway's, statement by statement, so that a stop anywhere leaves a known state.

MySQL cannot roll DDL back. So the history gets a row of the undo with success 0, which keeps `flyway migrate`
away, and which says how far it came: `execution_time` is twice the number of statements that are done, plus
one while the next one is under way; `checksum` is that of the statements that are done. At the end the row
becomes a DELETE.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from operations.db.server import Lost, Session
from operations.db.sql import Statement
from operations.engine.context import Context
from operations.errors import HybridError, Refused
from operations.schema_migrations.alone import alone
from operations.schema_migrations.continuing import lost, repeated
from operations.schema_migrations.flyway import TABLE, UNDOES, read_history
from operations.schema_migrations.place import connected
from operations.schema_migrations.scripts import crc, version
from operations.schema_migrations.statements import shortened, statements

CHANGES_DATA = re.compile(r"(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
CHANGES_SCHEMA = re.compile(r"(CREATE|DROP|ALTER|RENAME|TRUNCATE|SET(?!\s+STATEMENT)|USE)\b", re.IGNORECASE)
DONE_BEFORE = frozenset(
    {1007, 1008, 1050, 1051, 1060, 1061, 1091, 1146, 1304, 1305, 1359, 1360, 3821, 3822, 3940}
)
"""What MySQL says to DDL that was carried out already (MySQL 8.4, "Server Error Message Reference")."""


def undo(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The `Local` of that name. Safe to repeat."""
    script = Path(params["script"])
    todo = _agreed(script, params["sha256"])
    limit = max(1.0, context.remaining())
    with connected(params, answer_limit=limit) as session, alone(session, params["database"]):
        history = Undoing(session, params["database"], params)
        if history.over:
            return {"statements": len(todo)}
        done, begun = history.progress(todo)
        _set_again(context, session, script.name, todo, done)
        began = time.monotonic()
        for number in range(done, len(todo)):
            context.say(f"statement {number + 1} of {len(todo)}")
            try:
                history.carry_out(todo, number, begun=begun and number == done)
            except HybridError as error:
                failure = _report(script.name, number, len(todo), error)
                break
        else:
            history.finish(round((time.monotonic() - began) * 1000))
            return {"statements": len(todo)}
    raise HybridError(failure)


def _agreed(script: Path, sha256: str) -> tuple[str, ...]:
    text = script.read_text(encoding="utf-8") if script.is_file() else None
    if text is None or hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise Refused(
            f"{script} is not the script that was agreed to. If that is meant: hybrid runs abandon, then the "
            "same command again; it goes on with the statement where it stopped"
        )
    return statements(text)


def _set_again(context: Context, session: Session, name: str, todo: tuple[str, ...], done: int) -> None:
    """Give the new connection what the statements before set in theirs, or refuse to go on without it."""
    number = lost(todo, done)
    if number is not None:
        raise Refused(
            f"{name}: statement {number + 1} ({shortened(todo[number])}) left something in a connection that "
            f"is over, and cannot be repeated. Carry out statements {done + 1} to {len(todo)} by hand in one "
            f"session, delete them from the script and leave the first {done} as they are; then hybrid runs "
            f"abandon {context.run.rpartition('-')[2]}, and the same command, which completes the history "
            "(docs/runbooks/schema.md)"
        )
    for number in repeated(todo, done):
        try:
            session.run(Statement(todo[number]))
        except HybridError as error:
            failure = f"{name}: what statement {number + 1} sets is needed by those after it.\n{error}"
            break
    else:
        return
    raise HybridError(failure)


def _report(name: str, done: int, total: int, error: HybridError) -> str:
    at, before = f"{name}: statement {done + 1} of {total}", f"statements 1 to {done} are done"
    if isinstance(error, Lost):
        return (
            f"{at}: nobody knows whether it is done; the server may still be at it (SHOW PROCESSLIST).\n"
            f"{error}\n{before + '. ' if done else ''}Resume when it is over there"
        )
    return (
        f"{at} failed.\n{error}\n{before if done else 'nothing is done'}, {done + 1} to {total} are not; the "
        "history says so, and Flyway refuses to migrate until this is finished. Correct the database, then "
        "resume; or correct the script from there on, abandon the run and repeat the command"
    )


class Undoing:
    """The row of one undo."""

    def __init__(self, session: Session, database: str, params: Mapping[str, Any]) -> None:
        self._session, self._params = session, params
        self._table = f"`{database}`.`{TABLE}`"
        history = read_history(session, database)
        wanted = version(params["version"])
        self.over = wanted not in [row.version for row in history.applied]
        mine = [row.rank for row in history.failed if row.version == wanted and row.type in UNDOES]
        self._rank = mine[-1] if mine else 0
        self._next_rank = max((row.rank for row in history.rows), default=0) + 1

    def progress(self, todo: tuple[str, ...]) -> tuple[int, bool]:
        """Statements that are done, and whether the next was begun. Refuses a script that is another one."""
        if not self._rank:
            self._begin()
            return 0, False
        query = f"SELECT execution_time, checksum FROM {self._table} WHERE installed_rank = %s"  # noqa: S608
        [(time_, sum_)] = self._session.rows(query, str(self._rank))
        done, begun = divmod(int(time_), 2)
        if done > len(todo) or sum_ != crc(todo[:done]):
            raise Refused(
                f"{self._params['script']}: its first {done} statements are not those that were carried out; "
                "put them back as they were, and change later ones only"
            )
        return done, bool(begun)

    def _begin(self) -> None:
        self._rank = self._next_rank
        columns = "installed_rank, version, description, type, script, checksum, installed_by, execution_time"
        values = "%s, %s, %s, 'UNDO_SQL', %s, 0, LEFT(CURRENT_USER(), 100), 0"
        text = f"INSERT INTO {self._table} ({columns}, success) VALUES ({values}, 0)"  # noqa: S608 - our texts
        params, script = self._params, Path(self._params["script"]).name
        given = (str(self._rank), params["applied_version"], params["description"], script)
        self._session.run(Statement(text, given))

    def carry_out(self, todo: tuple[str, ...], number: int, *, begun: bool) -> None:
        """One statement, and the note that it is done: together, where MySQL can do that."""
        text, note = todo[number], self._note(2 * (number + 1), crc(todo[: number + 1]))
        if CHANGES_DATA.match(text):
            self._session.rows("START TRANSACTION")
            try:
                self._session.run(Statement(text))
                self._session.run(note)
                self._session.rows("COMMIT")
            except HybridError:
                with suppress(HybridError):
                    self._session.rows("ROLLBACK")
                raise
            return
        if begun and not CHANGES_SCHEMA.match(text):
            raise HybridError(
                f"it was begun before, and nobody knows whether it ended: {text}\n"
                "Look, and finish by hand, as docs/runbooks/schema.md says"
            )
        self._session.run(self._note(2 * number + 1, crc(todo[:number])))
        try:
            self._session.run(Statement(text))
        except Lost:
            raise  # nobody knows, and the note says so
        except HybridError as error:
            if not (begun and _code(error) in DONE_BEFORE):
                self._session.run(self._note(2 * number, crc(todo[:number])))
                raise
        self._session.run(note)

    def _note(self, execution_time: int, sum_: int) -> Statement:
        text = f"UPDATE {self._table} SET execution_time = %s, checksum = %s WHERE installed_rank = %s"  # noqa: S608
        return Statement(text, (str(execution_time), str(sum_), str(self._rank)))

    def finish(self, milliseconds: int) -> None:
        """From now on the version counts as not applied."""
        becomes = "type = 'DELETE', script = %s, checksum = %s, execution_time = %s, success = 1"
        text = f"UPDATE {self._table} SET {becomes} WHERE installed_rank = %s"  # noqa: S608 - our texts
        values = (
            self._params["applied_script"],
            str(self._params["applied_checksum"]),
            str(milliseconds),
            str(self._rank),
        )
        self._session.run(Statement(text, values))
        # A procedure that the script called may have begun a transaction, or turned autocommit off.
        self._session.rows("COMMIT")
        query = f"SELECT type, success FROM {self._table} WHERE installed_rank = %s"  # noqa: S608 - our texts
        rows = self._session.rows(query, str(self._rank))
        if rows != [("DELETE", 1)]:
            raise HybridError(
                f"{self._table} did not keep that {self._params['version']} is undone: row {self._rank} is "
                f"{rows}, and should be DELETE with success 1. Look who else writes there, then resume"
            )


def _code(error: HybridError) -> int:
    found = re.search(r"\(error (\d+)\)$", str(error))
    return int(found[1]) if found else 0
