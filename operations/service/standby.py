"""Brings the image of the primary environment to its standby: `hybrid service sync-standby`."""

import dataclasses

from operations.console import err
from operations.deploy import facts as reading
from operations.deploy import plan as deploying
from operations.deploy import surroundings
from operations.deploy.facts import Facts
from operations.deploy.images import Image, describe_image
from operations.deploy.place import Place, find_place
from operations.deploy.run import refuse
from operations.deploy.service import read_revision, read_service
from operations.deploy.surroundings import Surroundings
from operations.deploy.task_definition import IMAGE_TAG
from operations.engine import Call, Plan, Probe, Ref, Step
from operations.engine.report import Outcome
from operations.engine.retry import Clients
from operations.engine.run import Manner, carry_out
from operations.errors import Refused
from operations.service import steps as making
from operations.service.actions import ACTIONS
from operations.service.run import Command, fleet_of

__all__ = ["ACTIONS", "KIND", "after_release", "plan_sync", "sync"]

KIND = "service-sync-standby"


@dataclasses.dataclass(frozen=True)
class Sides:
    """The standby, as a deployment looks at it, and what the primary environment runs."""

    standby: Facts
    """Its image is that of the primary environment, in its own region."""

    around: Surroundings
    digest: str
    primary: str
    """Name of the primary environment's running revision."""


def sync(service: str, how: Command) -> Outcome:
    """Plan and carry it out."""
    fleet = fleet_of()
    home = find_place(fleet, fleet.primary.name, service)
    standby = find_place(fleet, fleet.dr.name, service)
    aws = Clients(standby.account_id)
    return carry_out(
        KIND,
        f"{standby.environment}/{service}",
        lambda: plan_sync(gather(aws, home, standby), how.limit_seconds),
        how.manner,
    )


def after_release(place: Place, *, now: bool, waited: bool, limit_seconds: float) -> None:
    """A release of the primary environment must reach its standby: say so, or do it `now`."""
    if place.environment != fleet_of().primary.name:
        return
    if now:
        # What the deployment answers goes to stdout; this goes to stderr.
        sync(place.service, Command(Manner(agreed=True), limit_seconds))
    else:
        command = f"hybrid service sync-standby {place.service}"
        when = "" if waited else "once this has succeeded, "
        err.print(f"note: {when}the standby gets this image with `{command}`", markup=False)


def gather(aws: Clients, home: Place, standby: Place) -> Sides:
    """Look at both regions."""
    running = read_revision(aws, home, read_service(aws, home).revision_arn)
    reference = running.image(home.service)
    rest = reference.removeprefix(f"{home.registry}/{home.repository}")
    if rest == reference:
        raise Refused(
            f"{running.name} runs {reference}, which is not in this account's registry, so ECR copies it to "
            "no other region. Nothing was changed."
        )
    key = "imageDigest" if rest[0] == "@" else "imageTag"
    found = describe_image(aws, home, home.repository, {key: rest[1:]})
    if found is None:
        raise Refused(f"{reference}, which {running.name} runs, is not in ECR any more. Nothing was changed.")
    digest = str(found["imageDigest"])
    tag = rest[1:] if key == "imageTag" else running.tags.get(IMAGE_TAG, "")
    copied = describe_image(aws, standby, standby.repository, {"imageDigest": digest}) is not None
    image = Image(f"{standby.registry}/{standby.repository}@{digest}", tag, copied)
    facts = dataclasses.replace(reading.gather(aws, standby, None), image=image)
    around = surroundings.look(aws, standby, facts.service, facts.group, deploying.wanted(facts))
    return Sides(facts, around, digest, running.name)


def plan_sync(sides: Sides, limit_seconds: float) -> Plan:
    """Pure: what a deployment of the image to the standby does, after the image has come."""
    facts = sides.standby
    place, image = facts.place, facts.image
    # The image comes by itself, which is waited for, so that it is not there yet is no obstacle.
    there = dataclasses.replace(facts, image=dataclasses.replace(image, found=True))
    planned = deploying.plan(there, sides.around)
    if planned.steps:
        refuse(f"{place} is not brought up to date", planned.obstacles)
    steps: list[Step] = []
    if planned.steps and not image.found:
        steps.append(_arrival(sides, limit_seconds))
    arn: str | Ref = planned.revision.arn if planned.revision else Ref("register", making.ARN)
    for step in planned.steps:
        if isinstance(step.does, deploying.Register):
            steps.append(making.register(place, step.does.definition, step.does.tags, step.why))
        else:
            why = f"{image.tag or image.reference}, as {sides.primary}"
            steps.append(making.deploy(place, facts.service, arn, why, limit_seconds=limit_seconds))
    return Plan(
        kind=KIND,
        target=f"{place.environment}/{place.service}",
        account=place.account_id,
        steps=tuple(steps),
        notes=planned.notes,
        facts={
            "service": place.service,
            "primary runs": sides.primary,
            "standby runs": facts.running.name,
            "tasks": facts.service.desired,
            "image": image.reference,
        },
    )


def _arrival(sides: Sides, limit_seconds: float) -> Step:
    """ECR copies an image by itself once it was pushed (ECR user guide, "Private image replication")."""
    place = sides.standby.place
    wanted = {"repositoryName": place.repository, "imageIds": [{"imageDigest": sides.digest}]}
    return Step(
        id="image",
        why=f"ECR copies {sides.digest[:19]} to {place.region}",
        done_when=Probe(
            Call("ecr", place.region, "DescribeImages", wanted),
            equals={"length(imageDetails)": 1},
            wait_on=("ImageNotFoundException",),
        ),
        limit_seconds=limit_seconds,
    )
