"""Deploys stacks onto the embedded AWS with the real cdktf and Terraform."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.errors import HybridError
from operations.fleet.output import Changes, Outputs, plain
from operations.fleet.terraform import CDKTF, OUTDIR, child_environment, run
from operations.local import server as emulator
from operations.local.state import Server
from operations.paths import PROJECT_ROOT, STATE_DIR

Watcher = Callable[[Outputs], None]
"""Told every second how far the stacks are."""


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

    def synthesize(self) -> None:
        """Synthesize every stack for the emulator."""
        environment = child_environment(self.server) | {"CDKTF_OUTDIR": str(self.outdir)}
        log = self.logs / "synth.log"
        lines: list[str] = []
        command = [sys.executable, str(PROJECT_ROOT / "main.py")]
        if run(command, environment=environment, log=log, on_line=lines.append):
            raise HybridError(f"synthesis failed; the whole output is in {log}:\n{''.join(lines[-15:])}")

    def deploy(self, stacks: Sequence[str], watch: Watcher) -> list[Deployment]:
        """Apply stacks that do not need each other, side by side."""
        return self._cdktf("deploy", stacks, watch)

    def destroy(self, stacks: Sequence[str], watch: Watcher) -> list[Deployment]:
        """Destroy stacks that do not need each other, side by side."""
        return self._cdktf("destroy", stacks, watch)

    def _cdktf(self, verb: str, stacks: Sequence[str], watch: Watcher) -> list[Deployment]:
        outputs = Outputs(stacks)

        def tick() -> bool:
            watch(outputs)
            # Not whether it answers: on a busy machine it takes its time, and Terraform waits for it.
            return emulator.lives(self.server)

        what = f"{verb} {' '.join(stacks)}"
        log = self.logs / f"{what.replace(' ', '-')}.log"
        options = ["--auto-approve", "--skip-synth", "--no-color", "--output", str(self.outdir)]
        environment = child_environment(self.server)
        command = [str(CDKTF), verb, *stacks, *options]
        code = run(command, environment=environment, log=log, on_line=outputs.feed, on_tick=tick)
        if code or not outputs.complete:
            raise StackFailed(self._why(what, outputs.errors, log))
        return [
            Deployment(stack, self.resources(stack), output.result or Changes(), output.seconds)
            for stack, output in outputs.stacks.items()
        ]

    def resources(self, stack: str) -> int:
        """How many resources a synthesized stack has."""
        path = self.outdir / "stacks" / stack / "cdk.tf.json"
        kinds = json.loads(path.read_text(encoding="utf-8")).get("resource", {})
        return sum(map(len, kinds.values()))

    def _why(self, what: str, errors: list[str], log: Path) -> str:
        if not emulator.lives(self.server):
            return (
                f"{what}: the embedded AWS at {self.server.url} stopped in the middle, and its account is "
                f"gone with it.\nRun `make up` again; it starts anew. The server's log: {self.server.log}"
            )
        shown = errors or [plain(line).strip() for line in _tail(log)]
        listed = "\n".join(f"  {error}" for error in dict.fromkeys(shown))
        return (
            f"{what} failed:\n{listed}\n"
            f"The whole output is in {log}. Once mended, `make up` continues where this stopped."
        )


def _tail(log: Path, lines: int = 10) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines()[-lines:]
