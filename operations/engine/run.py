"""What every command does around its plan: look, show, ask, carry out, report."""

import getpass
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from operations.console import err
from operations.engine import codec, crash, kinds, lock
from operations.engine.journal import Journal, fresh_id, journals, path_of
from operations.engine.plan import Plan, Step
from operations.engine.progress import Progress
from operations.engine.redact import Redactor
from operations.engine.report import Outcome
from operations.engine.state import Run, State, read
from operations.engine.work import configuration, work
from operations.errors import Refused, UsageError


@dataclass(frozen=True)
class Manner:
    """How a command was told to go about its work."""

    dry_run: bool = False
    agreed: bool = False
    """`--yes`."""

    typed: str | None = None
    """`--confirm NAME`."""

    as_json: bool = False


def carry_out(kind: str, target: str, make: Callable[[], Plan], how: Manner) -> Outcome:
    """Make a plan and carry it out. Nothing is written in a dry run, or when there is nothing to do.

    `make` looks and plans; it runs while no other run of this kind and target does.
    """
    kinds.kind(kind)
    progress = Progress(as_json=how.as_json)
    if how.dry_run:
        return _without_run(make(), State.PLANNED, progress)
    with lock.alone(kind, target):
        refuse_unfinished(kind, target)
        plan = make()
        if (plan.kind, plan.target) != (kind, target):
            raise ValueError(f"{plan.kind} {plan.target} was planned under the lock of {kind} {target}")
        if not plan.steps:
            return _without_run(plan, State.UNCHANGED, progress)
        if not how.as_json:
            show(plan)
        said = agree(plan, how, f"Do these {len(plan.steps)} steps?")
        journal = Journal(path_of(fresh_id(kind, target)), Redactor())
        journal.append("planned", **_header(journal, plan))
        journal.append("confirmed", how=said)
        return work(read(journal.run, journal.entries()), journal, progress)


def refuse_unfinished(kind: str, target: str) -> None:
    """Refuse to begin beside a run that stopped in the middle."""
    for path in journals():
        # One that a crash ended before its first entry began nothing; a finished one may be of any version.
        entries = Journal(path, Redactor()).entries() if f"-{kind}-" in path.name else []
        if not entries or entries[-1]["entry"] == "finished":
            continue
        run = read(path.stem, entries)
        if (run.plan.kind, run.plan.target) == (kind, target) and run.unfinished and _begun(run):
            short = run.id.rpartition("-")[2]
            undo = f"\n  hybrid runs undo {short}      put back what it changed" if _has_undo(run) else ""
            raise Refused(
                f"{run.id} stopped {run.at}, and is not finished:\n"
                f"  hybrid runs resume {short}    go on{undo}\n"
                f"  hybrid runs abandon {short}   leave everything as it is, and forget it\n"
                "Nothing was changed."
            )


def load(run: str) -> Run:
    """A run by its whole id."""
    journal = Journal(path_of(run), Redactor())
    return read(run, journal.entries())


def agree(plan: Plan, how: Manner, question: str) -> str:
    """Have a person agree, and return how; refuse where nobody can answer."""
    wanted = plan.typed
    if how.typed is not None and how.typed != (wanted or plan.confirm or plan.target):
        raise UsageError(f"--confirm {how.typed} is not {wanted or plan.target}; nothing was done")
    if how.typed is not None or (how.agreed and not wanted):
        return "--confirm" if how.typed is not None else "--yes"
    if how.as_json or not sys.stdin.isatty():
        option = f"--confirm {wanted}" if wanted else "--yes"
        raise Refused(f"nobody can answer here; add {option} to agree. Nothing was changed.")
    if wanted:
        agreed = typer.prompt(f"This cannot be brought back. Type {wanted} to go on", err=True) == wanted
    else:
        agreed = typer.confirm(question, err=True)
    if not agreed:
        raise Refused("Nothing was changed.")
    return "typed" if wanted else "yes"


def show(plan: Plan, steps: tuple[Step, ...] | None = None) -> None:
    """Say what will be done."""
    err.print(f"{plan.kind} {plan.target}", markup=False)
    if not plan.steps:
        err.print("nothing to change")
    for step in plan.steps if steps is None else steps:
        number = plan.steps.index(step) + 1
        err.print(f"{number:>3}  {step.id}: {step.why}\n     {step.call or 'wait'}", markup=False)
        if step.danger:
            err.print(f"     cannot be brought back: {step.danger}", markup=False)
    if steps is None:  # what is left of a plan was told with all of it
        for note in plan.notes:
            err.print(f"note: {note}", markup=False)


def shown(plan: Plan) -> dict[str, Any]:
    """A plan for `--json`: no secret is in it, because none is in a plan."""
    return {
        "kind": plan.kind,
        "target": plan.target,
        "facts": dict(plan.facts),
        "notes": list(plan.notes),
        "steps": [
            {
                "id": step.id,
                "why": step.why,
                "does": codec.encode(step.call),
                "undo": bool(step.undo),
                "danger": step.danger,
            }
            for step in plan.steps
        ],
    }


def _without_run(plan: Plan, state: State, progress: Progress) -> Outcome:
    if not progress.as_json:
        show(plan)
    progress.result({"state": str(state), **shown(plan)})
    return Outcome(state)


def _header(journal: Journal, plan: Plan) -> dict[str, Any]:
    return {
        "schema": codec.SCHEMA,
        "run": journal.run,
        "plan": codec.encode(plan),
        "fingerprint": codec.fingerprint(plan),
        "configuration": configuration(),
        "embedded": crash.is_local(),
        "by": f"{getpass.getuser()}@{socket.gethostname()}",
        "pid": os.getpid(),
    }


def _begun(run: Run) -> bool:
    return any(step.touched for step in run.steps.values())


def _has_undo(run: Run) -> bool:
    return any(step.undo for step in run.plan.steps)
