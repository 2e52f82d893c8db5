"""`hybrid runs`: what commands did, and what to do about one that stopped in the middle."""

from typing import Annotated, Any

import typer

from operations.console import out, print_json
from operations.engine.options import Json
from operations.errors import HybridError
from operations.options import DryRun, Yes
from operations.options import Json as PlainJson

app = typer.Typer(
    no_args_is_help=True,
    help="What commands did, step by step; resume, undo or abandon one that stopped in the middle.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="Id of the run; its last six characters are enough.")
]


@app.command(name="list")
def list_(
    kind: Annotated[str | None, typer.Option("--kind", help="Only runs of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 20,
    as_json: PlainJson = False,
) -> None:
    """Show the newest runs: done, failed, interrupted, running, undone or abandoned.

    \b
    Examples:
      hybrid runs list
      hybrid runs list --kind db-switch --json
    """
    from operations.engine.journal import journals

    paths = [path for path in journals() if not kind or f"-{kind}-" in path.name][:limit]
    rows = [row for row in map(_row, (path.stem for path in paths)) if not kind or row.get("kind") == kind]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        seconds = f"{row['seconds']:.1f} s" if "seconds" in row else ""
        words = (row["run"], str(row["state"]), seconds, row["note"])
        out.print("  ".join(word for word in words if word), markup=False)
    if not rows:
        out.print("no runs")


@app.command()
def show(run: RunName, *, as_json: PlainJson = False) -> None:
    """Show what a run did and when, and what it replaced.

    \b
    Examples:
      hybrid runs show 1f9c2e
      hybrid runs show 1f9c2e --json
    """
    from operations.engine import report
    from operations.engine.journal import Journal, find
    from operations.engine.redact import Redactor
    from operations.engine.run import load

    path = find(run)
    found, entries = load(path.stem), Journal(path, Redactor()).entries()
    data = {**report.describe(found, _state(found)), "journal": str(path)}
    timeline = [{name: value for name, value in entry.items() if name != "plan"} for entry in entries]
    if as_json:
        print_json({**data, "timeline": timeline})
        return
    out.print(f"{found.id}  {data['state']}  by {data['by']}", markup=False)
    for entry in timeline:
        words = [entry["at"], f"{entry['entry']:<11}", entry.get("step", ""), _detail(entry)]
        out.print("  ".join(word for word in words if word), markup=False)
    out.print(f"journal: {path}", markup=False)


@app.command()
def resume(run: RunName, *, dry_run: DryRun = False, yes: Yes = False, as_json: Json = False) -> None:
    """Go on where a run stopped. Steps that are done are not repeated.

    \b
    Examples:
      hybrid runs resume 1f9c2e --dry-run
      hybrid runs resume 1f9c2e
    """
    from operations.engine import resume as resuming
    from operations.engine.run import Manner

    resuming.resume(run, Manner(dry_run=dry_run, agreed=yes, as_json=as_json))


@app.command()
def undo(run: RunName, *, dry_run: DryRun = False, yes: Yes = False, as_json: Json = False) -> None:
    """Put back what a run changed, in reverse order; also one that is done.

    \b
    Examples:
      hybrid runs undo 1f9c2e --dry-run
      hybrid runs undo 1f9c2e
    """
    from operations.engine import resume as resuming
    from operations.engine.run import Manner

    resuming.undo(run, Manner(dry_run=dry_run, agreed=yes, as_json=as_json))


@app.command()
def abandon(run: RunName, *, dry_run: DryRun = False, yes: Yes = False, as_json: Json = False) -> None:
    """Leave everything as an unfinished run left it, release its locks, and let the command run again.

    \b
    Examples:
      hybrid runs abandon 1f9c2e
    """
    from operations.engine import resume as resuming
    from operations.engine.run import Manner

    resuming.abandon(run, Manner(dry_run=dry_run, agreed=yes, as_json=as_json))


@app.command()
def unlock(
    kind: Annotated[str, typer.Argument(help="Kind of the run that holds the lock.")],
    target: Annotated[str, typer.Argument(help="What it works on.")],
    *,
    region: Annotated[str, typer.Option(help="Region of the lock.")],
    yes: Yes = False,
) -> None:
    """Take the lock from a run on a machine that is gone. Make sure that it really is.

    \b
    Examples:
      hybrid runs unlock db-switch prod/orders --region ap-northeast-2
    """
    from environments.loader import load_fleet
    from operations.engine import lock
    from operations.engine.plan import Plan
    from operations.engine.retry import Clients
    from operations.engine.run import Manner, agree

    account = load_fleet().shared.account_id
    agree(Plan(kind, target, account), Manner(agreed=yes), f"Is nothing working on {target} any more?")
    if not lock.release(Clients(account), region, kind, target, None):
        raise HybridError(f"there is no lock {lock.parameter(kind, target)} in {region}")
    out.print(f"{kind} of {target} may begin again", markup=False)


def _row(run: str) -> dict[str, Any]:
    from operations.engine.run import load

    try:
        found = load(run)
    except HybridError as error:
        return {"run": run, "state": "unreadable", "note": str(error)}
    state = _state(found)
    return {
        "run": found.id,
        "kind": found.plan.kind,
        "target": found.plan.target,
        "state": state,
        "began": found.header["at"],
        "seconds": round(found.seconds, 3),
        "note": f"stopped {found.at}" if found.unfinished and state == found.stopped else "",
    }


def _state(run: Any) -> Any:
    """A run that nobody ended runs if its lock is held."""
    from operations.engine import lock
    from operations.engine.state import State

    held = run.unfinished and lock.is_held(run.plan.kind, run.plan.target)
    return State.RUNNING if held else run.stopped


def _detail(entry: dict[str, Any]) -> str:
    if "error" in entry:
        return str(entry["error"])
    kept = entry.get("answer") or {}
    return ", ".join(f"{path}={value}" for path, value in kept.items())
