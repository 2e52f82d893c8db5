"""Runs commands as child processes, kills them at a named point, and resumes them. For tests of any command.

hybrid = Hybrid(emulator, tmp_path)
killed(hybrid, "db", "switch", "orders", "--yes", at="between:2")
hybrid("runs", "resume", last(hybrid), "--yes")
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.engine.crash import VARIABLE
from operations.local.state import Server


@dataclass(frozen=True)
class Hybrid:
    """`hybrid` with a HYBRID_HOME of its own. `module` names another program with the same commands."""

    server: Server
    home: Path
    module: str = "operations"
    more: Mapping[str, str] = field(default_factory=dict)
    """Environment variables on top."""

    def __call__(
        self, *arguments: str, code: int | None = 0, kill: str = "", stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command; `code` None accepts any. `kill`: a point of operations/engine/crash.py."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(kill),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert code is None or done.returncode == code, (
            f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", self.module, *arguments]

    def environment(self, kill: str = "") -> dict[str, str]:
        place = {"AWS_ENDPOINT_URL": self.server.url, "HYBRID_HOME": str(self.home)}
        return {**os.environ, **place, **self.more, **({VARIABLE: kill} if kill else {})}

    def journals(self) -> list[Path]:
        """Oldest first."""
        return sorted((self.home / "runs").glob("*.jsonl"))

    def entries(self) -> list[dict[str, Any]]:
        """What the newest journal says."""
        return [json.loads(line) for line in self.journals()[-1].read_text().splitlines()]


def killed(hybrid: Hybrid, *arguments: str, at: str) -> None:
    """Run a command that is killed at a point, and see that it was."""
    done = hybrid(*arguments, code=None, kill=at)
    assert done.returncode == -signal.SIGKILL, f"not killed at {at}: {done.returncode}\n{done.stderr}"


def last(hybrid: Hybrid) -> str:
    """The newest run, by the end of its id."""
    return hybrid.journals()[-1].stem.rpartition("-")[2]


def points(steps: int, names: Iterable[str] = ("before", "between", "after")) -> list[str]:
    """Every point of every step, for `parametrize`."""
    return [f"{name}:{number}" for number in range(1, steps + 1) for name in names]
