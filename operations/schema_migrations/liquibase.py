"""Drives Liquibase's own program. The password reaches it in a file that only this user can read.

Where the system has memory files, that file is never on a disk, and ends with the process whatever kills it.
"""

import functools
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.db.sql import Password
from operations.engine.context import Context
from operations.errors import HybridError, Refused, UsageError
from operations.schema_migrations.changelog import Log, guard_lock, locked_by, not_newest, read_log
from operations.schema_migrations.place import connected

NEW_FORM = (4, 4)
"""From then on commands are `rollback-count --count=1`; before, `rollbackCount 1` (Liquibase 4.4 notes)."""

LOCK_PATIENCE = 60.0
"""Seconds. A Liquibase that outlived the `hybrid` that started it needs a moment to end."""

_INHERITED = ("PATH", "HOME", "JAVA_HOME", "LANG", "TMPDIR")
"""Nothing else of the environment reaches the child: credentials of AWS are in it."""

_SET = re.compile(r"^--\s+Rolling Back ChangeSet: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Liquibase:
    """The program, and what to tell it of a database."""

    program: str
    driver: str | None
    root: str
    """Where it runs: names of change logs are relative to it."""

    changelog: str

    def url(self, connection: Mapping[str, Any]) -> str:
        """For MariaDB's driver, which also speaks to MySQL; TLS with the server's name verified."""
        at = f"{connection['address']}:{connection['port']}/{connection['database']}"
        return f"jdbc:mariadb://{at}?useSSL=true&serverSslCert={connection['ca']}"

    def run(self, connection: Mapping[str, Any], password: Password, *arguments: str, limit: float) -> str:
        """Run one command and return what it printed; an error has its last lines, without the password."""
        settings = {
            "url": self.url(connection),
            "username": connection["user"],
            "password": password.reveal,
            "driver": "org.mariadb.jdbc.Driver",
            "changeLogFile": self.changelog,
            **({"classpath": self.driver} if self.driver else {}),
        }
        text = "".join(f"{key}: {_escaped(value)}\n" for key, value in settings.items())
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with _private_file(text) as (path, inherit):
            try:
                done = subprocess.run(
                    [self.program, f"--defaultsFile={path}", *arguments],
                    cwd=self.root,
                    env={**environment, "JAVA_OPTS": "-Dliquibase.changelogLockWaitTimeInMinutes=1"},
                    pass_fds=inherit,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=max(limit, 1),
                )
            except subprocess.TimeoutExpired:
                raise HybridError(
                    f"liquibase {arguments[0]} took longer than {limit:.0f} s, and was stopped"
                ) from None
        if done.returncode:
            raise HybridError(
                f"liquibase {' '.join(arguments)} failed:\n"
                f"{password.hide(_telling(done.stderr + done.stdout))}"
            )
        return done.stdout

    def command(self, verb: str, *, count: int | None, tag: str | None) -> list[str]:
        """`verb` is "" or "SQL", which only prints what would be done."""
        new = self.version() >= NEW_FORM
        name = "rollback" if tag is not None else "rollbackCount"
        if new:
            name = re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", name) + ("-sql" if verb else "")
            return [name, f"--tag={tag}" if tag is not None else f"--count={count}"]
        return [name + verb, str(tag if tag is not None else count)]

    def preview(
        self,
        connection: Mapping[str, Any],
        password: Password,
        *,
        count: int | None,
        tag: str | None,
        limit: float,
    ) -> tuple[str, tuple[str, ...]]:
        """The SQL of a rollback, and the change sets it would undo now, newest first."""
        return read_preview(
            self.run(connection, password, *self.command("SQL", count=count, tag=tag), limit=limit)
        )

    def version(self) -> tuple[int, ...]:
        """Of the program; it says so without a database."""
        return _version(self.program)


@functools.cache  # each time Java starts
def _version(program: str) -> tuple[int, ...]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    done = subprocess.run(
        [program, "--version"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r"Liquibase[^\n]*?(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    if found is None:
        raise UsageError(f"{program} --version says no version: {_telling(done.stderr + done.stdout)}")
    return tuple(int(number) for number in found.groups() if number)


def find_program(named: str | None) -> str:
    """The program on PATH, or the one that is named."""
    found = shutil.which(named or "liquibase")
    if found is None:
        raise UsageError(
            f"there is no {named or 'liquibase on PATH'}; install Liquibase (https://docs.liquibase.com) "
            "with Java, or name its program with --liquibase or HYBRID_LIQUIBASE. Nothing was done"
        )
    return str(Path(found).resolve())


def read_preview(text: str) -> tuple[str, tuple[str, ...]]:
    """Of what `rollback-sql` printed: the SQL without Liquibase's own tables, the change sets it undoes."""
    own = re.compile(r"(--|\*|(UPDATE|DELETE FROM) \S*DATABASECHANGELOG)", re.IGNORECASE)
    shown = [line for line in text.splitlines() if line.strip() and (_SET.match(line) or not own.match(line))]
    return "\n".join(shown), tuple(found.strip() for found in _SET.findall(text))


def roll_back(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The `Local` of that name: has Liquibase undo exactly `sets`; safe to repeat.

    Liquibase undoes what is the newest when it runs; a deploy may have applied more since somebody agreed.
    So the table and Liquibase itself are asked once more; a moment between that and its lock remains.
    """
    program = Liquibase(params["program"], params["driver"], params["root"], params["changelog"])
    password, wanted = Password(params["password"].reveal), {"count": params["count"], "tag": params["tag"]}
    log = _log_at_rest(context, params)
    left = _still_applied(params, log)
    if not left:
        return {"rolled back": []}
    if not (problem := not_newest(log, left)):
        _, sets = program.preview(params, password, **wanted, limit=context.remaining())
        if list(sets) != left:
            would = ", ".join(sets) or "nothing"
            problem = f"{', '.join(left)} was to be undone, and Liquibase would undo {would}"
    if problem:
        raise Refused(
            f"{problem}. This step changed nothing. hybrid runs abandon {context.run.rpartition('-')[2]}, "
            "then the same command plans again"
        )
    program.run(params, password, *program.command("", **wanted), limit=context.remaining())
    if left := _still_applied(params, _log_at_rest(context, params)):
        raise HybridError(
            f"Liquibase ended without an error, but these are still applied: {', '.join(left)}. "
            "If a deploy ran at this moment, its newest change set may have been undone instead"
        )
    return {"rolled back": params["sets"]}


def _log_at_rest(context: Context, params: Mapping[str, Any]) -> Log:
    """What is applied, seen when nobody is at work."""
    with connected(params) as session:
        database, deadline = params["database"], time.monotonic() + min(LOCK_PATIENCE, context.remaining())
        while (holder := locked_by(session, database)) and time.monotonic() < deadline and params["patient"]:
            context.say(f"Liquibase's lock is held by {holder}")
            time.sleep(1)
        guard_lock(holder)
        return read_log(session, database)


def _still_applied(params: Mapping[str, Any], log: Log) -> list[str]:
    applied = {one.name for one in log.sets}
    return [name for name in params["sets"] if name in applied]


def refused(text: str) -> Refused:
    """What Liquibase found before anything was done, such as a change set that was edited after it ran."""
    return Refused(f"{text}\nNothing was changed.")


@contextmanager
def _private_file(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("settings")
        try:
            os.write(file, text.encode("ascii"))
            yield f"/proc/self/fd/{file}", (file,)
        finally:
            os.close(file)
        return
    with tempfile.NamedTemporaryFile(
        "w", encoding="ascii", suffix=".properties"
    ) as named:  # its mode is 0600
        named.write(text)
        named.flush()
        yield named.name, ()


def _escaped(value: str) -> str:
    """As java.util.Properties reads it."""
    text = re.sub(r"([\\:=#! ])", r"\\\1", value)
    return "".join(
        letter if " " <= letter <= "~" else "".join(f"\\u{unit:04x}" for unit in _units(letter))
        for letter in text
    )


def _units(letter: str) -> list[int]:
    raw = letter.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _telling(text: str) -> str:
    """The lines that say what is wrong, without a stack trace and the banner."""
    lines = [line for line in text.splitlines() if line.strip() and not re.match(r"\s+at |#|\.\.\.", line)]
    return "\n".join(lines[-15:])
