"""A plan: what was found, what is wrong with it, and the steps that follow, as data. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.deploy import hints, validation
from operations.deploy.facts import Facts
from operations.deploy.group import RELEASE
from operations.deploy.place import Place
from operations.deploy.service import Service
from operations.deploy.surroundings import Surroundings
from operations.deploy.task_definition import IMAGE_TAG, Change, Revision, differences, same, with_image
from operations.deploy.validation import Problem

DEPLOYMENT = "deployment"


@dataclass(frozen=True)
class Register:
    """Register a revision."""

    definition: Mapping[str, Any] = field(repr=False)
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"ecs:RegisterTaskDefinition {self.definition['family']}"


@dataclass(frozen=True)
class Roll:
    """Have ECS replace the tasks, some at a time."""

    place: Place

    def __str__(self) -> str:
        return f"ecs:UpdateService {self.place.cluster} {self.place.ecs_service}"


@dataclass(frozen=True)
class Shift:
    """Have CodeDeploy start new tasks beside the old ones and move the traffic."""

    place: Place
    service: Service
    ignore_alarms: bool
    description: str

    def __str__(self) -> str:
        return f"codedeploy:CreateDeployment {self.place.family}"


@dataclass(frozen=True)
class Step:
    """One change."""

    id: str
    why: str
    does: Register | Roll | Shift


@dataclass(frozen=True)
class Plan:
    """Steps in order; none if the revision runs already."""

    facts: Facts
    revision: Revision | None
    """A registered one that says what is wanted; None if the first step registers it."""

    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    """Between what runs and what is wanted."""

    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def obstacles(self) -> tuple[Problem, ...]:
        """Problems that refuse the command. Where nothing has to be done, only another deployment does."""
        return tuple(one for one in self.problems if self.steps or one.check == DEPLOYMENT)

    def describe(self) -> dict[str, Any]:
        """For `--json`."""
        place, image = self.facts.place, self.facts.image
        return {
            "service": place.service,
            "environment": place.environment,
            "region": place.region,
            "controller": self.facts.service.controller,
            "image": {"reference": image.reference, "tag": image.tag, "found": image.found},
            "running": self.facts.running.name,
            "revision": self.revision.name if self.revision else None,
            "changes": [change._asdict() for change in self.changes],
            "steps": [{"id": step.id, "why": step.why, "does": str(step.does)} for step in self.steps],
            "problems": [{"check": one.check, "message": one.message} for one in self.problems],
            "notes": list(self.notes),
        }


def wanted(facts: Facts) -> dict[str, Any]:
    """The newest configuration with the image asked for."""
    return with_image(facts.newest.definition, facts.place.service, facts.image.reference)


def plan(facts: Facts, around: Surroundings, *, ignore_alarms: bool = False) -> Plan:
    """What to do, so that the service runs what is wanted."""
    definition = wanted(facts)
    # The running one first: another that says the same is no reason to replace tasks.
    candidates = (facts.running, *facts.revisions)
    revision = next((one for one in candidates if same(one.definition, definition)), None)
    steps = _steps(facts, definition, revision, ignore_alarms)
    return Plan(
        facts=facts,
        revision=revision,
        steps=steps,
        changes=differences(facts.running.definition, definition),
        problems=(
            *_own_container(facts),
            *_behind(facts),
            *validation.problems(facts, around, ignore_alarms=ignore_alarms),
            *_under_way(facts, steps),
        ),
        notes=(*validation.notes(facts, around), *(_superseded(facts) if steps else ())),
    )


def _steps(
    facts: Facts, definition: Mapping[str, Any], revision: Revision | None, ignore_alarms: bool
) -> tuple[Step, ...]:
    if revision is facts.running:
        return ()
    place, image = facts.place, facts.image
    steps = []
    if revision is None:
        tags = {**facts.newest.lasting_tags, IMAGE_TAG: image.tag}
        why = f"{facts.newest.name} with the image {image.tag or image.reference}"
        steps.append(Step("register", why, Register(definition, {k: v for k, v in tags.items() if v})))
    name = revision.name if revision else "the new revision"
    if facts.group:
        description = f"{RELEASE} {image.tag or image.reference}"
        why = f"{name} beside {facts.running.name}, then the traffic moves ({facts.group.config})"
        steps.append(Step("deploy", why, Shift(place, facts.service, ignore_alarms, description)))
    else:
        steps.append(Step("deploy", f"{name} replaces {facts.running.name}, task by task", Roll(place)))
    return tuple(steps)


def _own_container(facts: Facts) -> tuple[Problem, ...]:
    name, newest = facts.place.service, facts.newest
    if newest.image(name):
        return ()
    message = f"{newest.name} has no container named {name}, as the service is; deploy the stack"
    return (Problem("container", message),)


def _behind(facts: Facts) -> tuple[Problem, ...]:
    behind = facts.service.behind
    if not facts.group or len(behind) == 1:
        return ()
    message = f"{facts.place.ecs_service} has {len(behind)}, and CodeDeploy moves the traffic of exactly one"
    return (Problem("target group", message),)


def _under_way(facts: Facts, steps: tuple[Step, ...]) -> tuple[Problem, ...]:
    """CodeDeploy runs one deployment of a group at a time."""
    under_way = facts.group.under_way if facts.group else None
    if under_way is None or (under_way.traffic_moved and not steps):
        return ()
    place = facts.place
    if under_way.traffic_moved:
        state = "has moved the traffic and waits before it ends the old tasks; wait for it"
    else:
        state = "is under way; wait for it"
    message = (
        f"{under_way.id} {state} with `{hints.watch(place)} --until-done`, or stop it and return to the old "
        f"tasks with `{hints.stop(place, under_way.id)}`"
    )
    return (Problem(DEPLOYMENT, message),)


def _superseded(facts: Facts) -> tuple[str, ...]:
    if facts.group or facts.service.steady or not facts.service.desired:
        return ()
    return (f"{facts.running.name} is not steady; this deployment takes its place",)
