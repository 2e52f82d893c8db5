"""What a drill does itself: breaks tasks of the embedded AWS, and notices that something is wrong."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.aws import Aws, explained
from operations.deploy import reasons
from operations.deploy.place import Place
from operations.engine import crash
from operations.engine.context import Context
from operations.errors import HybridError
from operations.local import control
from operations.service import actions
from operations.service.history import name

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The bad revision is new, so everything that happened to its tasks belongs to the drill."""


@dataclass(frozen=True)
class Emulator:
    """The embedded AWS that this process talks to."""

    url: str


def detect(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The first sign that the deployment is bad; `outcome` is `done` if it went well, which must not be."""
    seen = actions.look(context, params)
    place = Place(**params["place"])
    found = next(_signs(context.aws, place, params, seen), None)
    return {"signal": found, "outcome": seen["outcome"], "line": found or seen["line"]}


def _signs(aws: Aws, place: Place, params: dict[str, Any], seen: Mapping[str, Any]) -> Iterator[str]:
    if seen["outcome"] == "failed":
        yield f"the deployment failed: {seen['line']}"
    for text in reasons.stopped_tasks(aws, place, params["revision"], EVER):
        yield f"tasks of {name(params['revision'])} stop: {text}"
    for text in reasons.ringing_alarms(aws, place, tuple(params["alarms"])):
        yield f"in ALARM: {text}"
    for arn in params["target_groups"]:
        with explained(f"elasticloadbalancing:DescribeTargetHealth of {arn}"):
            found = aws.client("elbv2", place.region).describe_target_health(TargetGroupArn=arn)
        states = [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]
        if sick := states.count("unhealthy"):
            yield f"{sick} of {len(states)} targets of {arn.split('/')[1]} are unhealthy"


def break_tasks(_: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Make tasks of the bad revision unhealthy, on the embedded AWS only."""
    control.fail_tasks(_emulator(), name(params["revision"]))
    return {}


def heal_tasks(_: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """End it."""
    control.heal_tasks(_emulator(), name(params["revision"]))
    return {}


def _emulator() -> Emulator:
    if not crash.is_local():
        raise HybridError("tasks are made unhealthy on the embedded AWS only; AWS_ENDPOINT_URL names another")
    return Emulator(os.environ["AWS_ENDPOINT_URL"])
