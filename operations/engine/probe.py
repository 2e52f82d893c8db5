"""Looks whether something is done, and waits until it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from operations.aws import NoAnswer
from operations.engine.call import search, send
from operations.engine.context import Context
from operations.engine.journal import plain
from operations.engine.plan import Probe
from operations.engine.retry import CallFailed, Fate
from operations.errors import HybridError

FIRST_PAUSE = 0.2


class Seen(Enum):
    DONE = auto()
    NOT_YET = auto()
    FAILED = auto()
    UNKNOWN = auto()
    """AWS throttled the question, or did not answer."""


@dataclass(frozen=True)
class Sight:
    """One look."""

    seen: Seen
    answer: Any
    shows: str
    """What the progress line says."""


class TimedOut(HybridError):
    """A step took longer than its limit."""


class EndedBadly(HybridError):
    """What the step waits for has failed, and waiting longer is of no use."""


def look(probe: Probe, context: Context, kind: str) -> Sight:
    """Ask once."""
    wanted = {path: context.resolve(value) for path, value in probe.equals.items()}
    failing = {path: context.resolve(value) for path, value in probe.fails.items()}
    try:
        answer = send(probe.call, context, kind)
    except CallFailed as error:
        if error.code in probe.done_on:
            return Sight(Seen.DONE, {}, error.code)
        if error.code in probe.wait_on:
            return Sight(Seen.NOT_YET, {}, error.code)
        if error.fate is not Fate.REFUSED:
            return Sight(Seen.UNKNOWN, {}, str(error))
        failure = error
    except NoAnswer as error:  # of a `Local`
        return Sight(Seen.UNKNOWN, {}, str(error))
    else:
        shown = search(probe.shows, answer) if probe.shows else None
        shows = context.redactor.text(_shown(plain(shown)))
        if any(plain(search(path, answer)) == value for path, value in failing.items()):
            return Sight(Seen.FAILED, answer, shows)
        done = all(plain(search(path, answer)) == value for path, value in wanted.items())
        # Without anything to equal, `done_on` alone decides.
        return Sight(Seen.DONE if done and wanted else Seen.NOT_YET, answer, shows)
    raise failure


def wait(
    probe: Probe, context: Context, kind: str, *, poll_seconds: float, looked: Callable[[Sight], None]
) -> Sight:
    """Look until it is done. A look without an answer is followed by another."""
    began, pause = time.monotonic(), FIRST_PAUSE
    while True:
        sight = look(probe, context, kind)
        looked(sight)
        if sight.seen is Seen.DONE:
            return sight
        last = f"; last seen: {sight.shows}" if sight.shows else ""
        if sight.seen is Seen.FAILED:
            raise EndedBadly(f"it failed{last}")
        if context.remaining() <= 0:
            raise TimedOut(f"not done after {time.monotonic() - began:.0f} s{last}")
        time.sleep(min(pause, poll_seconds, context.remaining()))
        pause *= 1.5


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " / ".join(shown for one in value if (shown := _shown(one)))
    return "" if value is None else str(value)
