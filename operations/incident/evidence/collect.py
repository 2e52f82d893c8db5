"""Asks every source at the same time, and saves what each has beside the timeline."""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.aws import explained
from operations.engine.journal import plain
from operations.errors import HybridError
from operations.incident import times
from operations.incident.evidence.sources import SOURCES
from operations.incident.evidence.window import Found, Source, Window
from operations.incident.hiding import hide
from operations.incident.patience import Patient
from operations.incident.record import Record
from operations.incident.scene import Scene


@dataclass(frozen=True)
class Piece:
    """What came of one source."""

    source: str
    file: str = ""
    sha256: str = ""
    items: int = 0
    cut: bool = False
    note: str = ""
    error: str = ""

    def __str__(self) -> str:
        if self.error:
            return f"{self.source}: not collected: {self.error}"
        more = ", and there are more" if self.cut else ""
        return f"{self.source}: {self.items}{more}" + (f" ({self.note})" if self.note else "")


def chosen(names: Sequence[str]) -> tuple[Source, ...]:
    """Sources by name; all if none is named."""
    return tuple(one for one in SOURCES if not names or one.name in names)


def collect(record: Record, at: Scene, window: Window, sources: Sequence[Source]) -> tuple[Piece, ...]:
    """Whatever can be had. What cannot, because of rights or because a region is down, is noted."""
    directory = _fresh(record)
    with ThreadPoolExecutor(len(sources)) as pool:
        results = list(pool.map(lambda source: _ask(source, at, window), sources))
    pieces = [
        _save(record, directory, source, window, result)
        for source, result in zip(sources, results, strict=True)
    ]
    record.write(
        "evidence",
        "; ".join(str(one) for one in pieces),
        directory=str(directory.relative_to(record.directory)),
        since=times.moment(window.since),
        until=times.moment(window.until),
        files=[{"file": one.file, "sha256": one.sha256, "items": one.items} for one in pieces if one.file],
        missing=[one.source for one in pieces if one.error],
    )
    return tuple(pieces)


def damaged(record: Record) -> list[str]:
    """Files that are gone or no longer what was collected."""
    found = []
    for entry in record.entries():
        for one in entry.get("files", ()) if entry["entry"] == "evidence" else ():
            path = record.directory / one["file"]
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != one["sha256"]:
                found.append(str(one["file"]))
    return found


def _ask(source: Source, at: Scene, window: Window) -> Found | HybridError:
    try:
        with explained(source.call):
            return source.collect(Patient(at.place.account_id), at, window)
    except HybridError as error:
        return error


def _fresh(record: Record) -> Path:
    """A directory for this collection; two at once do not meet."""
    began = f"{times.now():%Y%m%dT%H%M%SZ}"
    for number in range(1, 100):
        path = record.directory / "evidence" / (began if number == 1 else f"{began}-{number}")
        try:
            path.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            continue
        return path
    raise HybridError(f"{record.directory / 'evidence'} has too many collections of {began}")


def _save(
    record: Record, directory: Path, source: Source, window: Window, result: Found | HybridError
) -> Piece:
    if isinstance(result, HybridError):
        return Piece(source.name, error=record.redactor.text(str(result)))
    note = hide(result.note, record.redactor)
    content: dict[str, Any] = {
        "source": source.name,
        "call": source.call,
        "collected": times.moment(times.now()),
        "since": times.moment(window.since),
        "until": times.moment(window.until),
        "cut": result.cut,
        "note": note,
        "items": hide(_readable(plain(result.items)), record.redactor),
    }
    data = f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode()
    path = directory / f"{source.name}.json"
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Piece(
        source.name,
        str(path.relative_to(record.directory)),
        hashlib.sha256(data).hexdigest(),
        len(result.items),
        result.cut,
        note,
    )


EMBEDDED = ("CloudTrailEvent", "HistoryData")


def _readable(value: Any) -> Any:
    """CloudTrail and CloudWatch put JSON into texts: as data it is searched for secrets member by member."""
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _parsed(inner) if name in EMBEDDED else _readable(inner) for name, inner in value.items()}


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
