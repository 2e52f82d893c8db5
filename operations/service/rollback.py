"""Back to a revision or an image: `hybrid service rollback`, and `stop-deployment`."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from operations.deploy import validation
from operations.deploy.run import refuse
from operations.deploy.task_definition import IMAGE_TAG, RETURNED_FROM, same, with_image
from operations.engine import Plan, Ref, Step
from operations.engine.report import Conclusion, Outcome
from operations.engine.state import State as RunState
from operations.errors import Refused
from operations.service import steps as making
from operations.service.actions import ACTIONS
from operations.service.history import Past, name
from operations.service.wanted import Situation

__all__ = ["ACTIONS", "KIND", "conclude", "plan_rollback", "plan_stop"]

KIND = "service-rollback"
STOP = "service-stop"


def plan_rollback(found: Situation, limit_seconds: float) -> Plan:
    """Pure: the steps to what is wanted; none if users have it."""
    return _plan(KIND, found, _checked(found, limit_seconds))


def plan_stop(found: Situation, named: str | None, limit_seconds: float) -> Plan:
    """Pure: end the deployment that is under way, and return to what ran before it.

    `found`: with `--to previous`, so that what is wanted is what ran before.
    """
    under_way = found.under_way
    if named is not None and (under_way is None or named != under_way.id):
        return _plan(STOP, found, (), _over(found, named))
    if under_way is None:
        return _plan(STOP, found, (), f"no deployment of {found.place} is under way")
    return _plan(STOP, found, _checked(found, limit_seconds))


def conclude(outcome: Outcome) -> Conclusion | None:
    """What a report says beside its steps."""
    if outcome.run is None or outcome.state is not RunState.DONE:
        return None
    facts = outcome.run.plan.facts
    seconds = round(outcome.seconds, 1)
    return Conclusion(
        f"Users are on {facts['wanted']} ({facts['image']}) after {seconds} s.", {"seconds": seconds}
    )


def _checked(found: Situation, limit: float) -> tuple[Step, ...]:
    steps = _steps(found, limit)
    # Where a deployment is only stopped, or waited for, the tasks run already and need nothing.
    if any(step.id == "deploy" for step in steps):
        refuse(f"{found.place} is not rolled back", found.problems())
    return steps


def _steps(found: Situation, limit: float) -> tuple[Step, ...]:
    wanted, present = found.revision.arn if found.revision else "", found.service.revision_arn
    under_way = found.under_way
    if found.service.blue_green and under_way:
        return _out_of(found, under_way, wanted, limit)
    if wanted != present:
        return _bring(found, limit)
    if under_way is None or found.service.steady:
        return ()
    return (making.wait(found.place, wanted, f"{name(wanted)} is on its way", limit),)


def _out_of(found: Situation, under_way: Past, wanted: str, limit: float) -> tuple[Step, ...]:
    """CodeDeploy does one thing at a time, so what it does now decides on the way."""
    place, id_, brings = found.place, under_way.id, name(under_way.revision)
    if under_way.revision == wanted:
        # With the traffic moved it runs, and only the old tasks still wait for their end.
        coming = making.wait(place, wanted, f"{id_} brings {brings}", limit)
        return () if under_way.traffic_moved else (coming,)
    if under_way.automatic:
        first = making.wait(place, under_way.revision, f"{id_} returns to {brings} first", limit)
        return (first, *_bring(found, limit))
    why = (
        f"{id_} brings {brings}: stopped with automatic rollback, users return to {name(under_way.replaced)}"
    )
    stop = making.stop(place, id_, under_way.replaced, why, limit)
    return (stop,) if under_way.replaced == wanted else (stop, *_bring(found, limit))


def _bring(found: Situation, limit: float) -> tuple[Step, ...]:
    """The revision, registered before if there is none yet."""
    place, running = found.place, found.deploy.running
    image = found.deploy.image
    options: dict[str, Any] = {"ignore_alarms": bool(_ringing(found)), "limit_seconds": limit}
    if found.revision:
        why = f"{found.revision.name} instead of {running.name}"
        return (making.deploy(place, found.service, found.revision.arn, why, **options),)
    tags = {**running.lasting_tags, IMAGE_TAG: image.tag, RETURNED_FROM: running.name}
    arn = Ref("register", making.ARN)
    why = f"{image.tag or image.reference} instead of {running.name}"
    return (
        making.register(place, found.definition, tags, f"{found.why}, and nothing else changed"),
        making.deploy(place, found.service, arn, why, **options),
    )


def _ringing(found: Situation) -> list[str]:
    """Alarms that would stop the return, although it is the remedy."""
    if not found.service.blue_green:
        return []
    return [
        f"alarm {one} is {state}: this deployment goes on nevertheless"
        for one, state in found.around.alarms.items()
        if state in ("ALARM", "missing")
    ]


def _over(found: Situation, named: str) -> str:
    past = next((one for one in found.history if one.id == named), None)
    if past is None:
        raise Refused(f"{named} is none of the newest deployments of {found.place}. Nothing was changed.")
    ended = f", since {past.ended.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if past.ended else ""
    way = f"hybrid service rollback {found.place.service} --env {found.place.environment}"
    return f"{named} is over ({past.state}{ended}); go back with `{way}`"


def _plan(kind: str, found: Situation, steps: tuple[Step, ...], *said: str) -> Plan:
    place, deploy = found.place, found.deploy
    image = deploy.image.tag or deploy.image.reference
    facts: dict[str, Any] = {
        "service": place.service,
        "environment": place.environment,
        "region": place.region,
        "controller": found.service.controller,
        "running": deploy.running.name,
        "wanted": found.revision.name if found.revision else f"a new revision with {image}",
        "why": found.why,
        "image": image,
        "under way": found.under_way.id if found.under_way else "",
    }
    return Plan(
        kind=kind,
        target=f"{place.environment}/{place.service}",
        account=place.account_id,
        steps=steps,
        notes=said or tuple(_notes(found, steps)),
        facts=facts,
    )


def _notes(found: Situation, steps: tuple[Step, ...]) -> Iterator[str]:
    running = found.deploy.running
    if not steps:
        yield f"{running.name} runs: {found.why}"
    elif found.revision:
        yield f"{found.revision.name}: {found.why}"
    if steps and steps[-1].id == "deploy":
        yield from _ringing(found)
        yield from validation.notes(found.deploy, found.around)
    if steps and _leaves_newest(found):
        command = f"hybrid deploy service {found.place.service} --env {found.place.environment}"
        yield (
            f"{found.deploy.newest.name}, the newest configuration, will not be what runs; "
            f"`{command}` brings it, with the image that runs then"
        )


def _leaves_newest(found: Situation) -> bool:
    """Whether more than the image of the newest configuration is not what will run."""
    name, newest = found.place.service, found.deploy.newest
    return not same(newest.definition, with_image(found.definition, name, newest.image(name)))
