"""`hybrid fleet`: the whole platform on the embedded AWS of this machine."""

import signal
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from environments import naming
from environments.errors import ConfigError
from environments.loader import load_fleet
from environments.schema import Fleet
from operations.console import err, out, print_json
from operations.errors import HybridError, UsageError
from operations.fleet import locks, teardown
from operations.fleet.deploy import Deployer, Deployment, Watcher
from operations.fleet.progress import Progress
from operations.fleet.terraform import end_leftover, require_tools
from operations.local import seeds
from operations.local import server as emulator
from operations.local.environment import ACCOUNT_ID

app = typer.Typer(no_args_is_help=True, help="Deploy the platform onto the embedded AWS.")


@app.callback()
def _root() -> None:
    """Deploy the platform onto the embedded AWS."""


@app.command()
def up(
    stacks: Annotated[
        list[str] | None,
        typer.Argument(help="Stacks to deploy; their order is known.", show_default="all of them"),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the embedded AWS; a free one by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Start the embedded AWS and deploy stacks with the real cdktf, Terraform and AWS provider.

    Safe to repeat: a second run finds nothing to change.

    Example: hybrid fleet up bootstrap shared dev
    """
    require_tools()
    fleet = _fleet()
    known = naming.stacks(fleet)
    wanted = list(stacks or known)
    if unknown := [stack for stack in wanted if stack not in known]:
        raise UsageError(f"no stack named {', '.join(unknown)}; there are {', '.join(known)}")
    started = time.monotonic()
    _end_in_order()
    with locks.only_one():
        end_leftover()
        server = emulator.start(port=port)
        err.print(f"embedded AWS at {server.url}, log {server.log}")
        seeds.seed(server, zones=[fleet.shared.organisation.domain])
        deployer = Deployer(server)
        try:
            deployments = _deploy(deployer, fleet, wanted)
        except KeyboardInterrupt:
            raise HybridError(
                "interrupted; Terraform has finished what was in flight. "
                "`make up` continues from here, `make down` cleans up"
            ) from None
    if as_json:
        print_json({"endpoint": server.url, "stacks": [_as_dict(each) for each in deployments]})
    else:
        _print_summary(server.url, deployments, time.monotonic() - started)


@app.command()
def down(
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Destroy every stack that stands, in the order that deployments need, then end the embedded AWS.

    What is left in the account afterwards is listed, and is an error. `hybrid local down` ends the embedded
    AWS at once instead, whatever stands there.

    Example: hybrid fleet down
    """
    server = emulator.find()
    if server is None:
        err.print("the embedded AWS is not running: nothing stands")
        return
    require_tools()
    fleet = _fleet()
    _end_in_order()
    with locks.only_one():
        end_leftover()
        deployer = Deployer(server)
        try:
            destroyed = _destroy(deployer, fleet)
        except KeyboardInterrupt:
            raise HybridError(
                "interrupted; Terraform has finished what was in flight. `make down` continues from here"
            ) from None
        left = teardown.left_over(deployer)
    if as_json:
        print_json({"destroyed": [_as_dict(each) for each in destroyed], "left": left})
    if left:
        listed = "\n".join(f"  {count} {what}" for what, count in left.items())
        raise HybridError(
            f"destroyed, but this is left in the embedded AWS at {server.url}:\n{listed}\n"
            "Look at it there; `hybrid local down --purge` forgets it."
        )
    emulator.stop()
    err.print(f"destroyed {sum(each.changes.destroyed for each in destroyed)} resources; nothing is left")


def _end_in_order() -> None:
    """A plain `kill` ends a run as Ctrl-C does, so that Terraform gets to write its state.

    Shells start what runs in the background with Ctrl-C ignored: without this, `kill -INT` would do nothing.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)


def _destroy(deployer: Deployer, fleet: Fleet) -> list[Deployment]:
    wanted = teardown.standing(deployer, fleet)
    if not wanted:
        return []
    deployer.synthesize()
    locks.clear_stale(deployer.server, fleet)
    progress = Progress("destroying")
    destroyed: list[Deployment] = []
    for wave in reversed(naming.waves(fleet)):
        if fleet.shared.name in wave:
            teardown.forget_revisions(deployer, fleet)
            seeds.withdraw(deployer.server, fleet)
        if stacks := [stack for stack in wave if stack in wanted]:
            destroyed += _shown(progress, deployer.destroy, stacks)
    return destroyed


def _deploy(deployer: Deployer, fleet: Fleet, wanted: list[str]) -> list[Deployment]:
    deployer.synthesize()
    locks.clear_stale(deployer.server, fleet)
    progress = Progress()
    deployments: list[Deployment] = []
    for wave in naming.waves(fleet):
        if stacks := [stack for stack in wave if stack in wanted]:
            seeds.seed_services(deployer.server, fleet)
            deployments += _shown(progress, deployer.deploy, stacks)
    seeds.seed_services(deployer.server, fleet)
    return deployments


def _shown(
    progress: Progress, act: Callable[[list[str], Watcher], list[Deployment]], stacks: list[str]
) -> list[Deployment]:
    """Deploy or destroy one wave, with its progress."""
    progress.begin(stacks)
    done: list[Deployment] = []
    try:
        done = act(stacks, progress.watch)
    finally:
        progress.end(done)
    return done


def _fleet() -> Fleet:
    try:
        return load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None


def _as_dict(deployment: Deployment) -> dict[str, object]:
    changes = deployment.changes
    return {
        "stack": deployment.stack,
        "resources": deployment.resources,
        "added": changes.added,
        "changed": changes.changed,
        "destroyed": changes.destroyed,
        "seconds": round(deployment.seconds, 1),
    }


def _print_summary(endpoint: str, deployments: list[Deployment], seconds: float) -> None:
    table = Table(title="The platform on the embedded AWS", title_justify="left")
    table.add_column("stack")
    table.add_column("resources", justify="right")
    table.add_column("changes")
    table.add_column("time", justify="right")
    for each in deployments:
        table.add_row(each.stack, str(each.resources), str(each.changes), f"{each.seconds:.0f} s")
    out.print()
    out.print(table)
    if not any(each.changes for each in deployments):
        out.print("Nothing changed: the account is what the configuration says.")
    out.print(f"{sum(each.resources for each in deployments)} resources, {seconds:.0f} s in all\n")
    out.print(f"endpoint        {endpoint}  (account {ACCOUNT_ID}, any credentials)")
    out.print("what is there   .venv/bin/hybrid local status")
    out.print('for your shell  eval "$(.venv/bin/hybrid local env)"')
    out.print("then try        npx cdktf diff prod    # real Terraform: no changes")
    out.print("                edit environments/prod.yaml, then: make up")
    out.print("the end         make down")
