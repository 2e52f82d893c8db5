"""`hybrid incident mitigate` and `revert`, and the options that all commands of an incident share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from operations.engine.options import Confirm, Json
from operations.errors import UsageError
from operations.options import DryRun, Yes

if TYPE_CHECKING:
    from operations.engine import Plan
    from operations.engine.retry import Clients
    from operations.engine.run import Manner
    from operations.incident.mitigation import Action
    from operations.incident.record import Record
    from operations.incident.scene import Scene
    from operations.incident.severity import Severity

Incident = Annotated[
    str | None,
    typer.Option("--incident", help="Id, or the end of it.", show_default="the only open incident"),
]
MARKS = ("began", "detected", "acknowledged", "mitigated", "recovered")

app = typer.Typer(
    no_args_is_help=True,
    help="Keep harm from users at once. What is replaced is noted first; `incident revert` brings it back.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(parent: typer.Typer) -> None:
    """Add both to the group."""
    parent.add_typer(app, name="mitigate")
    parent.command()(revert)


@app.command()
def rollback(
    *,
    incident: Incident = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="`previous`, a number such as 7, or family:7.", show_default="previous"),
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image", help="Tag or digest; all else stays as it runs.")
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Return to what ran before: `hybrid service rollback`, with the timeline kept.

    \b
    Examples:
      hybrid incident mitigate rollback --dry-run
      hybrid incident mitigate rollback --to 14 --yes
    """
    from operations.engine.run import Manner
    from operations.incident import rollback as going_back
    from operations.service.run import asked

    ask = asked(to, image)
    _carry_out(
        incident,
        lambda aws, at, record: going_back.plan(aws, at, record.id, ask),
        Manner(dry_run=dry_run, agreed=yes, as_json=as_json),
        "returned to what ran before",
    )


@app.command()
def scale(
    tasks: Annotated[int, typer.Argument(min=0, help="Tasks to hold the service at; 0 stops it.")],
    *,
    incident: Incident = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Hold the service at a number of tasks; scaling is suspended until the revert. 0 has to be typed.

    \b
    Examples:
      hybrid incident mitigate scale 8 --yes
      hybrid incident mitigate scale 0 --confirm prod/orders
    """
    from operations.engine.run import Manner
    from operations.incident import scaling

    _carry_out(
        incident,
        lambda aws, at, record: scaling.plan_scale(scaling.gather(aws, at), record.id, tasks),
        Manner(dry_run=dry_run, agreed=yes, typed=confirm, as_json=as_json),
        f"held at {tasks} tasks",
    )


@app.command()
def maintenance(
    *,
    incident: Incident = None,
    message: Annotated[
        str, typer.Option("--message", help="What users read.")
    ] = "We are working on it. Please try again later.",
    retry_after: Annotated[
        int, typer.Option("--retry-after", min=1, max=86_400, help="Seconds, in the answer's text.")
    ] = 300,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have the load balancer answer 503 in place of the service, by a rule of its own; nothing is replaced.

    \b
    Examples:
      hybrid incident mitigate maintenance --yes
      hybrid incident mitigate maintenance --message "Back at 16:00 UTC" --retry-after 1800
    """
    from operations.engine.run import Manner
    from operations.incident import maintenance as keeping_away

    _carry_out(
        incident,
        lambda aws, at, record: keeping_away.plan_maintenance(
            keeping_away.gather(aws, at), record.id, message, retry_after
        ),
        Manner(dry_run=dry_run, agreed=yes, as_json=as_json),
        "the load balancer answers 503 for now",
    )


def revert(
    action: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACTION]", help="maintenance, scale or rollback.", show_default="the first two"
        ),
    ] = None,
    *,
    incident: Incident = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Take mitigations back, newest first. What others changed meanwhile is told, and left as it is.

    A rollback is taken back only by its name. Exits with 4 if something is not as it was.

    \b
    Examples:
      hybrid incident revert --dry-run
      hybrid incident revert maintenance --yes
    """
    from operations.engine.run import Manner
    from operations.incident import revert as taking_back

    which = _action(action) if action else None

    def make(aws: "Clients", at: "Scene", record: "Record") -> "Plan":
        found = taking_back.chosen(record, which)
        return taking_back.plan_revert(at, record.id, found, taking_back.ways(aws, at, found))

    how = Manner(dry_run=dry_run, agreed=yes, typed=confirm, as_json=as_json)
    _carry_out(incident, make, how, f"{action or 'mitigations'} taken back")


def severity(text: str) -> "Severity":
    """A severity by its name."""
    from operations.incident.severity import Severity, described

    try:
        return Severity(text.upper())
    except ValueError:
        raise UsageError(f"--severity {text}: give one of these\n{described()}") from None


def mark(text: str) -> str:
    """A point in time that durations are computed from."""
    if text not in MARKS:
        raise UsageError(f"--mark {text}: give one of {', '.join(MARKS)}")
    return text


def _action(text: str) -> "Action":
    from operations.incident.mitigation import Action

    try:
        return Action(text)
    except ValueError:
        raise UsageError(f"{text}: give one of {', '.join(Action)}") from None


def _carry_out(
    incident: str | None,
    make: "Callable[[Clients, Scene, Record], Plan]",
    how: "Manner",
    told: str,
) -> None:
    """Plan under the lock, carry out, and tell the channel if something was changed."""
    from operations.engine.retry import Clients
    from operations.engine.run import carry_out
    from operations.engine.state import State
    from operations.incident import course
    from operations.incident.mitigation import KIND
    from operations.incident.record import find
    from operations.incident.scene import scene_of

    record = find(incident)
    at = scene_of(record)
    aws = Clients(at.place.account_id)
    outcome = carry_out(KIND, record.target, lambda: make(aws, at, record), how)
    if outcome.state is State.DONE:
        course.tell(record, told, at)
