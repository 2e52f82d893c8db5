"""Deploys stacks one after the other onto the embedded AWS with the real cdktf and Terraform."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from operations.errors import HybridError
from operations.fleet.output import Changes, StackOutput, plain
from operations.fleet.terraform import CDKTF, OUTDIR, child_environment, run
from operations.local import server as emulator
from operations.local.state import Server
from operations.paths import PROJECT_ROOT, STATE_DIR

FIRST_STACKS = ("bootstrap", "shared", "prod", "dr", "replication")
"""What `make up` deploys unless stacks are named."""

Watcher = Callable[[str, StackOutput], None]
"""Told every second: the stack and how far it is."""


@dataclass(frozen=True)
class Deployment:
    """One stack, deployed: how many resources it has, what changed and how long it took."""

    stack: str
    resources: int
    changes: Changes
    seconds: float


class StackFailed(HybridError):
    """A stack could not be deployed or destroyed."""


@dataclass(frozen=True)
class Deployer:
    """Runs cdktf for one emulator and one output directory."""

    server: Server
    outdir: Path = OUTDIR
    logs: Path = STATE_DIR / "logs"
    home: Path | None = None
    """State directory of the emulator, to see whether it still lives when something fails."""

    def synthesize(self) -> None:
        """Synthesize every stack for the emulator."""
        environment = child_environment(self.server) | {"CDKTF_OUTDIR": str(self.outdir)}
        log = self.logs / "synth.log"
        lines: list[str] = []
        command = [sys.executable, str(PROJECT_ROOT / "main.py")]
        if run(command, environment=environment, log=log, on_line=lines.append):
            raise HybridError(f"synthesis failed; the whole output is in {log}:\n{''.join(lines[-15:])}")

    def deploy(self, stack: str, watch: Watcher) -> Deployment:
        """Apply one stack."""
        return self._cdktf("deploy", stack, watch)

    def destroy(self, stack: str, watch: Watcher) -> Deployment:
        """Destroy one stack."""
        return self._cdktf("destroy", stack, watch)

    def _cdktf(self, verb: str, stack: str, watch: Watcher) -> Deployment:
        output = StackOutput()

        def tick() -> bool:
            watch(stack, output)
            return emulator.find(home=self.home) is not None

        start = time.monotonic()
        log = self.logs / f"{verb}-{stack}.log"
        options = ["--auto-approve", "--skip-synth", "--no-color", "--output", str(self.outdir)]
        environment = child_environment(self.server)
        command = [str(CDKTF), verb, stack, *options]
        code = run(command, environment=environment, log=log, on_line=output.feed, on_tick=tick)
        if code or output.errors or output.result is None:
            raise StackFailed(self._why(verb, stack, output, log))
        return Deployment(stack, self.resources(stack), output.result, time.monotonic() - start)

    def resources(self, stack: str) -> int:
        """How many resources a synthesized stack has."""
        path = self.outdir / "stacks" / stack / "cdk.tf.json"
        kinds = json.loads(path.read_text(encoding="utf-8")).get("resource", {})
        return sum(map(len, kinds.values()))

    def _why(self, verb: str, stack: str, output: StackOutput, log: Path) -> str:
        if emulator.find(home=self.home) is None:
            return (
                f"{verb} {stack}: the embedded AWS at {self.server.url} stopped in the middle, and its "
                f"account is gone with it.\nRun `make up` again; it starts anew. "
                f"The server's log: {self.server.log}"
            )
        errors = output.errors or [plain(line).strip() for line in _tail(log)]
        listed = "\n".join(f"  {error}" for error in dict.fromkeys(errors))
        return (
            f"{verb} {stack} failed:\n{listed}\n"
            f"The whole output is in {log}. Once mended, `make up` continues where this stopped."
        )


def _tail(log: Path, lines: int = 10) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines()[-lines:]
