"""One append-only file of JSON lines for each run: what happened is on disk before the next thing begins."""

import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.engine.redact import Redactor
from operations.errors import HybridError, UsageError
from operations.paths import STATE_DIR

RUNS = STATE_DIR / "runs"

Entry = dict[str, Any]


def slug(text: str) -> str:
    """A text as a part of a file name."""
    return "".join(one if one.isalnum() or one in "._-" else "-" for one in text)


def fresh_id(kind: str, target: str) -> str:
    """`20261123T080507123Z-db-switch-prod-orders-1f9c2e`: sorts by time, and the end alone names the run."""
    moment = datetime.now(UTC)
    return (
        f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z-{kind}-{slug(target)}-{secrets.token_hex(3)}"
    )


class Journal:
    """The journal of one run. Whoever appends must hold the run's lock."""

    def __init__(self, path: Path, redactor: Redactor) -> None:
        self.path = path
        self._redactor = redactor

    @property
    def run(self) -> str:
        return self.path.stem

    @property
    def directory(self) -> Path:
        """For files that belong to the run."""
        return self.path.with_suffix("")

    def append(self, entry: str, **data: Any) -> Entry:
        """Write one entry, without secrets, and return when it is on disk."""
        line = {"at": now(), "entry": entry, **self._redactor.value(plain(data))}
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        try:
            self._append(f"{text}\n".encode())
        except OSError as error:
            raise HybridError(
                f"{self.path} could not be written ({error.strerror or error}), so nothing more is done; "
                "make room on that disk, and resume the run"
            ) from None
        return line

    def _append(self, data: bytes) -> None:
        existed = self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _cut_torn_line(file)
            while data:  # a disk that is nearly full takes a part
                written = os.write(file, data)
                if not written:
                    raise OSError("nothing was written")
                data = data[written:]
            os.fsync(file)
        finally:
            os.close(file)
        if not existed:
            _sync_directory(self.path.parent)

    def entries(self) -> list[Entry]:
        """All that was written whole. A last line that a crash tore is as if it had never begun."""
        lines = self.path.read_bytes().split(b"\n")[:-1]
        try:
            return [json.loads(line) for line in lines]
        except ValueError:
            raise HybridError(
                f"{self.path} is damaged: it has a line that is no JSON; nothing was done"
            ) from None


def now() -> str:
    """UTC, as journals and reports write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def path_of(run: str) -> Path:
    """The file of a run, by its whole id."""
    return RUNS / f"{run}.jsonl"


def journals() -> Iterator[Path]:
    """Every run's file, newest first."""
    yield from sorted(RUNS.glob("*.jsonl"), reverse=True)


def find(run: str) -> Path:
    """The file of a run, by its whole id or the end of it."""
    found = [path for path in journals() if path.stem == run or path.stem.endswith(f"-{run}")]
    if len(found) != 1:
        what = "no run is" if not found else f"{len(found)} runs are"
        raise UsageError(f"{what} named {run!r}; `hybrid runs list` shows them")
    return found[0]


def plain(value: Any) -> Any:
    """A value as JSON can hold it; times of AWS's become UTC texts."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case dict():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return f"<{len(value)} bytes>"
    return str(value)


def _cut_torn_line(file: int) -> None:
    """Remove what follows the last line end, so that a new entry does not continue it."""
    size = os.fstat(file).st_size
    content = os.pread(file, size, 0)
    end = content.rfind(b"\n") + 1
    if end != size:
        os.ftruncate(file, end)


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
