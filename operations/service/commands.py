"""`hybrid service`: what runs, what ran, the way back, and the standby's share of a release."""

from typing import TYPE_CHECKING, Annotated

import typer

from operations.engine.options import Json
from operations.options import DryRun, Env, Service, Yes
from operations.options import Json as PlainJson

if TYPE_CHECKING:
    from operations.service.run import Command

app = typer.Typer(
    no_args_is_help=True,
    help="What services run and ran, the way back, and the standby's copy.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Timeout = Annotated[float, typer.Option("--timeout", min=0.01, help="Minutes to wait for the outcome.")]

LIMIT_MINUTES = 45


@app.command()
def status(name: Service, *, env: Env, as_json: PlainJson = False) -> None:
    """Show what runs: deployment, tasks, targets, alarms, and what differs from the newest configuration.

    \b
    Examples:
      hybrid service status orders --env prod
      hybrid service status orders --env prod --json
    """
    from operations.service import run, status

    status.show(*run.workplace(name, env), as_json=as_json)


@app.command()
def revisions(
    name: Service,
    *,
    env: Env,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many, the newest.")] = 10,
    as_json: PlainJson = False,
) -> None:
    """Show the newest revisions: image, when they were registered and ran, and whether the image is there.

    \b
    Examples:
      hybrid service revisions orders --env prod
      hybrid service revisions orders --env prod --limit 30 --json
    """
    from operations.service import revisions, run

    revisions.show(*run.workplace(name, env), limit=limit, as_json=as_json)


@app.command()
def rollback(
    name: Service,
    *,
    env: Env,
    to: Annotated[
        str | None,
        typer.Option("--to", help="`previous`, a number such as 7, or family:7.", show_default="previous"),
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image", help="Tag or digest; all else stays as it runs.")
    ] = None,
    timeout: Timeout = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Return to a revision or an image that ran before, and wait until users have it. Safe to repeat.

    By ECS or CodeDeploy, as the service has it. A CodeDeploy deployment that is under way is stopped first,
    which is the shortest way back. Exits with 1 if it fails or takes too long, 2 if there is no such revision
    or image, 3 if something that the tasks need is missing, or nobody agreed.

    \b
    Examples:
      hybrid service rollback orders --env prod --dry-run
      hybrid service rollback orders --env prod --to 7
      hybrid service rollback orders --env prod --image 1.4.1 --yes
    """
    from operations.service import run

    run.rollback(name, env, run.asked(to, image), _command(timeout, dry_run, yes, as_json))


@app.command(name="stop-deployment")
def stop_deployment(
    name: Service,
    *,
    env: Env,
    deployment: Annotated[
        str | None, typer.Option(help="Id of a deployment.", show_default="the one under way")
    ] = None,
    timeout: Timeout = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Stop the deployment that is under way, and return to what ran before it. If none is, it says so.

    \b
    Examples:
      hybrid service stop-deployment orders --env prod
      hybrid service stop-deployment orders --env prod --deployment d-1A2B3C4D5 --yes
    """
    from operations.service import run

    run.stop(name, env, deployment, _command(timeout, dry_run, yes, as_json))


@app.command(name="sync-standby")
def sync_standby(
    name: Service,
    *,
    timeout: Timeout = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Give the standby the image that the primary environment runs; its number of tasks stays.

    Waits until ECR has copied the image to the standby's region. Safe to repeat.

    \b
    Examples:
      hybrid service sync-standby orders --dry-run
      hybrid service sync-standby orders --yes
    """
    from operations.service import standby

    standby.sync(name, _command(timeout, dry_run, yes, as_json))


def _command(timeout: float, dry_run: bool, yes: bool, as_json: bool) -> "Command":
    from operations.engine.run import Manner
    from operations.service.run import Command

    return Command(Manner(dry_run=dry_run, agreed=yes, as_json=as_json), timeout * 60)
