"""Works on one run until it is done, undone or stopped, and writes its report whatever happens."""

import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from operations.console import err
from operations.engine import kinds, lock
from operations.engine.context import Context
from operations.engine.executor import Executor, Worker
from operations.engine.journal import Journal
from operations.engine.plan import Call, Plan
from operations.engine.progress import Progress
from operations.engine.redact import Redactor
from operations.engine.report import Conclusion, Outcome, describe, write
from operations.engine.retry import Clients
from operations.engine.state import Run, State
from operations.engine.undo import Undoer, undoable
from operations.errors import Breached, HybridError
from operations.paths import PROJECT_ROOT


class Interrupted(HybridError):
    """Ctrl-C, or the job was cancelled. 130 is what shells say after Ctrl-C."""

    exit_code = 130


def configuration() -> str:
    """Fingerprint of the environments' files."""
    digest = hashlib.sha256()
    for path in sorted((PROJECT_ROOT / "environments").glob("*.yaml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def work(run: Run, journal: Journal, progress: Progress, *, back: bool = False) -> Outcome:
    """Go forward, or `back`. Raises when it stops; the journal then says where."""
    plan, redactor = run.plan, Redactor()
    journal = Journal(journal.path, redactor)
    context = Context(run.id, Clients(plan.account), redactor, journal.directory, run.steps)
    failure: HybridError | None = None
    with progress.live(), _stoppable():
        try:
            _take(context, run)
            (Undoer if back else Executor)(run, journal, context, progress).go()
        except HybridError as error:
            failure = error
        except KeyboardInterrupt:
            failure = _interrupted(run, journal, context, progress)
        if failure and not any(step.touched for step in run.steps.values()):
            _finish(run, journal, context, progress, State.ABANDONED)
            failure.args = (f"{failure}\nNothing was changed.",)
        elif failure and plan.undo_on_failure and not back and undoable(run):
            failure = _undo(run, journal, context, progress, failure)
        elif failure is None:
            failure = _finish(run, journal, context, progress, State.UNDONE if back else State.DONE)
    return _report(run, journal, progress, redactor, failure)


def _undo(
    run: Run, journal: Journal, context: Context, progress: Progress, failure: HybridError
) -> HybridError:
    """What a failure leads to where everything must be put back. The failure stays the result."""
    try:
        Undoer(run, journal, context, progress).go()
    except HybridError as error:
        failure.args = (f"{failure}\nPutting it back failed, too: {error}",)
        return failure
    except KeyboardInterrupt:
        return _interrupted(run, journal, context, progress)
    _finish(run, journal, context, progress, State.UNDONE)
    failure.args = (f"{failure}\nWhat it had changed was put back.",)
    return failure


def _finish(
    run: Run, journal: Journal, context: Context, progress: Progress, state: State
) -> HybridError | None:
    """Give the lock back, then close the journal: a crash in between leaves a run that can be resumed."""
    try:
        if run.plan.lock_region:
            lock.release(context.aws, run.plan.lock_region, run.plan.kind, run.plan.target, run.id)
    except HybridError as error:
        return error
    Worker(run, journal, context, progress).write("finished", state=str(state))
    return None


def _take(context: Context, run: Run) -> None:
    """The right account, and nobody else's run, before anything is changed."""
    if region := _first_region(run.plan):
        context.aws.client("sts", region)
    if run.plan.lock_region:
        lock.take(context.aws, run.plan.lock_region, run.plan.kind, run.plan.target, run.id)


def _interrupted(run: Run, journal: Journal, context: Context, progress: Progress) -> HybridError:
    Worker(run, journal, context, progress).write("interrupted")
    return Interrupted(f"interrupted {run.at}")


def _report(
    run: Run, journal: Journal, progress: Progress, redactor: Redactor, failure: HybridError | None
) -> Outcome:
    conclusion, state = Conclusion(), run.stopped
    outcome = Outcome(state, run, journal.directory)
    if not run.unfinished:
        try:
            conclusion = kinds.conclude(run.plan.kind, outcome) or conclusion
        except HybridError as error:
            failure = failure or error
    path = journal.path.with_suffix(".md")
    try:
        write(run, state, journal.path, conclusion, redactor)
    except OSError as error:
        failure = failure or HybridError(f"{path} could not be written ({error.strerror})")
    outcome = Outcome(state, run, journal.directory, path, conclusion.data)
    result: dict[str, Any] = {
        **describe(run, state),
        "conclusion": dict(conclusion.data),
        "report": str(path),
    }
    if failure:
        result["error"] = redactor.text(str(failure))
    # What was breached is said at the end, as the error.
    text = "" if conclusion.markdown in conclusion.breached else conclusion.markdown
    progress.result(redactor.value(result), redactor.text(text))
    err.print(f"{state} in {run.seconds:.1f} s; report: {path}", markup=False)
    if failure is None and conclusion.breached:
        failure = Breached(conclusion.breached)
    if failure is None:
        return outcome
    if run.unfinished:
        failure.args = (f"{failure}\n{_how_to_go_on(run)}",)
    raise failure


def _how_to_go_on(run: Run) -> str:
    short = run.id.rpartition("-")[2]
    undo = f", or put back what it changed: hybrid runs undo {short}" if undoable(run) else ""
    if run.undoing:
        return (
            f"Continue to put back: hybrid runs undo {short}, or leave everything as it is: "
            f"hybrid runs abandon {short}"
        )
    if stuck := next((id_ for id_, step in run.steps.items() if step.stuck and not step.over), ""):
        command = kinds.kind(run.plan.kind).command
        return (
            f"hybrid runs resume {short} only looks whether {stuck} has recovered{undo}; or give the run up, "
            f"and run `{command}` again: hybrid runs abandon {short}"
        )
    return f"Go on: hybrid runs resume {short}{undo}"


def _first_region(plan: Plan) -> str:
    for step in plan.steps:
        for does in (step.saves, step.call, step.done_when and step.done_when.call):
            if isinstance(does, Call):
                return does.region
    return ""


@contextmanager
def _stoppable() -> Iterator[None]:
    """A CI job that is cancelled ends as Ctrl-C does."""
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
