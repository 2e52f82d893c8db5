"""`hybrid db`: a database of its own for each service, and what becomes of its data."""

from typing import TYPE_CHECKING, Annotated

import typer

from operations.console import out, print_json
from operations.db.options import DEFAULT_CA, Ca, Host, Port
from operations.errors import UsageError
from operations.options import DryRun, Env, Json, Service, Yes
from operations.restore import commands as restoring
from operations.schema_migrations import commands as migrating

if TYPE_CHECKING:
    from operations.db.facts import Facts
    from operations.db.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    help="A database for each service on the shared instance; backups, restores and schemas.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(restoring.app)
app.add_typer(migrating.app, name="schema")


@app.command()
def provision(
    service: Service,
    *,
    env: Env = "prod",
    accept_grants: Annotated[
        bool, typer.Option("--accept-grants", help="Reset rights that differ to exactly the usual ones.")
    ] = False,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Create or repair the database, the user, its rights and the secret of a service. Safe to repeat.

    \b
    Examples:
      hybrid db provision orders --dry-run
      hybrid db provision orders --env staging --yes
    """
    from operations.db import names, passwords, provisioning, run

    def plan(facts: "Facts") -> "Plan":
        return provisioning.provision(facts, passwords.fresh(), accept_grants=accept_grants)

    on = run.platform(ca, host, port, env)
    wanted = names.known_service(on.fleet, env, service)
    run.carry_out(on, wanted, plan, run.Manner(dry_run, yes, as_json))


@app.command()
def rotate(
    service: Service,
    *,
    env: Env = "prod",
    discard_old: Annotated[
        bool, typer.Option("--discard-old", help="End the password before the last rotation; no new one.")
    ] = False,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Give a service's user a new password, or finish a rotation that was interrupted.

    On MySQL the old password stays valid until --discard-old, so that running tasks can go on connecting.

    \b
    Examples:
      hybrid db rotate orders
      hybrid db rotate orders --discard-old
    """
    from operations.db import names, passwords, rotation, run

    def plan(facts: "Facts") -> "Plan":
        return rotation.discard_old(facts) if discard_old else rotation.rotate(facts, passwords.fresh())

    on = run.platform(ca, host, port, env)
    wanted = names.known_service(on.fleet, env, service)
    run.carry_out(on, wanted, plan, run.Manner(dry_run, yes, as_json))


@app.command()
def drop(
    service: Annotated[str, typer.Argument(help="Service; it may have left the environment's file already.")],
    *,
    final_dump: Annotated[
        str, typer.Option(help="The copy that stays: s3://bucket/key, or a manual snapshot's identifier.")
    ],
    max_dump_age: Annotated[float, typer.Option(min=0, help="Hours that the copy may be old.")] = 24,
    env: Env = "prod",
    confirm: Annotated[
        str | None, typer.Option(help="The service's name once more, where nobody can type it.")
    ] = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Not enough here: --confirm NAME.")] = False,  # noqa: ARG001
    as_json: Json = False,
) -> None:
    """Delete a service's user, database and secret. The secret stays restorable for 30 days.

    The copy must be younger than a day, and a snapshot be of the instance that services use now.

    \b
    Examples:
      hybrid db drop orders --final-dump s3://dumps/orders.sql.gz
      hybrid db drop orders --final-dump orders-final --confirm orders
    """
    from operations.db import names, removal, run

    if confirm is not None and confirm != service:
        raise UsageError(f"--confirm {confirm} is not {service}; nothing was done")
    on = run.platform(ca, host, port, env)
    wanted = names.unambiguous(on.fleet, names.names_of(service, env))
    dump = removal.find_dump(on.aws, on.fleet, final_dump, max_dump_age)
    how = run.Manner(dry_run, confirm == service, as_json, typed=service)
    run.carry_out(on, wanted, lambda facts: removal.drop(facts, dump), how)


@app.command(name="list")
def list_(
    env: Annotated[str | None, typer.Option("--env", help="Only this environment.")] = None,
    ca: Ca = DEFAULT_CA,
    host: Host = None,
    port: Port = None,
    as_json: Json = False,
) -> None:
    """Show every service's database, and whether user, rights and secret agree with it.

    \b
    Examples:
      hybrid db list
      hybrid db list --env prod --json
    """
    from operations.db import overview, run
    from operations.db.server import session

    on = run.platform(ca, host, port, env)
    environments = [env] if env else [*on.fleet.workloads]
    at = on.instance()
    with session(at.endpoint, at.admin, at.password) as admin:
        found = overview.rows(on, environments, at, admin)
        others = overview.unknown(on.fleet, at, admin)
    if as_json:
        services = [row.describe() for row in found]
        drift = any(row.state == "drift" for row in found)
        print_json({"server": str(at.endpoint), "drift": drift, "services": services, "unknown": others})
        return
    for row in found:
        for line in row.lines():
            out.print(line, markup=False)
    for kind, unexplained in others.items():
        if unexplained:
            out.print(f"{kind} that no environment explains: {', '.join(unexplained)}", markup=False)
