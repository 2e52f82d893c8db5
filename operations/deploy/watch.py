"""Follows a deployment until it is over: news line by line, and where it stands."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rich.markup import escape
from rich.status import Status

from operations.console import err
from operations.errors import HybridError

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds between two looks: short at first, as a mistake shows early."""


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"


class TimedOut(HybridError):
    """The deployment takes longer than somebody wants to wait."""


@dataclass(frozen=True)
class Sight:
    """One look at a deployment."""

    line: str
    """Where it stands."""

    news: tuple[str, ...] = ()
    """Everything that happened so far, oldest first."""

    outcome: Outcome | None = None
    """None: it goes on."""

    reason: str = ""
    over: bool = True
    """False: what was waited for has come, but the deployment has not ended."""


def watch(look: Callable[[], Sight], limit_seconds: float) -> Sight:
    """Look until there is an outcome, and show what happens."""
    deadline = time.monotonic() + limit_seconds
    pause = FIRST_PAUSE
    with Display() as display:
        while True:
            sight = look()
            display.show(sight)
            if sight.outcome:
                return sight
            if time.monotonic() + pause > deadline:
                raise TimedOut(f"not done after {limit_seconds / 60:g} minutes: {sight.line}")
            time.sleep(pause)
            pause = min(pause * 1.3, LONGEST_PAUSE)


def at(moment: Any) -> str:
    """A time of AWS's as UTC; empty if there is none."""
    return f"{moment.astimezone(UTC):%H:%M:%S}" if isinstance(moment, datetime) else ""


class Display:
    """A live line on a terminal; elsewhere a line whenever it changes."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._line = ""
        self._status: Status | None = err.status("") if err.is_terminal else None

    def __enter__(self) -> "Display":
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def show(self, sight: Sight) -> None:
        """Say what is new."""
        for text in sight.news:
            if text not in self._told:
                self._told.add(text)
                err.print(f"  {text}", markup=False)
        if self._status:
            self._status.update(escape(sight.line))
        elif sight.line != self._line:
            err.print(f"  {sight.line}", markup=False)
        self._line = sight.line
