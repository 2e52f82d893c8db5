"""An embedded AWS of the tests' own, with the fleet deployed by the same command that `make up` runs."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from environments import naming
from environments.loader import load_fleet
from operations.fleet.deploy import Deployer
from operations.local import server as emulator
from operations.local.environment import variables

STACKS = naming.stacks(load_fleet())
PATIENCE = 120.0


@dataclass(frozen=True)
class Fleet:
    """Runs `hybrid` in a state directory and an output directory of its own."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / ".hybrid" / "local"

    @property
    def outdir(self) -> Path:
        return self.root / "cdktf.out"

    def environment(self, **more: str) -> dict[str, str]:
        settings = {"HYBRID_HOME": str(self.root / ".hybrid"), "CDKTF_OUTDIR": str(self.outdir)}
        return {**os.environ, **settings, **more}

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "operations", *arguments],
            env=self.environment(**more),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Exit code and everything printed."""
        process = self.start(*arguments, **more)
        output, _ = process.communicate()
        return process.returncode, output

    def operate(self, *arguments: str) -> tuple[int, str]:
        """Run `hybrid` as somebody whose shell points at this emulator."""
        return self.run(*arguments, **variables(emulator.require(home=self.home)))

    def deployer(self) -> Deployer:
        return Deployer(emulator.require(home=self.home), self.outdir, self.root / "logs")

    def wait_for(self, log: str, text: str) -> None:
        """Wait until a deployment's log shows `text`."""
        path = self.root / ".hybrid" / "logs" / log
        deadline = time.monotonic() + PATIENCE
        while not (path.exists() and text in path.read_text(encoding="utf-8")):
            assert time.monotonic() < deadline, f"{text!r} did not show up in {path}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """The fleet's directories; whatever still runs there at the end is stopped."""
    return Fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="session", autouse=True)
def _stopped_at_the_end(fleet: Fleet):  # type: ignore[no-untyped-def]
    yield
    fleet.run("local", "down", "--purge")


def interrupt(process: "subprocess.Popen[str]") -> str:
    """Press Ctrl-C and return what was printed."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=PATIENCE)[0]
