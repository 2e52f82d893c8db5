"""Shows a deployment while it runs: a live line on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable

from rich.status import Status

from operations.console import err
from operations.fleet.deploy import Deployment
from operations.fleet.output import StackOutput

PLAIN_SECONDS = 10.0
"""Between two lines of a log that nobody looks at live."""


class Progress:
    """One stack at a time; use as `deployer.deploy(stack, progress.watch)` inside `with progress:`."""

    def __init__(self, verb: str = "deploying", clock: Callable[[], float] = time.monotonic) -> None:
        self._verb = verb
        self._clock = clock
        self._started = self._printed = clock()
        self._status: Status | None = None

    def begin(self, stack: str) -> None:
        """Announce the next stack."""
        self._started = self._printed = self._clock()
        if err.is_terminal:
            self._status = err.status(f"{self._verb} {stack}")
            self._status.start()
        else:
            err.print(f"{self._verb} {stack} ...")

    def watch(self, stack: str, output: StackOutput) -> None:
        """Show how far the stack is."""
        now = self._clock()
        line = (
            f"{self._verb} {stack}  {now - self._started:4.0f} s  {_count(output)}  {output.doing}".rstrip()
        )
        if self._status:
            self._status.update(line)
        elif now - self._printed >= PLAIN_SECONDS:
            self._printed = now
            err.print(line)

    def end(self, deployment: Deployment | None) -> None:
        """Close the line; nothing is printed for a stack that failed, its error follows."""
        if self._status:
            self._status.stop()
            self._status = None
        if deployment:
            err.print(f"{deployment.stack}: {deployment.changes} in {deployment.seconds:.0f} s")


def _count(output: StackOutput) -> str:
    if output.result is not None:
        return "done"
    if not output.planned:
        return "planning" if not output.finished else f"{output.finished} resources"
    return f"{output.finished}/{output.planned} resources"
