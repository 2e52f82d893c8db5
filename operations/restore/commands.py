"""`hybrid db backup check`, `pitr`, `restore-snapshot` and `switch`."""

from typing import Annotated

import typer

from operations.db.options import DEFAULT_CA, Ca, Host, Port
from operations.engine.options import Confirm, Json
from operations.options import DryRun, Yes

app = typer.Typer()
backup = typer.Typer(
    no_args_is_help=True,
    help="Backups of the database.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(backup, name="backup")

OfSide = Annotated[
    str | None,
    typer.Option(
        "--side", help="Whose database: the primary environment or the standby.", show_default="prod"
    ),
]
Checked = Annotated[
    str | None, typer.Option("--source", help="Instance to check.", show_default="the one in service")
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Instance to restore; a deleted one by its name, or by the ARN of its backups.",
        show_default="the one in service",
    ),
]
Like = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Instance whose newest snapshot is meant, and whose settings the new one gets.",
        show_default="the one in service",
    ),
]
Target = Annotated[
    str | None, typer.Option("--target", help="Name of the new instance.", show_default="source and time")
]
Query = Annotated[
    str | None,
    typer.Option("--check", help="A query on the restored data; it runs read-only.", metavar="SQL"),
]
Expected = Annotated[
    str | None, typer.Option("--expect", help="What the first value of --check must be.", metavar="VALUE")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", min=0.01, help="Minutes to wait for the instance, then for its settings."),
]

LIMIT_MINUTES = 180
"""A large disk takes hours; Terraform waits as long (constructs, mysql_instance)."""


@backup.command()
def check(*, side: OfSide = None, source: Checked = None, as_json: Json = False) -> None:
    """Could the database be restored now? Exits with 4 if an objective is missed. Changes nothing.

    \b
    Examples:
      hybrid db backup check
      hybrid db backup check --side dr --json
    """
    from operations.restore import backups
    from operations.restore.side import platform

    on = platform(side)
    backups.report(backups.gather(on.aws, on.side, source), as_json=as_json)


@app.command()
def pitr(
    *,
    to: Annotated[str, typer.Option("--to", help="UTC, such as 2026-11-23T08:05:07Z, or `latest`.")],
    side: OfSide = None,
    source: Source = None,
    target: Target = None,
    query: Query = None,
    expected: Expected = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    timeout: Timeout = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Restore the database of a point in time into a new instance. Services are not touched.

    Of a deleted instance it takes the backups that AWS retained, and settings from configuration.

    Exits with 3 if the time is outside of the restorable window, with 4 if --check answers something else.

    \b
    Examples:
      hybrid db pitr --to 2026-11-23T08:05:07Z --dry-run
      hybrid db pitr --to 2026-11-23T08:05:07Z --check "SELECT COUNT(*) FROM orders_prod.orders" --expect 1204
      hybrid db pitr --to latest --source shared-rds
    """
    from operations.engine.run import Manner
    from operations.restore import asking

    asked = asking.Asked(
        side, source, target, asking.data_check(query, expected, ca, host, port), timeout * 60
    )
    asking.restore_time(asked, to, Manner(dry_run=dry_run, agreed=yes, as_json=as_json))


@app.command(name="restore-snapshot")
def restore_snapshot(
    snapshot: Annotated[
        str | None, typer.Argument(help="Identifier of any snapshot.", show_default="the newest manual one")
    ] = None,
    *,
    automatic: Annotated[
        bool, typer.Option("--automatic", help="The newest of any kind; automatic ones vanish in time.")
    ] = False,
    side: OfSide = None,
    source: Like = None,
    target: Target = None,
    query: Query = None,
    expected: Expected = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    timeout: Timeout = LIMIT_MINUTES,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Restore a snapshot into a new instance. Services are not touched.

    A snapshot that is named is restored whatever became of its instance.

    \b
    Examples:
      hybrid db restore-snapshot --dry-run
      hybrid db restore-snapshot before-migration --check "SELECT MAX(id) FROM orders_prod.orders"
    """
    from operations.engine.run import Manner
    from operations.restore import asking

    asked = asking.Asked(
        side, source, target, asking.data_check(query, expected, ca, host, port), timeout * 60
    )
    how = Manner(dry_run=dry_run, agreed=yes, as_json=as_json)
    asking.restore_snapshot(asked, snapshot, how, automatic=automatic)


@app.command()
def switch(
    *,
    to: Annotated[str | None, typer.Option("--to", help="Instance that services shall use.")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Back to the instance before the present one.")
    ] = False,
    side: OfSide = None,
    dry_run: DryRun = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Enough where no data is at stake; else --confirm.")
    ] = False,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Point services at another instance and restart them, as each one's controller asks. Safe to repeat.

    Exits with 4 if a service of another environment could not be restarted.

    \b
    Examples:
      hybrid db switch --to shared-pitr-20261123t080507 --dry-run
      hybrid db switch --undo
    """
    from operations.engine.run import Manner
    from operations.restore import asking

    asking.switch(side, to, Manner(dry_run, yes, confirm, as_json), undo=undo)
