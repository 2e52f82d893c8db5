"""Continues, undoes or gives up a run of before, from its journal alone."""

from operations.console import err
from operations.engine import crash, kinds, lock
from operations.engine.context import Context
from operations.engine.journal import Journal, find, journals
from operations.engine.plan import Plan, Step
from operations.engine.progress import Progress
from operations.engine.redact import Redactor
from operations.engine.report import Outcome
from operations.engine.retry import Clients
from operations.engine.run import Manner, agree, show, shown
from operations.engine.state import Run, State, read
from operations.engine.undo import lasting, undoable
from operations.engine.work import configuration, work
from operations.errors import Refused


def resume(name: str, how: Manner) -> Outcome:
    """Go on where a run stopped: forward, or back if it was being undone."""
    journal, run = _open(name)
    with lock.alone(run.plan.kind, run.plan.target):
        run = _fresh(journal)
        if not run.unfinished:
            raise Refused(f"{run.id} is {run.stopped}: there is nothing to resume")
        _refuse_elsewhere(run)
        _note_configuration(run)
        if run.undoing:
            return _back(run, journal, how)
        left = tuple(step for step in run.plan.steps if not run.steps[step.id].over)
        err.print(f"{run.id} stopped {run.at}", markup=False)
        return _go(run, journal, how, left, f"Do the {len(left)} steps that are left?", back=False)


def undo(name: str, how: Manner) -> Outcome:
    """Put back what a run changed, as far as its steps can."""
    journal, run = _open(name)
    with lock.alone(run.plan.kind, run.plan.target):
        run = _fresh(journal)
        _refuse_elsewhere(run)
        _refuse_later(run)
        if run.stopped in (State.UNDONE, State.ABANDONED):
            raise Refused(f"{run.id} is {run.stopped}: there is nothing to undo")
        return _back(run, journal, how)


def abandon(name: str, how: Manner) -> Outcome:
    """Leave everything as it is but the locks that the run holds, and let other runs begin."""
    journal, run = _open(name)
    with lock.alone(run.plan.kind, run.plan.target):
        run = _fresh(journal)
        if not run.unfinished:
            raise Refused(f"{run.id} is {run.stopped}: there is nothing to abandon")
        _refuse_elsewhere(run)
        question = f"{run.id} stopped {run.at}. Leave everything as it is?"
        if not how.dry_run:
            _agree(run.plan, how, question)
            aws, redactor = Clients(run.plan.account), Redactor()
            kinds.release(
                run.plan.kind, Context(run.id, aws, redactor, journal.directory, run.steps), run.plan
            )
            if run.plan.lock_region:
                lock.release(aws, run.plan.lock_region, run.plan.kind, run.plan.target, run.id)
            run.take(journal.append("finished", state=str(State.ABANDONED)))
        Progress(as_json=how.as_json).result({"run": run.id, "state": str(run.stopped)})
        return Outcome(run.stopped, run, journal.directory)


def _back(run: Run, journal: Journal, how: Manner) -> Outcome:
    steps = undoable(run)
    for step in lasting(run):
        err.print(f"note: {step.id} has no undo: {step.why}", markup=False)
    if not steps and not run.undoing:  # one that was killed after its last undo has still to be closed
        raise Refused(f"no step of {run.id} is left that can be undone; nothing was changed")
    return _go(run, journal, how, steps, f"Undo these {len(steps)} steps?", back=True)


def _go(
    run: Run, journal: Journal, how: Manner, steps: tuple[Step, ...], question: str, *, back: bool
) -> Outcome:
    progress = Progress(as_json=how.as_json)
    if not how.as_json:
        show(run.plan, steps)
    if how.dry_run:
        progress.result(
            {
                "state": str(State.PLANNED),
                "back": back,
                "left": [step.id for step in steps],
                **shown(run.plan),
            }
        )
        return Outcome(State.PLANNED, run)
    _agree(run.plan, how, question)
    run.take(journal.append("resumed", back=back))
    return work(run, journal, progress, back=back)


def _agree(plan: Plan, how: Manner, question: str) -> None:
    """The journal has the name that was typed for what is dangerous; now a yes is enough."""
    agree(Plan(plan.kind, plan.target, plan.account), how, question)


def _open(name: str) -> tuple[Journal, Run]:
    journal = Journal(find(name), Redactor())
    run = _fresh(journal)
    kinds.kind(run.plan.kind)
    return journal, run


def _fresh(journal: Journal) -> Run:
    return read(journal.run, journal.entries())


def _refuse_elsewhere(run: Run) -> None:
    here = crash.is_local()
    if run.header["embedded"] != here:
        names = {True: "the embedded AWS", False: "a real AWS"}
        raise Refused(
            f"{run.id} is of {names[not here]}, and AWS_ENDPOINT_URL means {names[here]}; nothing was done"
        )


def _refuse_later(run: Run) -> None:
    """Undoing puts back what was before this run, which a later run may have built upon."""
    for path in journals():
        entries = Journal(path, Redactor()).entries()
        if path.stem <= run.id or f"-{run.plan.kind}-" not in path.name or not entries:
            continue
        later = read(path.stem, entries)
        same = (later.plan.kind, later.plan.target) == (run.plan.kind, run.plan.target)
        if same and later.stopped is not State.UNDONE and any(one.touched for one in later.steps.values()):
            raise Refused(
                f"{later.id} changed {run.plan.target} after it; undo that one first. Nothing was changed."
            )


def _note_configuration(run: Run) -> None:
    if run.header["configuration"] != configuration():
        err.print("note: environments/*.yaml has changed since; the plan is the one of then", markup=False)
