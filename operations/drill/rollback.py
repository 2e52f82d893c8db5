"""The rollback drill: deploy a bad image, notice it, go back, measure, and leave nothing behind."""

import dataclasses
from typing import Any

from operations.deploy.images import Image
from operations.deploy.run import refuse
from operations.deploy.task_definition import DRILL, IMAGE_TAG, with_image
from operations.drill import signals
from operations.drill.record import KIND, parameter
from operations.engine import Call, JsonText, Local, Plan, Probe, Ref, RunId, Step
from operations.engine.report import Conclusion, Outcome
from operations.engine.state import Run, State, between
from operations.errors import Refused
from operations.service import actions
from operations.service import steps as making
from operations.service.wanted import Situation

ACTIONS = {
    **actions.ACTIONS,
    "break": signals.break_tasks,
    "detect": signals.detect,
    "heal": signals.heal_tasks,
}

BAD = Ref("register", making.ARN)

BACK_SECONDS = 3600.0
"""For the way back: however soon somebody gives up waiting for a sign, cleaning up goes on."""


@dataclasses.dataclass(frozen=True)
class DrillFacts:
    """All that the plan depends on."""

    now: Situation
    """With the running revision as the wanted one: what a return to it needs."""

    bad: Image
    target_groups: tuple[str, ...]
    objective_seconds: float
    """RTO of applications."""

    embedded: bool
    """On the embedded AWS an image that is there is made unhealthy."""


def plan_drill(found: DrillFacts, limit_seconds: float) -> Plan:
    """Pure: every step of the drill, and how each is put back if it fails. The limit is for noticing."""
    _refuse_unfit(found)
    place, service, running = found.now.place, found.now.service, found.now.deploy.running
    definition = with_image(running.definition, place.service, found.bad.reference)
    tags = {**running.lasting_tags, IMAGE_TAG: found.bad.tag, DRILL: "rollback"}
    why = f"the bad image {found.bad.tag or found.bad.reference} instead of {running.name}"
    steps = [
        making.register(place, definition, tags, f"{running.name} with a bad image"),
        making.deploy(place, service, BAD, why, waits=False, limit_seconds=BACK_SECONDS),
        _detect(found, limit_seconds),
        Step(
            id="return",
            why=f"{running.name} again",
            call=Local("return", {"place": making.plain(place), "to": running.arn}, keep=("how",)),
            done_when=making.settled(place, running.arn),
            poll_seconds=making.QUICK,
            limit_seconds=BACK_SECONDS,
        ),
        Step(
            id="deregister",
            why="nobody deploys the bad revision by mistake",
            call=Call(
                "ecs",
                place.region,
                "DeregisterTaskDefinition",
                {"taskDefinition": BAD},
                accept=("ClientException",),
            ),
        ),
        _record(found),
    ]
    if found.embedded and found.bad.found:
        steps.insert(
            1, Step("break", "its tasks become unhealthy", Local("break", {"revision": BAD}), undo=HEAL)
        )
        steps.insert(-2, Step("heal", "what `break` began ends", HEAL))
    return Plan(
        kind=KIND,
        target=f"{place.environment}/{place.service}",
        account=place.account_id,
        steps=tuple(steps),
        facts=_facts(found),
        undo_on_failure=True,
        lock_region=place.region,
    )


HEAL = Local("heal", {"revision": BAD})


def conclude(outcome: Outcome) -> Conclusion | None:
    """What was measured, and whether it was fast enough."""
    run = outcome.run
    if run is None:
        return None
    if outcome.state is not State.DONE:
        text = f"The drill did not succeed; {run.plan.facts['running']} runs again."
        return Conclusion(text, {"verdict": "failed"})
    measured = _measured(run)
    total, objective = measured["total_seconds"], float(str(run.plan.facts["objective_seconds"]))
    met = total <= objective
    data: dict[str, Any] = {
        **measured,
        "signal": outcome.answer("detect", "signal", "probe"),
        "objective_seconds": objective,
        "verdict": "met" if met else "missed",
    }
    text = (
        f"Noticed after {measured['detection_seconds']:.1f} s: {data['signal']}. Back on "
        f"{run.plan.facts['running']} {measured['recovery_seconds']:.1f} s later, {total:.1f} s after the "
        f"bad deployment; the objective is {objective:.0f} s: {data['verdict']}."
    )
    if run.header["embedded"]:
        text += " The embedded AWS is faster than AWS, so this proves the way and not the time."
    breached = "" if met else f"the way back took {total:.0f} s, and the objective is {objective:.0f} s"
    return Conclusion(text, data, breached)


def _measured(run: Run) -> dict[str, float]:
    deploy, detect, back = (run.steps[one] for one in ("deploy", "detect", "return"))
    return {
        "detection_seconds": round(between(deploy.started, detect.ended), 3),
        "recovery_seconds": round(between(detect.ended, back.ended), 3),
        "total_seconds": round(between(deploy.started, back.ended), 3),
    }


def _refuse_unfit(found: DrillFacts) -> None:
    place, service = found.now.place, found.now.service
    if not service.desired:
        raise Refused(
            f"{place} has no tasks (off hours?), so a drill proves nothing; scale it first. "
            "Nothing was changed."
        )
    if found.now.under_way or not service.steady:
        raise Refused(
            f"{place} is not steady: {service.running} of {service.desired} tasks run, or a deployment is "
            f"under way; see `hybrid service status {place.service} --env {place.environment}`. "
            "Nothing was changed."
        )
    refuse(f"{place} could not be returned to {found.now.deploy.running.name}", found.now.problems())
    if ringing := [one for one, state in found.now.around.alarms.items() if state == "ALARM"]:
        raise Refused(
            f"{', '.join(ringing)} of {place} rings already, so nobody could tell what the drill did; wait "
            "for OK. Nothing was changed."
        )


def _detect(found: DrillFacts, limit: float) -> Step:
    place, service, group = found.now.place, found.now.service, found.now.deploy.group
    params: dict[str, Any] = {
        "place": dict(dataclasses.asdict(place)),
        "blue_green": service.blue_green,
        "deployment": Ref("deploy", "deploymentId" if service.blue_green else making.PRIMARY),
        "revision": BAD,
        "alarms": group.alarms if group else service.alarms,
        "target_groups": found.target_groups,
    }
    return Step(
        id="detect",
        why="a failed deployment, stopping tasks, an alarm or unhealthy targets show it",
        done_when=Probe(
            Local("detect", params, keep=("signal",)),
            equals={"signal != `null`": True},
            fails={"outcome": "done"},
            shows="line",
        ),
        poll_seconds=making.QUICK,
        limit_seconds=limit,
    )


def _record(found: DrillFacts) -> Step:
    place = found.now.place
    value = JsonText({"run": RunId(), "revision": found.now.deploy.running.name})
    params: dict[str, Any] = {"Name": parameter(place), "Type": "String", "Overwrite": True, "Value": value}
    return Step(
        id="record",
        why="`hybrid drill calendar` knows it on every machine",
        call=Call("ssm", place.region, "PutParameter", params),
        optional=True,
    )


def _facts(found: DrillFacts) -> dict[str, Any]:
    now = found.now
    return {
        "service": now.place.service,
        "environment": now.place.environment,
        "controller": now.service.controller,
        "running": now.deploy.running.name,
        "tasks": now.service.desired,
        "bad image": found.bad.reference,
        "objective_seconds": found.objective_seconds,
    }
