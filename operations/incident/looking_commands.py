"""`hybrid incident evidence` and `verify`: what only looks."""

from typing import Annotated

import typer

from operations.incident.mitigation_commands import Incident
from operations.options import DryRun
from operations.options import Json as PlainJson


def register(parent: typer.Typer) -> None:
    """Add both to the group."""
    parent.command()(evidence)
    parent.command()(verify)


def evidence(
    incident: Incident = None,
    *,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="From when.", show_default="15 min before it began"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Until when.", show_default="now")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this one; may be repeated.", show_default="all")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Items of each source at most.")] = 5000,
    pattern: Annotated[
        str, typer.Option(help='Filter pattern of the log lines; "" for all.')
    ] = "?ERROR ?FATAL ?Exception",
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """Save logs, traces, stopped tasks, deployments, alarms, changes and target health in the record.

    Secrets are left out as far as they can be told. What cannot be had is noted; exits with 1 if nothing can.

    \b
    Examples:
      hybrid incident evidence
      hybrid incident evidence --since 14:00 --until 15:30 --source logs --pattern ""
    """
    from operations.incident import reporting

    what = reporting.Asked(since, until, tuple(source or ()), limit, pattern)
    reporting.evidence(incident, what, dry_run=dry_run, as_json=as_json)


def verify(
    incident: Incident = None,
    *,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, help="Minutes to wait for a good verdict.")
    ] = 0,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="HOST[:PORT]",
            help="Ask the health path here, as through a tunnel; name and certificate stay the service's.",
            show_default="the load balancer",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: PlainJson = False,
) -> None:
    """Say whether it is over: all tasks run, the health path answers at the load balancer, no alarm rings.

    Exits with 0 if all three are well, else with 4. The verdict goes into the timeline.

    \b
    Examples:
      hybrid incident verify
      hybrid incident verify --timeout 10 --json
    """
    from operations.incident import reporting

    reporting.verify(incident, timeout * 60, at, dry_run=dry_run, as_json=as_json)
