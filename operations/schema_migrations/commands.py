"""`hybrid db schema`: where a service's schema stands, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from operations.db.options import DEFAULT_CA, Ca, Host, Port
from operations.engine.options import Confirm, Json
from operations.options import DryRun, Env, Service

app = typer.Typer(
    no_args_is_help=True,
    help="Migrations of a service's schema, by Flyway or Liquibase.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Migrations = Annotated[
    Path | None,
    typer.Option(help="Directory with Flyway's V and U scripts.", exists=True, file_okay=False),
]
Changelog = Annotated[
    Path | None,
    typer.Option(
        help="Liquibase's root changelog, by the name it was applied with.", exists=True, dir_okay=False
    ),
]


@app.command()
def status(
    service: Service,
    *,
    env: Env = "prod",
    migrations: Migrations = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    as_json: Json = False,
) -> None:
    """Show which migrations are applied; with --migrations also whether scripts changed since. Read-only.

    Exits with 4 if something failed, is locked, or is not what was applied.

    \b
    Examples:
      hybrid db schema status orders
      hybrid db schema status orders --env staging --migrations src/main/resources/db/migration
    """
    from operations.schema_migrations import asking

    at = asking.place(service, env, ca, host, port)
    asking.status(at, migrations, as_json=as_json)


@app.command()
def rollback(
    service: Service,
    *,
    env: Env = "prod",
    to: Annotated[
        str | None,
        typer.Option("--to", help="Flyway: version that remains; 0 undoes all.", metavar="VERSION"),
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="How many migrations or change sets to roll back.")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Liquibase: roll back what came after it.")] = None,
    migrations: Migrations = None,
    changelog: Changelog = None,
    liquibase: Annotated[
        str | None,
        typer.Option(
            envvar="HYBRID_LIQUIBASE", help="Liquibase's program.", show_default="liquibase on PATH"
        ),
    ] = None,
    driver: Annotated[
        Path | None,
        typer.Option(
            envvar="HYBRID_LIQUIBASE_DRIVER",
            help="JDBC driver of MariaDB, if Liquibase has none.",
            exists=True,
        ),
    ] = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Not enough here: --confirm NAME.")] = False,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Roll a service's schema back, newest migration first. What it drops is gone: take a snapshot before.

    Exits with 3 if a script or change set is not the one that was applied or cannot be undone statement by
    statement, if more was applied since you agreed, or if somebody else is at work.

    \b
    Examples:
      hybrid db schema rollback orders --to 41 --migrations db/migration --dry-run
      hybrid db schema rollback orders --count 1 --changelog db/changelog.xml
      hybrid db schema rollback orders --tag 2026-11 --changelog db/changelog.xml --confirm orders_prod
    """
    from operations.engine.run import Manner
    from operations.schema_migrations import asking

    at = asking.place(service, env, ca, host, port)
    wanted = asking.Wanted(to, count, tag, migrations, changelog, liquibase, driver)
    asking.rollback(at, wanted, Manner(dry_run, yes, confirm, as_json))
