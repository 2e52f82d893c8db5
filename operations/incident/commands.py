"""`hybrid incident`: from declaring to the postmortem. Each command loads what it needs when it runs."""

from typing import Annotated

import typer

from operations.errors import UsageError
from operations.incident import looking_commands, mitigation_commands
from operations.options import DryRun, Env
from operations.options import Json as PlainJson

app = typer.Typer(
    no_args_is_help=True,
    help="Run an incident: declare, mitigate, take back, collect evidence, verify, close, postmortem.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Incident = mitigation_commands.Incident

At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When it was: 14:30 (UTC), 2026-11-23T14:30Z, or '15m ago'."),
]


@app.command(name="open")
def open_(
    service: Annotated[str, typer.Argument(help="Service that users miss, such as orders.")],
    title: Annotated[str, typer.Argument(help="What users see, in one line.")],
    *,
    env: Env,
    severity: Annotated[
        str,
        typer.Option(
            "--severity", metavar="P0|P1|P2", help="P0: nobody is served. docs/runbooks/incident.md."
        ),
    ],
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="When it began.", show_default="now")
    ] = None,
    detected: Annotated[
        str | None, typer.Option("--detected", metavar="TIME", help="When the alarm rang or somebody saw it.")
    ] = None,
    another: Annotated[
        bool, typer.Option("--another", help="Beside one that is open for the service.")
    ] = False,
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """Declare an incident: a record with a timeline begins, and the channel is told.

    It goes on if the channel does not answer. Exits with 3 if an incident of the service is open already.

    \b
    Examples:
      hybrid incident open orders "All requests fail" --env prod --severity P0
      hybrid incident open orders "Slow uploads" --env prod --severity P2 --since 14:30 --detected 14:32
    """
    from operations.console import out, print_json
    from operations.incident import course, times
    from operations.incident.scene import scene

    began = times.given(since, "--since") if since else times.now()
    noticed = times.given(detected, "--detected") if detected else None
    what = course.Opening(title, mitigation_commands.severity(severity), began, noticed)
    record = course.declare(scene(service, env), what, dry_run=dry_run, another=another)
    if as_json:
        print_json({"id": record.id if record else None, "directory": record and str(record.directory)})
    elif record:
        out.print(record.id, markup=False)


@app.command()
def note(
    text: Annotated[str, typer.Argument(help="What happened, or what you found.")],
    *,
    incident: Incident = None,
    at: At = None,
    mark: Annotated[
        str | None,
        typer.Option(
            "--mark",
            metavar="WHAT",
            help="It is when it: began, detected, acknowledged, mitigated, recovered.",
        ),
    ] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", metavar="P0|P1|P2", help="From now on; the channel is told.")
    ] = None,
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """Add a line to the timeline, also for what happened before. What looks like a secret is left out.

    \b
    Examples:
      hybrid incident note "the database refuses connections"
      hybrid incident note "release 1.2.4 went live" --at 14:30
      hybrid incident note "on-call took it" --at 14:35 --mark acknowledged
      hybrid incident note "payments fail as well" --severity P0
    """
    from operations.console import print_json
    from operations.incident import course, times
    from operations.incident.record import find

    record = find(incident)
    when = times.given(at, "--at") if at else times.now()
    marked = {"mark": mitigation_commands.mark(mark)} if mark else {}
    level = mitigation_commands.severity(severity) if severity else None
    if level and (at or mark):
        raise UsageError("--severity counts from now on: give --at and --mark to a note of their own")
    if not dry_run:
        if level:
            course.worsen(record, level, text)
        else:
            record.write("note", text, when=when, **marked)
    if as_json:
        print_json({"id": record.id, "when": times.moment(when), "dry_run": dry_run})


mitigation_commands.register(app)
looking_commands.register(app)


@app.command()
def close(
    incident: Incident = None,
    *,
    recovered: Annotated[
        str | None,
        typer.Option(
            "--recovered",
            metavar="TIME",
            help="When users were served again.",
            show_default="first good verdict",
        ),
    ] = None,
    anyway: Annotated[
        str | None, typer.Option("--anyway", metavar="REASON", help="Although something speaks against it.")
    ] = None,
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """End an incident: the channel is told, the postmortem is begun and due in 48 hours.

    Exits with 3 while a mitigation stands, or if no verdict says that it is over.

    \b
    Examples:
      hybrid incident close
      hybrid incident close --recovered 15:15
      hybrid incident close --anyway "the service is given up"
    """
    from operations.console import print_json
    from operations.incident import course, reporting, times
    from operations.incident.record import find

    record = find(incident)
    at = times.given(recovered, "--recovered") if recovered else None
    course.close(record, recovered=at, anyway=anyway, dry_run=dry_run)
    if as_json:
        print_json(course.summary(record, times.now()))
    elif not record.open:
        reporting.postmortem(record.id, check=True, refuse=False, as_json=False)


@app.command()
def postmortem(
    incident: Annotated[
        str | None,
        typer.Option("--incident", help="Id, or the end of it.", show_default="the newest closed incident"),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only look; exit with 4 if it is overdue.")] = False,
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """Write the postmortem from the timeline, or renew what is generated. What people wrote stays.

    \b
    Examples:
      hybrid incident postmortem
      hybrid incident postmortem --incident 1f9c --check
    """
    from operations.incident import reporting

    reporting.postmortem(incident, check=check or dry_run, refuse=check, as_json=as_json)


@app.command(name="list")
def list_(*, as_json: PlainJson = False) -> None:
    """Show incidents, MTTA and MTTR. Exits with 4 if a postmortem is overdue (48 hours after the end).

    \b
    Examples:
      hybrid incident list
      hybrid incident list --json
    """
    from operations.incident import reporting

    reporting.list_all(as_json=as_json)
