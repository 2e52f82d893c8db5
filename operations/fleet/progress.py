"""Shows a deployment while it runs: a live line on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Sequence

from rich.status import Status

from operations.console import err
from operations.fleet.deploy import Deployment
from operations.fleet.output import Outputs, StackOutput

PLAIN_SECONDS = 10.0
"""Between two lines of a log that nobody looks at live."""


class Progress:
    """Between `begin` and `end`, pass `watch` to the deployer."""

    def __init__(self, verb: str = "deploying", clock: Callable[[], float] = time.monotonic) -> None:
        self._verb = verb
        self._clock = clock
        self._printed = clock()
        self._status: Status | None = None

    def begin(self, stacks: Sequence[str]) -> None:
        """Announce the next stacks."""
        self._printed = self._clock()
        what = f"{self._verb} {', '.join(stacks)}"
        if err.is_terminal:
            self._status = err.status(what)
            self._status.start()
        else:
            err.print(f"{what} ...")

    def watch(self, outputs: Outputs) -> None:
        """Show how far the stacks are."""
        lines = [
            f"{self._verb} {stack}  {outputs.elapsed:4.0f} s  {_count(output)}  {output.doing}".rstrip()
            for stack, output in outputs.stacks.items()
            if output.result is None
        ]
        now = self._clock()
        if self._status:
            self._status.update("\n  ".join(lines))
        elif now - self._printed >= PLAIN_SECONDS:
            self._printed = now
            err.print("\n".join(lines))

    def end(self, deployments: Sequence[Deployment]) -> None:
        """Close the line; nothing is printed for stacks that failed, their error follows."""
        if self._status:
            self._status.stop()
            self._status = None
        for deployment in deployments:
            err.print(f"{deployment.stack}: {deployment.changes} in {deployment.seconds:.0f} s")


def _count(output: StackOutput) -> str:
    if not output.planned:
        return "planning" if not output.finished else f"{output.finished} resources"
    return f"{output.finished}/{output.planned} resources"
