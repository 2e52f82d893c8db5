"""Reads what `cdktf deploy` prints, line by line, as events."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PLAN = re.compile(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy")
_DONE = re.compile(r"(Apply|Destroy) complete! Resources: (?:(\d+) added, (\d+) changed, )?(\d+) destroyed")
_STEP = re.compile(
    r"(aws_\w+)\.([\w-]+)(?: \([^)]*\))?: "
    r"(Creating|Modifying|Destroying|Creation complete|Modifications complete|Destruction complete)"
)
_ERROR = re.compile(r"^(?:\S+\s+)?[│|]?\s*Error: (.+)$")
_FINISHED = {"Creation complete", "Modifications complete", "Destruction complete"}


@dataclass
class Changes:
    """How many resources a run added, changed and destroyed."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.destroyed)

    def __str__(self) -> str:
        words = {"added": self.added, "changed": self.changed, "destroyed": self.destroyed}
        return ", ".join(f"{count} {word}" for word, count in words.items() if count) or "no changes"


@dataclass
class StackOutput:
    """Progress of one stack, fed with the lines of its deployment."""

    planned: int = 0
    finished: int = 0
    current: dict[str, str] = field(default_factory=dict)
    """What Terraform works on right now: address to verb."""

    result: Changes | None = None
    seconds: float = 0.0
    """How long it took until there was a result."""

    errors: list[str] = field(default_factory=list)

    def feed(self, line: str) -> None:
        """Take one line of output into account."""
        text = plain(line)
        if found := _PLAN.search(text):
            self.planned = sum(map(int, found.groups()))
        elif found := _DONE.search(text):
            self.result = Changes(*(int(number or 0) for number in found.groups()[1:]))
        elif "No changes." in text:
            self.result = Changes()
        elif found := _STEP.search(text):
            self._step(f"{found[1]}.{found[2]}", found[3])
        elif found := _ERROR.search(text.strip()):
            self.errors.append(found[1].strip())

    def _step(self, address: str, verb: str) -> None:
        if verb in _FINISHED:
            self.finished += 1
            self.current.pop(address, None)
        else:
            self.current[address] = verb

    @property
    def doing(self) -> str:
        """One resource in work, for a progress line; the one that takes longest comes first."""
        current = list(self.current.items())  # a copy: another thread feeds it meanwhile
        if not current:
            return ""
        address, verb = current[0]
        more = f" and {len(current) - 1} more" if len(current) > 1 else ""
        return f"{verb.lower()} {address.split('.')[0]}{more}"


class Outputs:
    """Progress of stacks that are deployed together.

    cdktf begins a stack's lines with its name, and indents the lines that follow from the same message.
    """

    def __init__(self, stacks: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.stacks = {stack: StackOutput() for stack in stacks}
        self._clock = clock
        self._started = clock()
        self._speaker = next(iter(self.stacks))

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._started

    @property
    def errors(self) -> list[str]:
        """Of every stack."""
        return [error for output in self.stacks.values() for error in output.errors]

    @property
    def complete(self) -> bool:
        """Whether every stack came to a good end."""
        return not self.errors and all(output.result is not None for output in self.stacks.values())

    def feed(self, line: str) -> None:
        """Give one line to the stack that it belongs to."""
        name = plain(line).partition(" ")[0]
        if name in self.stacks:
            self._speaker = name
        output = self.stacks[self._speaker]
        output.feed(line)
        if output.result is not None and not output.seconds:
            output.seconds = self.elapsed


def plain(line: str) -> str:
    """`line` without colours."""
    return _ANSI.sub("", line)
