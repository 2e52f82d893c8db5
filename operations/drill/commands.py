"""`hybrid drill`: practise the way back, and know when it is due."""

from typing import Annotated

import typer

from operations.engine.options import Json
from operations.options import DryRun, Yes
from operations.options import Json as PlainJson

app = typer.Typer(
    no_args_is_help=True,
    help="Practise the way back, measure it, and see when it is due.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

LIMIT_MINUTES = 30


@app.command()
def rollback(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Service of the environment's file, such as orders.", show_default="the only one"
        ),
    ] = None,
    *,
    env: Annotated[str, typer.Option("--env", help="Environment; production is refused.")] = "staging",
    image: Annotated[
        str | None,
        typer.Option(
            "--image", help="Tag or digest of a bad image.", show_default="a tag that does not exist"
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.01, help="Minutes in which it must be noticed.")
    ] = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Deploy a bad image, notice it, return to what ran, and measure. Cleans up whatever happens.

    Exits with 1 if the drill fails, 3 if it is refused, 4 if the way back took longer than the objective.
    The embedded AWS makes tasks of an image that exists unhealthy; on AWS it must be bad by itself.

    \b
    Examples:
      hybrid drill rollback --dry-run
      hybrid drill rollback orders --env staging --yes
      hybrid drill rollback orders --image 1.5.0-broken
    """
    from operations.drill import run
    from operations.engine.run import Manner
    from operations.service.run import Command

    how = Command(Manner(dry_run=dry_run, agreed=yes, as_json=as_json), timeout * 60)
    run.rollback(name, env, image, how)


@app.command()
def calendar(
    *,
    env: Annotated[str, typer.Option("--env", help="Environment.")] = "staging",
    as_json: PlainJson = False,
) -> None:
    """Show the last and the next rollback drill of each service. Exits with 4 if one is overdue.

    One in each quarter, on the second Wednesday of January, April, July and October at the latest.

    \b
    Examples:
      hybrid drill calendar
      hybrid drill calendar --env staging --json
    """
    from operations.drill import run

    run.calendar(env, as_json=as_json)
