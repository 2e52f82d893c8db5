"""`hybrid deploy`: another image or the newest configuration for a service, checked before, watched after."""

from typing import Annotated

import typer

from operations.options import Env, Json, Service, Yes

app = typer.Typer(
    no_args_is_help=True,
    help="Deploy services, check them before, and watch them.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Image = Annotated[
    str | None,
    typer.Option(
        "--image", help="Tag or digest in the service's repository.", show_default="the running image"
    ),
]
UntilDone = Annotated[
    bool, typer.Option("--until-done", help="Blue/green: wait until the old tasks have ended, too.")
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.01, help="Minutes to wait; the deployment goes on after them.")
]

LIMIT_MINUTES = 45
"""The slowest predefined traffic shift takes 30 minutes; 15 remain for the start of the tasks."""


@app.command(name="service")
def service_(
    name: Service,
    *,
    env: Env,
    image: Image = None,
    ignore_alarms: Annotated[
        bool,
        typer.Option("--ignore-alarms", help="Blue/green: deploy although an alarm rings, as a remedy."),
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the outcome.")] = True,
    until_done: UntilDone = False,
    timeout: Timeout = LIMIT_MINUTES,
    standby: Annotated[
        bool, typer.Option("--standby", help="Primary environment: then give its standby the image, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show and check it all only.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Deploy an image, or without --image the newest configuration, and wait for the outcome. Safe to repeat.

    Everything that the tasks need is checked before. Exits with 1 if the deployment fails or takes too long,
    2 if there is no such image, 3 if something else is missing or another deployment is under way.

    \b
    Examples:
      hybrid deploy service orders --env prod --image 1.4.2 --dry-run
      hybrid deploy service orders --env prod --image 1.4.2
      hybrid deploy service orders --env dev            # configuration that was applied since
    """
    from operations.deploy import run
    from operations.deploy.follow import Patience

    at = run.workplace(name, env)
    how = run.Manner(as_json, dry_run, yes, wait, Patience(timeout, until_done), standby)
    run.check_options(at.place, how)
    run.deploy(at, at.plan(image, ignore_alarms=ignore_alarms), how)


@app.command()
def check(name: Service, *, env: Env, image: Image = None, as_json: Json = False) -> None:
    """Check what a deployment would need, and change nothing: image, variables, roles, addresses and more.

    Exits with 2 if there is no such image, with 3 if anything else stands in the way.

    Example: hybrid deploy check orders --env prod --image 1.4.2
    """
    from operations.deploy import run

    run.check(run.workplace(name, env), image, as_json=as_json)


@app.command()
def watch(
    name: Service,
    *,
    env: Env,
    deployment: Annotated[
        str | None, typer.Option(help="Id of a deployment.", show_default="the present one")
    ] = None,
    until_done: UntilDone = False,
    timeout: Timeout = LIMIT_MINUTES,
    as_json: Json = False,
) -> None:
    """Follow a deployment that is under way. Exits with 1 if it fails or takes too long.

    Example: hybrid deploy watch orders --env prod
    """
    from operations.deploy import run
    from operations.deploy.follow import Patience

    run.watch(run.workplace(name, env), deployment, Patience(timeout, until_done), as_json=as_json)
