"""The number of a service's tasks, held by hand: what is there, the plan, and the way back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, explained
from operations.deploy.service import read_service
from operations.engine import Call, Plan, Probe, Ref, Step
from operations.errors import UsageError
from operations.incident.mitigation import KIND, Action, Mitigation, Way, begin, end
from operations.incident.scene import Scene

DIMENSION = "ecs:service:DesiredCount"
MOST_TASKS = 5000
"""Tasks of one service (ECS service quotas)."""

SUSPENSIONS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
"""What can be suspended (Application Auto Scaling API reference, SuspendedState)."""

LIMIT_SECONDS = 1200.0
QUICK = 2.0


@dataclass(frozen=True)
class Limits:
    """The scalable target of a service."""

    minimum: int
    maximum: int
    suspended: Mapping[str, bool]


@dataclass(frozen=True)
class Facts:
    """The number of tasks, and who changes it."""

    scene: Scene
    desired: int
    running: int
    limits: Limits | None
    """None: nothing scales by itself."""


def gather(aws: Aws, at: Scene) -> Facts:
    service = read_service(aws, at.place)
    return Facts(at, service.desired, service.running, _limits(aws, at))


def _limits(aws: Aws, at: Scene) -> Limits | None:
    with explained(f"application-autoscaling:DescribeScalableTargets of {at.resource_id}"):
        found = aws.client("application-autoscaling", at.place.region).describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[at.resource_id], ScalableDimension=DIMENSION
        )["ScalableTargets"]
    if not found:
        return None
    state = found[0].get("SuspendedState") or {}
    suspended = {name: bool(state.get(name)) for name in SUSPENSIONS}
    return Limits(found[0]["MinCapacity"], found[0]["MaxCapacity"], suspended)


def plan_scale(facts: Facts, incident: str, tasks: int) -> Plan:
    """Hold the service at so many tasks. Suspending keeps the limits, so that no apply interferes."""
    if not 0 <= tasks <= MOST_TASKS:
        raise UsageError(f"{tasks} tasks: give 0 to {MOST_TASKS} (ECS service quotas). Nothing was changed.")
    at, limits = facts.scene, facts.limits
    held = limits is None or all(limits.suspended.values())
    steps: list[Step] = []
    if not held:
        steps.append(_hold(at))
    if facts.desired != tasks:
        steps.append(_count(at, tasks, "the service", Ref("look-service", "services[0].desiredCount")))
    if steps:
        text = f"{at.place} is held at {tasks} tasks"
        steps = [
            *_noted(at, incident, tasks, text, limits is not None),
            *steps,
            end(incident, Action.SCALE, text),
        ]
    return Plan(
        kind=KIND,
        target=f"{at.place.environment}/{at.place.service}",
        account=at.place.account_id,
        steps=tuple(steps),
        notes=tuple(_notes(facts, tasks)),
        facts={
            "action": Action.SCALE.value,
            "incident": incident,
            "tasks": facts.desired,
            "limits": [limits.minimum, limits.maximum] if limits else None,
        },
    )


def _notes(facts: Facts, tasks: int) -> Iterator[str]:
    limits = facts.limits
    if limits is None:
        return
    yield f"scaling is suspended until the revert; its limits, {limits.minimum} to {limits.maximum}, stay"
    if tasks > limits.maximum:
        yield f"{tasks} is above the maximum of {limits.maximum}: after the revert scaling takes them away"


def _noted(at: Scene, incident: str, tasks: int, text: str, scales: bool) -> list[Step]:
    """Reads first, so that what is noted is what was there when the run began."""
    look = Call("ecs", at.place.region, "DescribeServices", _names(at))
    steps = [Step("look-service", "how many tasks are wanted now", look)]
    before: dict[str, Any] = {"tasks": Ref("look-service", "services[0].desiredCount")}
    after: dict[str, Any] = {"tasks": tasks}
    if scales:
        steps.append(Step("look-limits", "the limits of scaling now", _describe_limits(at)))
        before |= {
            "minimum": Ref("look-limits", "ScalableTargets[0].MinCapacity"),
            "maximum": Ref("look-limits", "ScalableTargets[0].MaxCapacity"),
            "suspended": {name: _suspended_before(name) for name in SUSPENSIONS},
        }
        after |= {"suspended": dict.fromkeys(SUSPENSIONS, True)}
    return [*steps, begin(incident, Action.SCALE, text, before=before, after=after)]


def _suspended_before(name: str) -> Ref:
    return Ref("look-limits", f"ScalableTargets[0].SuspendedState.{name} || `false`")


def _hold(at: Scene) -> Step:
    every = dict.fromkeys(SUSPENSIONS, True)
    before = {name: _suspended_before(name) for name in SUSPENSIONS}
    return Step(
        id="hold",
        why="scaling would change the number again",
        call=_suspend(at, every),
        done_when=_is_suspended(at, every),
        undo=_suspend(at, before),
    )


def _count(at: Scene, tasks: int, what: str, before: "Ref | int | None" = None) -> Step:
    danger = "users get no answer, and nobody does what they sent" if tasks == 0 else ""
    return Step(
        id="count",
        why=f"{what} runs {tasks} tasks",
        call=Call("ecs", at.place.region, "UpdateService", {**_name(at), "desiredCount": tasks}),
        done_when=Probe(
            Call("ecs", at.place.region, "DescribeServices", _names(at)),
            equals={"services[0].[desiredCount, runningCount]": [tasks, tasks]},
            shows="services[0].[desiredCount, runningCount]",
        ),
        undo=Call("ecs", at.place.region, "UpdateService", {**_name(at), "desiredCount": before})
        if before is not None
        else None,
        limit_seconds=LIMIT_SECONDS,
        poll_seconds=QUICK,
        danger=danger,
    )


def revert(facts: Facts, mitigations: tuple[Mitigation, ...]) -> Way:
    """The way back from these, newest first, and what is left because others changed it."""
    at, left = facts.scene, list[str]()
    tasks = facts.desired
    suspended = dict(facts.limits.suspended) if facts.limits else None
    for one in mitigations:
        if tasks == one.after["tasks"]:
            tasks = one.before["tasks"]
        elif tasks != one.before["tasks"]:
            left.append(
                f"{at.place} had {one.before['tasks']} tasks, was held at {one.after['tasks']}, and somebody "
                f"made it {tasks}: left so"
            )
        if "suspended" not in one.before:
            continue
        if suspended is None:
            left.append(f"somebody took the scaling of {at.place} away: left so")
            continue
        if suspended == one.after["suspended"]:
            suspended = dict(one.before["suspended"])
        elif suspended != one.before["suspended"]:
            left.append(f"somebody changed what of the scaling of {at.place} is suspended: left so")
        if facts.limits:
            left += _limits_changed(facts.limits, one)
    steps = []
    if tasks != facts.desired:
        steps.append(_count(at, tasks, "as before, the service"))
    if facts.limits and suspended is not None and suspended != facts.limits.suspended:
        # After the count: below its minimum, scaling would act at once.
        steps.append(
            Step("release", "scaling works as before", _suspend(at, suspended), _is_suspended(at, suspended))
        )
    return Way(steps, left)


def _limits_changed(limits: Limits, one: Mitigation) -> Iterator[str]:
    before, now = (one.before["minimum"], one.before["maximum"]), (limits.minimum, limits.maximum)
    if before != now:
        yield f"somebody changed the limits of scaling from {before} to {now}: left so"


def _suspend(at: Scene, state: Mapping[str, Any]) -> Call:
    target = {"ServiceNamespace": "ecs", "ResourceId": at.resource_id, "ScalableDimension": DIMENSION}
    return Call(
        "application-autoscaling",
        at.place.region,
        "RegisterScalableTarget",
        {**target, "SuspendedState": dict(state)},
    )


def _is_suspended(at: Scene, state: Mapping[str, bool]) -> Probe:
    paths = {f"ScalableTargets[0].SuspendedState.{name} || `false`": value for name, value in state.items()}
    return Probe(_describe_limits(at), equals=paths)


def _describe_limits(at: Scene) -> Call:
    params = {"ServiceNamespace": "ecs", "ResourceIds": [at.resource_id], "ScalableDimension": DIMENSION}
    return Call("application-autoscaling", at.place.region, "DescribeScalableTargets", params)


def _name(at: Scene) -> dict[str, str]:
    return {"cluster": at.place.cluster, "service": at.place.ecs_service}


def _names(at: Scene) -> dict[str, Any]:
    return {"cluster": at.place.cluster, "services": [at.place.ecs_service]}
