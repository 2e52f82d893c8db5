"""The revision that a return leads to, and all that a plan depends on. Reads only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from operations.aws import error_code
from operations.deploy import surroundings, validation
from operations.deploy.facts import Facts
from operations.deploy.group import read_group
from operations.deploy.images import find_image, running_image
from operations.deploy.place import Place
from operations.deploy.service import (
    Service,
    describe_service,
    newest_revisions,
    read_revision,
    read_service,
)
from operations.deploy.surroundings import Surroundings
from operations.deploy.task_definition import RETURNED_FROM, Revision, same, with_image
from operations.deploy.validation import Problem
from operations.engine.retry import Clients
from operations.errors import HybridError, UsageError
from operations.service.history import Past, name, read_history
from operations.service.previous import made_with, previous, replaced_now

PREVIOUS = "previous"


@dataclass(frozen=True)
class Ask:
    """What a person wants back: a revision, or an image."""

    to: str | None = None
    """`previous`, `7` or `orders-prod:7`."""

    image: str | None = None
    """Tag or digest."""

    stopped: bool = False
    """What users have once the deployment under way is stopped is meant; without one, what runs now."""

    present: bool = False
    """What runs now is meant."""


@dataclass(frozen=True)
class Situation:
    """A service, what it ran, and what it should run."""

    deploy: Facts
    """As a deployment looks at it; its image is the one that is wanted."""

    around: Surroundings
    history: tuple[Past, ...]
    definition: Mapping[str, Any] = field(repr=False)
    revision: Revision | None
    """A registered one that says what is wanted; None if it has to be registered."""

    why: str
    """Why this one."""

    @property
    def place(self) -> Place:
        return self.deploy.place

    @property
    def service(self) -> Service:
        return self.deploy.service

    @property
    def under_way(self) -> Past | None:
        """The deployment that has not ended."""
        newest = self.history[0] if self.history else None
        return newest if newest and newest.state == "under way" else None

    def problems(self) -> tuple[Problem, ...]:
        """What stands in the way. An alarm that rings does not: going back is the remedy."""
        own = self.place.service
        found = list(validation.problems(self.deploy, self.around, ignore_alarms=True))
        if self.revision and not self.revision.active:
            message = (
                f"{self.revision.name} is INACTIVE, so ECS starts no tasks of it; name another with --to"
            )
            found.append(Problem("revision", f"{message}, or its image with --image", usage=True))
        if not any(one["name"] == own for one in self.definition["containerDefinitions"]):
            found.append(Problem("container", f"there is none named {own}, as the service is"))
        if self.service.blue_green and len(self.service.behind) != 1:
            message = f"there are {len(self.service.behind)}; CodeDeploy moves the traffic of exactly one"
            found.append(Problem("target group", message))
        return tuple(found)


def situation(aws: Clients, place: Place, ask: Ask) -> Situation:
    """Look at everything."""
    service = read_service(aws, place)
    described = describe_service(aws, place)
    history = read_history(aws, place, described)
    revisions = newest_revisions(aws, place)
    running = _known(revisions, service.revision_arn) or read_revision(aws, place, service.revision_arn)
    known = (running, *revisions)
    revision: Revision | None
    if ask.image is not None:
        image = find_image(aws, place, ask.image)
        definition = with_image(running.definition, place.service, image.reference)
        revision = next((one for one in known if same(one.definition, definition)), None)
        why = f"{running.name} with the image {image.tag or image.reference}"
    else:
        arn, why = _arn(aws, place, ask, history, (known, described["createdAt"]))
        revision = _known(known, arn) or _read(aws, place, arn, revisions)
        definition, image = dict(revision.definition), running_image(aws, place, revision)
    group = read_group(aws, place) if service.blue_green else None
    return Situation(
        Facts(place, service, running, revisions, image, group),
        surroundings.look(aws, place, service, group, definition),
        history,
        definition,
        revision,
        why,
    )


def _known(revisions: "tuple[Revision, ...]", arn: str) -> Revision | None:
    return next((one for one in revisions if one.arn == arn), None)


def _arn(
    aws: Clients,
    place: Place,
    ask: Ask,
    history: tuple[Past, ...],
    service: tuple[tuple[Revision, ...], datetime],
) -> tuple[str, str]:
    """The revision that `--to` means, and why.

    `service`: its known revisions, first the one that runs, and when the service was created.
    """
    known, created = service
    running = known[0]
    if ask.present:
        return running.arn, "it runs"
    if ask.stopped:
        back = replaced_now(history)
        return (back.arn, back.why) if back else (running.arn, "it runs")
    if ask.to != PREVIOUS:
        return _named(place, str(ask.to), running.arn), "it was named"
    found = previous(history, running.arn, {one.arn: one.tags.get(RETURNED_FROM, "") for one in known})
    if found.arn:
        return found.arn, found.why
    first = made_with(aws, place, created) if history else ""
    if first and first != running.arn:
        return first, "the service was made with it, before its first deployment"
    raise UsageError(
        f"--to {PREVIOUS}: {found.why}, of what runs now, {running.name}. Name a revision: "
        f"`hybrid service revisions {place.service} --env {place.environment}` lists them. "
        "Nothing was changed."
    )


def _named(place: Place, text: str, running: str) -> str:
    family, _, number = text.rpartition("/")[2].rpartition(":")
    if not re.fullmatch(r"[1-9][0-9]*", number) or family not in ("", place.family):
        raise UsageError(
            f"--to {text}: give {PREVIOUS}, a number such as 7, or {place.family}:7. Nothing was changed."
        )
    return f"{running.rpartition(':')[0]}:{number}"


def _read(aws: Clients, place: Place, arn: str, revisions: tuple[Revision, ...]) -> Revision:
    client = aws.client("ecs", place.region)
    missing = False
    try:
        client.describe_task_definition(taskDefinition=arn)
    except client.exceptions.ClientException:  # "Unable to describe task definition."
        missing = True
    except client.exceptions.ClientError as error:
        raise HybridError(f"ecs:DescribeTaskDefinition of {arn} failed: {error_code(error)}") from None
    if missing:
        known = ", ".join(one.name for one in revisions[:5])
        raise UsageError(f"there is no {name(arn)}; the newest are {known}. Nothing was changed.")
    return read_revision(aws, place, arn)
