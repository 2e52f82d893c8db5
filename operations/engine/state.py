"""How far a run is, told from its journal alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from operations.engine.codec import SCHEMA, decode_plan, fingerprint
from operations.engine.journal import Entry
from operations.engine.plan import Plan
from operations.engine.values import Source
from operations.errors import HybridError, Refused


class State(StrEnum):
    """Of a run. Whether one `runs` is known only from its lock."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    RUNNING = "running"
    UNDONE = "undone"
    ABANDONED = "abandoned"
    PLANNED = "planned"
    """A dry run, or one that nobody agreed to."""

    UNCHANGED = "unchanged"
    """There was nothing to do."""


@dataclass
class StepState:
    """What the journal says of one step."""

    answers: dict[Source, dict[str, Any]] = field(default_factory=dict)
    """Kept parts by JMESPath."""

    started: str = ""
    attempt: int = 1
    sent: bool = False
    """The call of this attempt may have arrived."""

    called: bool = False
    stuck: bool = False
    """What the call started has failed, and a resume would only look at it again."""

    done: bool = False
    ended: str = ""
    error: str = ""
    skipped: bool = False
    """Optional, and failed."""

    undoing: bool = False
    undone: bool = False

    @property
    def touched(self) -> bool:
        """Whether the step may have changed something."""
        return bool(self.started)

    @property
    def over(self) -> bool:
        return self.done or self.skipped

    @property
    def seconds(self) -> float | None:
        """Measured, from its first call to its end."""
        return between(self.started, self.ended) if self.started and self.ended else None


@dataclass
class Run:
    """One run."""

    id: str
    plan: Plan
    header: Entry
    steps: dict[str, StepState]
    confirmed: bool = False
    stopped: State = State.INTERRUPTED
    """How it stands while no process works on it."""

    undoing: bool = False
    ended: str = ""
    """When the last entry was written."""

    def take(self, entry: Entry) -> None:
        """Follow the journal by one entry."""
        self.ended = entry["at"]
        step = self.steps.get(entry.get("step", ""), StepState())
        match entry["entry"]:
            case "confirmed":
                self.confirmed = True
            case "saved":
                step.answers["saved"] = entry["answer"]
            case "started":
                step.started = step.started or entry["at"]
                step.sent, step.error = True, ""
            case "called":
                step.called = True
                step.answers["call"] = entry["answer"]
            case "done":
                step.done, step.stuck, step.ended = True, False, entry["at"]
                step.started = step.started or entry["at"]
                step.answers["probe"] = entry["answer"]
            case "failed":
                step.error, step.ended = entry["error"], entry["at"]
                step.skipped = bool(entry.get("optional"))
                self.stopped = self.stopped if step.skipped else State.FAILED
                if entry.get("ended_badly"):
                    self._ended_badly(step, anew=self.plan.step(entry["step"]).anew)
            case "undoing":
                self.undoing = step.undoing = True
            case "undone":
                step.undone = True
            case "resumed" | "interrupted":
                self.stopped = State.INTERRUPTED
            case "finished":
                self.stopped = State(entry["state"])

    def _ended_badly(self, step: StepState, *, anew: bool) -> None:
        """What the call started is over, and was in vain."""
        step.stuck = not anew
        if anew:
            step.attempt += 1
            step.sent = step.called = False
            step.answers.pop("call", None)

    @property
    def unfinished(self) -> bool:
        """Whether it stopped in the middle: resume, undo or abandon it."""
        return self.stopped in (State.FAILED, State.INTERRUPTED)

    @property
    def at(self) -> str:
        """Where it stands, in words."""
        if self.undoing:
            left = [id_ for id_, step in self.steps.items() if step.touched and not step.undone]
            return f"while undoing {left[-1]}" if left else "after undoing everything"
        following = next((one.id for one in self.plan.steps if not self.steps[one.id].over), "")
        return f"at step {following}" if following else "after the last step"

    @property
    def seconds(self) -> float:
        """From the first entry to the last."""
        return between(self.header["at"], self.ended)


def read(run: str, entries: Iterable[Entry]) -> Run:
    """A run from its journal."""
    header, *following = [*entries] or [{}]
    if header.get("entry") != "planned":
        raise HybridError(f"the journal of {run} does not begin with a plan: it is empty or damaged")
    if header["schema"] != SCHEMA:
        raise Refused(
            f"the run {run} was begun by a version of hybrid whose journals have schema {header['schema']}, "
            f"this one's have {SCHEMA}; continue it with the version of then. Nothing was done"
        )
    plan = decode_plan(header["plan"])
    if fingerprint(plan) != header["fingerprint"]:
        raise Refused(f"the plan in the journal of {run} is not the one that was agreed to; nothing was done")
    found = Run(run, plan, header, {step.id: StepState() for step in plan.steps}, ended=header["at"])
    for entry in following:
        found.take(entry)
    return found


def between(start: str, end: str) -> float:
    """Seconds between two times of the journal."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
