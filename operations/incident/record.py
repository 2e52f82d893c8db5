"""The record of an incident: a directory with what it is, and a timeline that only grows.

Several people and runs write at once: the system's lock keeps their lines apart, and each is on disk before
the next thing begins.
"""

import fcntl
import getpass
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from operations.engine.journal import Entry, Journal, slug
from operations.engine.redact import Redactor
from operations.errors import HybridError, UsageError
from operations.incident import times
from operations.incident.hiding import hide
from operations.incident.severity import Severity
from operations.paths import STATE_DIR

INCIDENTS = STATE_DIR / "incidents"
SCHEMA = 1


@dataclass(frozen=True)
class Header:
    """What never changes: `record.json`. Everything else is in the timeline."""

    id: str
    title: str
    service: str
    environment: str
    region: str
    account_id: str
    opened: times.Moment
    began: times.Moment
    """When users began to suffer."""

    by: str
    schema: int = SCHEMA


@dataclass
class Record:
    """One incident."""

    directory: Path
    header: Header
    redactor: Redactor = field(default_factory=Redactor)

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def about(self) -> str:
        """`orders in prod`."""
        return f"{self.header.service} in {self.header.environment}"

    @property
    def target(self) -> str:
        """What runs of this incident work on."""
        return f"{self.header.environment}/{self.header.service}"

    @property
    def open(self) -> bool:
        return not any(entry["entry"] == "closed" for entry in self.entries())

    @property
    def severity(self) -> Severity:
        """The present one."""
        return Severity([entry["severity"] for entry in self.entries() if "severity" in entry][-1])

    def entries(self) -> list[Entry]:
        """The timeline, in the order in which things happened."""
        return sorted(self._journal.entries(), key=lambda entry: str(entry["when"]))

    def write(
        self, entry: str, text: str, *, when: datetime | None = None, key: str = "", **data: Any
    ) -> bool:
        """Add a line, without secrets. With a `key` once only: whether it was added now."""
        data = hide({"text": text, **data}, self.redactor)
        with self._alone():
            if key and any(one.get("key") == key for one in self._journal.entries()):
                return False
            at = times.moment(when or times.now())
            self._journal.append(entry, when=at, by=who(), **data, **({"key": key} if key else {}))
        return True

    @property
    def _journal(self) -> Journal:
        return Journal(self.directory / "timeline.jsonl", self.redactor)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.directory / "lock").open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def create(header: Header, severity: Severity, *, detected: datetime | None) -> Record:
    """A new record. A crash leaves either nothing that `find` sees, or all of it."""
    header = Header(**{**asdict(header), "title": str(hide(header.title, Redactor()))})
    draft = INCIDENTS / f".{header.id}"
    draft.mkdir(parents=True, mode=0o700)
    record = Record(draft, header)
    _write(draft / "record.json", json.dumps(asdict(header), indent=2, ensure_ascii=False))
    opened = times.parsed(header.opened)
    record.write("began", "users began to suffer", when=times.parsed(header.began))
    if detected:
        record.write("detected", "noticed", when=detected)
    record.write("opened", f"{severity} declared: {header.title}", when=opened, severity=severity)
    directory = INCIDENTS / header.id
    draft.rename(directory)
    return Record(directory, header)


def fresh_id(service: str, environment: str, opened: datetime) -> str:
    """`20261123-1430-orders-prod-1f9c`: sorts by time, and the end alone names the incident."""
    return f"{opened:%Y%m%d-%H%M}-{slug(service)}-{slug(environment)}-{secrets.token_hex(2)}"


def records() -> list[Record]:
    """Every incident on this machine, newest first."""
    found = [_load(path.parent) for path in INCIDENTS.glob("[!.]*/record.json")]
    return sorted(found, key=lambda one: one.header.opened, reverse=True)


def find(name: str | None) -> Record:
    """An incident by its id or the end of it; without a name the only open one."""
    if name is None:
        found, which = [one for one in records() if one.open], "are open; name one with --incident"
    else:
        found = [one for one in records() if one.id == name or one.id.endswith(f"-{name}")]
        which = f"are named {name!r}"
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} incidents {which}: {', '.join(one.id for one in found)}")
    missing = "no incident is open" if name is None else f"there is no incident {name!r}"
    raise UsageError(f"{missing}; see `hybrid incident list`, or declare one with `hybrid incident open`")


def who() -> str:
    """Who works at this machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def _load(directory: Path) -> Record:
    try:
        data = json.loads((directory / "record.json").read_text(encoding="utf-8"))
        header = Header(**data)
    except (TypeError, ValueError) as error:
        raise HybridError(f"{directory / 'record.json'} is damaged: {error}") from None
    return Record(directory, header)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
