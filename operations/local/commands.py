"""`hybrid local`: run the embedded AWS on this machine."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from operations.console import err, out, print_json
from operations.errors import Refused, UsageError
from operations.local import control, environment, seeds, server
from operations.local.state import Server, default_home
from operations.options import Json, Yes

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=(
        "Run the embedded AWS on this machine: moto's server, with the platform's own fixes. It needs no "
        "account and no network. Nothing it knows survives `down`, unless `up --record` was asked for."
    ),
    epilog='Example: hybrid local up && eval "$(hybrid local env)" && aws sts get-caller-identity',
)


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Listen on this port. Default: a free one.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Keep the account in this file: replay it if it exists, and record every request to it. "
            "A recorded server answers one request at a time.",
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Begin with an empty account. An existing recording becomes FILE.bak."),
    ] = False,
    zone: Annotated[
        list[str] | None,
        typer.Option(
            help="Seed this public hosted zone, which a real account must already have. Repeatable."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Start the embedded AWS in the background, or say where it runs.

    It keeps running after this command and this terminal have ended; `hybrid local down` ends it.

    Examples:

        hybrid local up

        hybrid local up --port 4566 --zone example.com

        hybrid local up --record .hybrid/local/account.jsonl
    """
    before = server.find()
    running = server.start(port=port, record=record, fresh=fresh, on_replay=_say_replay)
    started = before is None or before.pid != running.pid
    created = seeds.seed(running, zones=zone or [])
    if json:
        print_json({"started": started, "seeded_zones": created, **running.describe()})
        return
    out.print(running.url)
    err.print(f"{'started' if started else 'already running'} (process {running.pid}, log {running.log})")
    for name in created:
        err.print(f"created the hosted zone {name}")
    err.print('point this shell at it:  eval "$(hybrid local env)"', markup=False)


@app.command()
def down(
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Also delete the log and the recordings (*.jsonl) in .hybrid/local."),
    ] = False,
    json: Json = False,
) -> None:
    """End the embedded AWS. What it knew is lost, unless it was recorded. Safe to repeat.

    Examples:

        hybrid local down

        hybrid local down --purge
    """
    ended = server.stop()
    purged = _purge(default_home()) if purge else []
    if json:
        print_json({"stopped": ended.describe() if ended else None, "purged": purged})
        return
    err.print(f"ended process {ended.pid}" if ended else "was not running")
    for name in purged:
        err.print(f"deleted {name}")


@app.command()
def status(json: Json = False) -> None:
    """Show whether the embedded AWS runs, and how many resources exist in it. Exit code 1 if it does not run.

    Default VPCs and other things that every account is born with are not counted.

    Examples:

        hybrid local status

        hybrid local status --json | jq .resources.ec2
    """
    running = server.find()
    if running is None:
        if json:
            print_json({"running": False})
        else:
            out.print("not running; start it with `hybrid local up`")
        raise typer.Exit(1)
    inventory = control.resources(running)
    if json:
        print_json({"running": True, **running.describe(), "resources": inventory})
        return
    _show(running, inventory)


@app.command()
def reset(yes: Yes = False, json: Json = False) -> None:
    """Empty the account: every resource in every region is gone, and the server goes on. Asks first.

    A recording begins anew with it. Terraform state that names the lost resources must be removed as well.

    Examples:

        hybrid local reset

        hybrid local reset --yes
    """
    running = server.require()
    if not yes:
        _confirm(f"Delete everything in the embedded AWS at {running.url}?")
    server.reset()
    if json:
        print_json({"reset": True, **running.describe()})
    else:
        err.print("the account is empty")


@app.command()
def image(
    name: Annotated[str, typer.Argument(help="Repository and tag, such as orders:1.4.3.")],
    region: Annotated[str, typer.Option(help="Region of the repository.")] = environment.REGION,
    json: Json = False,
) -> None:
    """Push a placeholder image, so that there is something to deploy. Tags are immutable: safe to repeat.

    Examples:

        hybrid local image orders:1.1.0
    """
    repository, _, tag = name.rpartition(":")
    if not repository:
        raise UsageError(f"{name}: name a repository and a tag, such as {name}:1.1.0")
    pushed = seeds.push(server.require(), repository, tag, region, required=True)
    if json:
        print_json({"image": name, "region": region, "pushed": pushed})
    else:
        err.print(f"pushed {name}" if pushed else f"{name} is there already", markup=False)


@app.command()
def env(json: Json = False) -> None:
    """Print the environment that points AWS tools at the embedded AWS.

    Examples:

        eval "$(hybrid local env)"

        hybrid local env --json
    """
    running = server.require()
    if json:
        print_json(environment.variables(running))
    else:
        out.print(environment.exports(running), markup=False)


def _say_replay(done: int, total: int) -> None:
    if total:
        err.print(f"replaying the recording: {done} of {total} requests")


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nobody can answer here; add --yes to agree. Nothing was changed.")
    if not typer.confirm(question, err=True):
        raise Refused("Nothing was changed.")


def _purge(home: Path) -> list[str]:
    """Delete what servers leave in `home`, by name: the variable that moves it could point anywhere."""
    names = ("server.log", "server.json*", "*.jsonl", "*.jsonl.bak")
    files = sorted({file for name in names for file in home.glob(name) if file.is_file()})
    for file in files:
        file.unlink()
    return [file.name for file in files]


def _show(running: Server, inventory: control.Inventory) -> None:
    facts: dict[str, Any] = {
        "url": running.url,
        "process": running.pid,
        "running for": f"{running.uptime / 60:.0f} min",
        "log": running.log,
        "recording": running.recording or "none",
    }
    for name, value in facts.items():
        out.print(f"{name:12} {value}", markup=False)
    if not inventory:
        out.print("resources    none")
    for service, regions in inventory.items():
        for region, kinds in regions.items():
            # Global services keep their resources under the name of the partition.
            where = "global" if region == "aws" else region
            out.print(f"{service:20} {where:16} {sum(kinds.values()):5}", markup=False)
