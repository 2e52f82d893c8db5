"""The emulator's files in `.hybrid/local`: which server runs, and a lock against two starts at once."""

import contextlib
import fcntl
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.errors import HybridError
from operations.paths import STATE_DIR


def default_home() -> Path:
    """Where the emulator of this checkout keeps its files."""
    return STATE_DIR / "local"


@dataclass(frozen=True)
class Server:
    """A server process as its state file describes it. Only `server.find` says whether it runs."""

    pid: int
    port: int
    log: Path
    started_at: datetime
    recording: Path | None
    identity: str = field(repr=False)
    """Random. The process carries it in its arguments and reports it, so no other is taken for it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return (datetime.now(UTC) - self.started_at).total_seconds()

    def describe(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "url": self.url,
            "port": self.port,
            "pid": self.pid,
            "started_at": self.started_at.isoformat(),
            "uptime_seconds": round(self.uptime),
            "log": str(self.log),
            "recording": str(self.recording) if self.recording else None,
        }


@dataclass(frozen=True)
class Home:
    """The directory with the state file, the lock and the log."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def _state(self) -> Path:
        return self.path / "server.json"

    def read(self) -> Server | None:
        """The server that was last started, if its file is there and readable."""
        try:
            value = json.loads(self._state.read_text(encoding="utf-8"))
            return Server(
                pid=int(value["pid"]),
                port=int(value["port"]),
                log=Path(value["log"]),
                started_at=datetime.fromisoformat(value["started_at"]),
                recording=Path(value["recording"]) if value["recording"] else None,
                identity=str(value["identity"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, server: Server) -> None:
        """Replace the state file at once: a reader sees the old or the new one, never half of it."""
        self.path.mkdir(parents=True, exist_ok=True)
        draft = self.path / f"server.json.{secrets.token_hex(4)}"
        draft.write_text(json.dumps(asdict(server), default=str, indent=2), encoding="utf-8")
        draft.replace(self._state)

    def forget(self) -> None:
        """Remove the state file."""
        self._state.unlink(missing_ok=True)

    def forget_account(self) -> None:
        """Remove Terraform's local states: they describe resources of an account that is empty now."""
        for state in self.path.glob("terraform.*.tfstate*"):
            state.unlink()

    @contextlib.contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Hold the lock. The system frees it when the holder dies, so it cannot become stale."""
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + patience
        with (self.path / "lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise HybridError(
                            f"another `hybrid local` command has held {self.path / 'lock'} for "
                            f"{patience:.0f} s; wait for it or end it, then try again"
                        ) from None
                    time.sleep(0.05)
            yield
