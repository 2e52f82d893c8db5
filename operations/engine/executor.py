"""Carries out a plan, one journaled step after the other; a resume and a first run are the same code."""

import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from operations.engine import crash
from operations.engine.call import ask, kept, send, wanted
from operations.engine.context import Context, Unknown
from operations.engine.journal import Entry, Journal
from operations.engine.plan import Does, Probe, Step
from operations.engine.probe import EndedBadly, Seen, Sight, TimedOut, look, wait
from operations.engine.retry import CallFailed, CredentialsExpired, Fate, pauses
from operations.engine.state import Run, StepState
from operations.errors import HybridError

_T = TypeVar("_T")


class Watcher(Protocol):
    """Shows what happens."""

    def entry(self, run: Run, entry: Entry) -> None:
        """An entry was written."""

    def status(self, run: Run, step: str, text: str) -> None:
        """Something is still going on."""


class StepFailed(HybridError):
    """A step failed; the message says where the run stands."""


def mistake(error: Exception) -> HybridError:
    """What nobody expected, as one of our errors: the run is resumable, and a traceback leaks no secret."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return HybridError(f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})")


class Worker:
    """What going forward and undoing share: the journal, and calls that survive a lost answer."""

    def __init__(self, run: Run, journal: Journal, context: Context, watcher: Watcher) -> None:
        self.run, self.context = run, context
        self._journal, self._watcher = journal, watcher
        self._wanted = wanted(run.plan)
        self.numbers = {step.id: number for number, step in enumerate(run.plan.steps, 1)}

    def write(self, entry: str, **data: Any) -> None:
        """Journal it, and follow it."""
        written = self._journal.append(entry, **data)
        self.run.take(written)
        self._watcher.entry(self.run, written)

    def begin(self, step: Step) -> None:
        """Start the clock of a step."""
        self.context.attempt = self.run.steps[step.id].attempt
        self.context.deadline = time.monotonic() + step.limit_seconds
        self.context.say = lambda text: self._watcher.status(
            self.run, step.id, self.context.redactor.text(text)
        )

    def look(self, probe: Probe) -> Sight:
        """Look until there is an answer: without one, nobody may send the call again."""
        for pause in pauses():
            sight = look(probe, self.context, self.run.plan.kind)
            if sight.seen is not Seen.UNKNOWN:
                return sight
            self.again(sight.shows, pause)
        raise HybridError(f"nobody can tell whether the call arrived: {sight.shows}")

    def wait(self, step: Step, probe: Probe) -> Sight:
        """Until it is done, with what is seen on the way."""
        first = True

        def looked(sight: Sight) -> None:
            nonlocal first
            if first:
                crash.point("waiting", self.numbers[step.id], step.id)
            first = False
            if sight.seen in (Seen.NOT_YET, Seen.UNKNOWN):
                self.context.say(sight.shows or "waiting")

        kind = self.run.plan.kind
        return wait(probe, self.context, kind, poll_seconds=step.poll_seconds, looked=looked)

    def again(self, why: str, pause: float) -> None:
        """Wait before another attempt, within the step's time limit."""
        if self.context.remaining() <= pause:
            raise TimedOut(f"{why}\nNo time is left to try again")
        self.context.say(f"again in {pause:.1f} s: {why}")
        time.sleep(pause)

    def kept(self, step: Step, source: Any, answer: Any) -> dict[str, Any]:
        return kept(answer, self._wanted.get((step.id, source), frozenset()))

    def send(self, does: Does, token: str) -> Any:
        """Make a call once; an error that it accepts is an empty answer."""
        accept: Sequence[str] = getattr(does, "accept", ())
        try:
            return send(does, self.context, self.run.plan.kind, self.context.token(token))
        except CallFailed as error:
            if error.code not in accept:
                raise
        return {}

    def attempt(self, do: Callable[[], _T], recover: Callable[[], _T | None]) -> _T:
        """Send a call until it is answered; `recover` finds out whether a lost one was carried out."""
        lost = False
        for pause in [*pauses(), None]:
            if lost and (found := recover()) is not None:
                return found
            try:
                return do()
            except CallFailed as error:
                if pause is None or error.fate is Fate.REFUSED:
                    raise
                lost = lost or error.fate is Fate.LOST
                failure = error
            self.again(str(failure), pause)
        raise AssertionError  # the last attempt returned or raised


class Executor(Worker):
    """Goes forward."""

    def go(self) -> None:
        """Do what is left, or raise an error after it was journaled."""
        for step in self.run.plan.steps:
            if not self.run.steps[step.id].over:
                self._guarded(step)

    def _guarded(self, step: Step) -> None:
        failure: HybridError
        try:
            self._do(step, self.run.steps[step.id])
        except HybridError as error:
            failure = error
        except Exception as error:
            failure = mistake(error)
        else:
            return
        text = self.context.redactor.text(str(failure))
        badly = {"ended_badly": True} if isinstance(failure, EndedBadly) and step.call else {}
        # Without credentials every step would be skipped that may be.
        skipped = step.optional and not isinstance(failure, CredentialsExpired)
        self.write("failed", step=step.id, error=text, optional=skipped, **badly)
        if not skipped:
            failed = StepFailed(f"{step.id}: {text}")
            failed.exit_code = failure.exit_code
            raise failed

    def _do(self, step: Step, state: StepState) -> None:
        self.begin(step)
        number = self.numbers[step.id]
        if step.saves and "saved" not in state.answers:
            answer = ask(step.saves, self.context, self.run.plan.kind, self.again)
            self.write("saved", step=step.id, answer=self.kept(step, "saved", answer))
        seen: Any = {}
        if step.call and not state.called:
            before = state.sent
            self.write("started", step=step.id, again=before or state.attempt > 1)
            crash.point("before", number, step.id)
            delivered = self._deliver(step, step.call, may_have_arrived=before)
            crash.point("between", number, step.id)
            if isinstance(delivered, Sight):
                self._done(step, delivered.answer, found=True)
                return
            self.write("called", step=step.id, answer=delivered)
        elif not state.started:
            self.write("started", step=step.id, again=False)
        if step.done_when:
            seen = self.wait(step, step.done_when).answer
        self._done(step, seen, found=False)

    def _done(self, step: Step, seen: Any, *, found: bool) -> None:
        self.write("done", step=step.id, answer=self.kept(step, "probe", seen), found=found)
        crash.point("after", self.numbers[step.id], step.id)

    def _deliver(self, step: Step, call: Does, *, may_have_arrived: bool) -> "dict[str, Any] | Sight":
        """The kept answer of the call; or, if it was carried out before, the sight that says done."""
        if may_have_arrived and (found := self._found(step)) is not None:
            return found

        attempt = self.context.attempt
        token = step.id if attempt == 1 else f"{step.id}-attempt-{attempt}"

        def send() -> dict[str, Any] | Sight:
            return self.kept(step, "call", self.send(call, token))

        return self.attempt(send, lambda: self._found(step))

    def _found(self, step: Step) -> "dict[str, Any] | Sight | None":
        """What shows that a call arrived whose answer nobody has; None if nothing does."""
        if step.arrived_when:
            sight = self.look(step.arrived_when)
            return self.kept(step, "call", sight.answer) if sight.seen is Seen.DONE else None
        if step.done_when:
            try:
                sight = self.look(step.done_when)
            except Unknown:
                return None  # it needs the answer that was lost
            return sight if sight.seen is Seen.DONE else None
        return None
