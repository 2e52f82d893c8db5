"""What the commands do around the drill: look, guard, and the calendar."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from operations.aws import explained
from operations.console import err, out, print_json
from operations.deploy.images import find_image
from operations.deploy.place import find_place
from operations.drill.calendar import due
from operations.drill.record import KIND, last
from operations.drill.rollback import DrillFacts, plan_drill
from operations.engine import crash
from operations.engine.report import Outcome
from operations.engine.retry import Clients
from operations.engine.run import carry_out
from operations.errors import Breached, Refused, UsageError
from operations.service.run import Command, fleet_of
from operations.service.wanted import Ask, Situation, situation

if TYPE_CHECKING:
    from environments.schema import Fleet

NO_SUCH_IMAGE = "drill-no-such-image"
"""A tag that nobody pushes: its tasks cannot start, on AWS as here."""


def rollback(service: str | None, environment: str, image: str | None, how: Command) -> Outcome:
    """Carry out the drill; production and its standby are refused before anything is looked at.

    Without a service, the only one of the environment is meant.
    """
    fleet = fleet_of()
    if environment in (fleet.primary.name, fleet.dr.name):
        raise Refused(
            f"{environment}: a drill breaks a service on purpose, which production and its standby are not "
            "there for; use --env staging. Nothing was changed."
        )
    place = find_place(fleet, environment, service or _only_service(fleet, environment))
    aws = Clients(place.account_id)
    objective = fleet.dr.objectives.application.rto_minutes * 60

    def gather() -> DrillFacts:
        present = situation(aws, place, Ask(present=True))
        bad = find_image(aws, place, NO_SUCH_IMAGE if image is None else image)
        return DrillFacts(present, bad, _target_groups(aws, present), objective, crash.is_local())

    return carry_out(
        KIND,
        f"{environment}/{place.service}",
        lambda: plan_drill(gather(), how.limit_seconds),
        how.manner,
    )


def _only_service(fleet: "Fleet", environment: str) -> str:
    workload = fleet.workloads.get(environment)
    services = list(workload.services) if workload else []
    if workload and len(services) != 1:
        raise UsageError(f"{environment} has several services; name one of {', '.join(services)}")
    return services[0] if services else ""


def calendar(environment: str, *, as_json: bool) -> None:
    """Last and next drill of each service; raises if one is overdue."""
    fleet = fleet_of()
    workload = fleet.workloads.get(environment)
    if workload is None or environment == fleet.primary.name:
        others = [name for name in fleet.workloads if name != fleet.primary.name]
        raise UsageError(f"--env {environment}: drills are for {', '.join(others)}")
    today = datetime.now(UTC).date()
    rows: list[dict[str, Any]] = []
    for service in workload.services:
        place = find_place(fleet, environment, service)
        moment, note = last(Clients(place.account_id), place)
        stands = due(moment.date() if moment else None, today)
        row = {"drill": "rollback", "environment": environment, "service": service}
        rows.append(
            {**row, "last": stands.last, "next": stands.next, "overdue": stands.overdue, "note": note}
        )
    if as_json:
        print_json(rows)
    for row in rows:
        _tell(row, as_json)
    if late := [str(row["service"]) for row in rows if row["overdue"]]:
        raise Breached(
            f"the rollback drill of {', '.join(late)} in {environment} is overdue: run "
            f"`hybrid drill rollback {late[0]} --env {environment}`"
        )


def _tell(row: dict[str, Any], as_json: bool) -> None:
    if row["note"]:
        err.print(f"note: {row['note']}", markup=False)
    if not as_json:
        state = "OVERDUE since" if row["overdue"] else "next"
        before = row["last"] or "never"
        out.print(f"rollback {row['service']} {row['environment']}: last {before}, {state} {row['next']}")


def _target_groups(aws: Clients, found: Situation) -> tuple[str, ...]:
    """ARNs of the groups that the new tasks may come into."""
    group, place = found.deploy.group, found.place
    if group is None:
        return tuple(one.target_group_arn for one in found.service.behind if one.target_group_arn)
    with explained("elasticloadbalancing:DescribeTargetGroups"):
        answer = aws.client("elbv2", place.region).describe_target_groups(Names=list(group.target_groups))
    return tuple(str(one["TargetGroupArn"]) for one in answer["TargetGroups"])
