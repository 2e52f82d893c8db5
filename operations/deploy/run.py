"""What the commands do around a plan: look, show, ask, carry out, follow, report."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from environments.errors import ConfigError
from environments.loader import load_fleet
from operations.aws import Aws
from operations.console import err, print_json
from operations.deploy import facts, hints, surroundings
from operations.deploy import plan as planning
from operations.deploy.execute import execute
from operations.deploy.facts import Facts
from operations.deploy.follow import Deployment, End, Patience, follow
from operations.deploy.group import Group, read_group
from operations.deploy.place import Place, find_place
from operations.deploy.plan import Plan, Step
from operations.deploy.service import Service, read_service
from operations.deploy.surroundings import Surroundings
from operations.deploy.validation import Problem
from operations.errors import HybridError, Refused, UsageError

CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Manner:
    """How a command was told to go about its work."""

    as_json: bool
    dry_run: bool
    agreed: bool
    wait: bool
    patience: Patience
    standby: bool = False
    """Bring the image of the primary environment to its standby, too."""


@dataclass(frozen=True)
class Workplace:
    """One service, and the account that it is in."""

    aws: Aws
    place: Place

    def plan(self, tag: str | None, *, ignore_alarms: bool = False) -> Plan:
        """Look at everything, and plan. Nothing is written."""
        found = facts.gather(self.aws, self.place, tag)
        return planning.plan(found, self.around(found), ignore_alarms=ignore_alarms)

    def around(self, found: Facts) -> Surroundings:
        """Look at what the wanted revision names."""
        definition = planning.wanted(found)
        return surroundings.look(self.aws, self.place, found.service, found.group, definition)


def workplace(service: str, environment: str) -> Workplace:
    """Read the configuration. A mistake in it, or an unknown name, is a usage error."""
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    place = find_place(fleet, environment, service)
    return Workplace(Aws(place.account_id), place)


def check_options(place: Place, how: Manner) -> None:
    """Whether the options go together. Before anything else, as it is a matter of the command line."""
    if how.patience.until_done and not how.wait:
        raise UsageError("--until-done with --no-wait: use one of them. Nothing was changed.")
    if not how.standby:
        return
    primary = load_fleet().primary.name
    if place.environment != primary:
        raise UsageError(
            f"--standby: {place.environment} has no standby, only {primary} has; leave it out. "
            "Nothing was changed."
        )
    if not how.wait:
        raise UsageError(
            "--standby with --no-wait: the standby gets the image once the release has succeeded; wait for "
            f"that, or use `hybrid service sync-standby {place.service}` later. Nothing was changed."
        )


def check(at: Workplace, tag: str | None, *, as_json: bool) -> None:
    """Only look: would the tasks start?"""
    plan = at.plan(tag)
    _print_notes(plan)
    if as_json:
        print_json({"outcome": "refused" if plan.problems else "ok", **plan.describe()})
    refuse(f"{at.place} cannot be deployed", plan.problems)
    err.print(f"{at.place}: nothing stands in the way of {_image(plan)}", markup=False)


def deploy(at: Workplace, plan: Plan, how: Manner) -> None:
    """Show, ask, do and wait. Nothing is written in a dry run."""
    _print_plan(plan)
    _print_notes(plan)
    if plan.obstacles:
        _report(plan, how, "refused")
        refuse(f"{at.place} is not deployed", plan.obstacles)
    for problem in plan.problems:
        err.print(f"warning: {problem}", markup=False)  # nothing is to do, so it refuses nothing
    group, service = plan.facts.group, plan.facts.service
    if how.dry_run or (not plan.steps and service.steady):
        _report(plan, how, "planned" if plan.steps else "unchanged")
        if how.standby and not how.dry_run:
            _to_standby(at.place, how)
        return
    revision, id_, began = plan.facts.running.arn, service.deployment, None
    if plan.steps:
        _ask(at.place, plan, how)
        began = datetime.now(UTC) - CLOCKS_DIFFER
        revision, id_ = execute(plan, at.aws, _say)
    if id_ is None:
        raise HybridError(_not_steady(at.place, service))
    if not how.wait:
        _report(plan, how, "started", revision, {"id": id_})
        err.print(hints.goes_on(at.place, id_, blue_green=group is not None), markup=False)
        _to_standby(at.place, how)
        return
    end = follow(at.aws, at.place, Deployment(id_, group, revision, began), how.patience)
    _report(plan, how, str(end.sight.outcome), revision, end.describe(id_))
    _conclude(at.place, id_, group, end)
    name = revision.rpartition("/")[2]
    err.print(f"{at.place} runs {name}, {_image(plan)}, after {end.seconds:.0f} s", markup=False)
    _to_standby(at.place, how)


def _to_standby(place: Place, how: Manner) -> None:
    from operations.service import standby  # which itself plans with this package

    limit_seconds = how.patience.limit_minutes * 60
    standby.after_release(place, now=how.standby, waited=how.wait, limit_seconds=limit_seconds)


def watch(at: Workplace, named: str | None, patience: Patience, *, as_json: bool) -> None:
    """Follow a deployment that somebody started."""
    service = read_service(at.aws, at.place)
    group = read_group(at.aws, at.place) if service.blue_green else None
    present = None if service.steady else service.deployment
    if group and group.under_way:
        present = group.under_way.id
    id_ = named or present
    if id_ is None:
        if not service.steady:
            raise HybridError(_not_steady(at.place, service))
        name = service.revision_arn.rpartition("/")[2]
        if as_json:
            print_json({"outcome": "unchanged", "running": name, "tasks": service.running})
        err.print(f"{at.place}: no deployment is under way; {service.running} tasks run {name}", markup=False)
        return
    end = follow(at.aws, at.place, Deployment(id_, group), patience)
    if as_json:
        print_json({"outcome": str(end.sight.outcome), "deployment": end.describe(id_)})
    _conclude(at.place, id_, group, end)
    err.print(f"{at.place}: {id_} has done its work", markup=False)


def _conclude(place: Place, id_: str, group: Group | None, end: End) -> None:
    """Raise if it failed; say what is still to come."""
    if end.failed:
        causes = "".join(f"\n  {cause}" for cause in end.causes)
        raise HybridError(f"the deployment {id_} of {place} failed: {end.sight.reason}{causes}")
    if group and not end.over:
        ends = datetime.now(UTC) + timedelta(minutes=group.termination_minutes)
        err.print(
            f"the traffic is on the new tasks; the old ones end in {group.termination_minutes} minutes, at "
            f"{ends:%H:%M} UTC. Until then this returns to them at once:\n  {hints.stop(place, id_)}",
            markup=False,
        )


def refuse(what: str, problems: Sequence[Problem]) -> None:
    """Raise with every problem at once, if there is one."""
    if not problems:
        return
    text = f"{what}:\n" + "\n".join(f"  {problem}" for problem in problems) + "\nNothing was changed."
    raise UsageError(text) if any(problem.usage for problem in problems) else Refused(text)


def _not_steady(place: Place, service: Service) -> str:
    return (
        f"{place} runs what is wanted, but {service.running} of {service.desired} tasks; look at the events "
        f"of {place.ecs_service} in {place.cluster}"
    )


def _image(plan: Plan) -> str:
    return f"image {plan.facts.image.tag or plan.facts.image.reference}"


def _print_plan(plan: Plan) -> None:
    running = plan.facts.running
    err.print(f"{plan.facts.place}: {running.name} runs, {plan.facts.service.running} tasks", markup=False)
    for change in plan.changes:
        err.print(f"  {str(change).replace(f'{plan.facts.place.registry}/', '')}", markup=False)
    if not plan.steps:
        err.print("nothing to deploy")
    for number, step in enumerate(plan.steps, 1):
        err.print(f"{number:>3}  {step.id}: {step.why}\n     {step.does}", markup=False)


def _print_notes(plan: Plan) -> None:
    for note in plan.notes:
        err.print(f"note: {note}", markup=False)


def _ask(place: Place, plan: Plan, how: Manner) -> None:
    if how.agreed:
        return
    if not sys.stdin.isatty():
        raise Refused("nobody can answer here; add --yes to agree. Nothing was changed.")
    if not typer.confirm(f"Deploy {_image(plan)} to {place}?", err=True):
        raise Refused("Nothing was changed.")


def _say(step: Step) -> None:
    err.print(f"{step.id} ...", markup=False)


def _report(
    plan: Plan, how: Manner, outcome: str, revision: str = "", deployment: dict[str, Any] | None = None
) -> None:
    if not how.as_json:
        return
    result: dict[str, Any] = {"outcome": outcome, "dry_run": how.dry_run, **plan.describe()}
    if revision:
        result["revision"] = revision.rpartition("/")[2]
    print_json({**result, "deployment": deployment})
