"""What a look at a deployment means, without AWS."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.deploy import blue_green, rolling, traffic
from operations.deploy.watch import Outcome

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def rollout(id_: str = "ecs-svc/2", state: str = "IN_PROGRESS", **members: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "status": "PRIMARY",
        "taskDefinition": f"arn:aws:ecs:x:1:task-definition/orders:{id_[-1]}",
        "runningCount": 2,
        "rolloutState": state,
        "createdAt": NOW,
        **members,
    }


def service(*deployments: dict[str, Any]) -> dict[str, Any]:
    events = [
        {"createdAt": NOW + timedelta(seconds=1), "message": "(service orders) has started 2 tasks."},
        {"createdAt": NOW - timedelta(days=1), "message": "(service orders) is old news."},
    ]
    return {"serviceName": "orders", "desiredCount": 2, "deployments": [*deployments], "events": events}


@pytest.mark.parametrize(
    ("deployments", "outcome", "reason"),
    [
        ([rollout()], None, ""),
        ([rollout(state="COMPLETED", runningCount=1)], None, ""),
        ([rollout(state="COMPLETED")], Outcome.DONE, ""),
        ([rollout(state="FAILED", rolloutStateReason="breaker.")], Outcome.FAILED, "breaker."),
        (
            [rollout("ecs-svc/1"), rollout(state="FAILED", status="ACTIVE", rolloutStateReason="breaker.")],
            Outcome.FAILED,
            "breaker. ECS returns to orders:1.",
        ),
        ([rollout("ecs-svc/3"), rollout(status="ACTIVE")], Outcome.FAILED, "orders:3 took its place"),
        ([rollout("ecs-svc/1")], Outcome.FAILED, "it is gone, and orders:1 runs instead"),
    ],
)
def test_a_rolling_deployment(
    deployments: list[dict[str, Any]], outcome: Outcome | None, reason: str
) -> None:
    sight = rolling.judge(service(*deployments), "ecs-svc/2")
    assert sight.outcome is outcome
    assert reason in sight.reason


def test_only_news_of_the_deployment_are_told() -> None:
    assert rolling.judge(service(rollout()), None).news == ("12:00:01 has started 2 tasks.",)


def event(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"lifecycleEventName": name, "status": status, "endTime": NOW, **more}


MOVED = [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "Succeeded")]
BROKEN = [event("Install", "Failed"), event("AllowTraffic", "Skipped"), event("AfterAllowTraffic", "Skipped")]
UNTESTED = [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "Failed")]
STOPPED = [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "Skipped")]


@pytest.mark.parametrize(
    ("status", "events", "until_done", "outcome", "over"),
    [
        ("Created", [], False, None, True),
        ("InProgress", [event("Install", "InProgress")], False, None, True),
        ("InProgress", [event("AllowTraffic", "Succeeded")], False, None, True),
        ("InProgress", MOVED, False, Outcome.DONE, False),
        ("InProgress", MOVED, True, None, True),
        ("InProgress", BROKEN, False, None, True),  # the target fails before the deployment does
        ("InProgress", UNTESTED, False, None, True),
        ("InProgress", STOPPED, False, None, True),
        ("Succeeded", MOVED, False, Outcome.DONE, True),
        ("Succeeded", MOVED, True, Outcome.DONE, True),
        ("Failed", MOVED, False, Outcome.FAILED, True),
        ("Stopped", [], True, Outcome.FAILED, True),
    ],
)
def test_a_blue_green_deployment(
    status: str, events: list[dict[str, Any]], until_done: bool, outcome: Outcome | None, over: bool
) -> None:
    info = {"deploymentId": "d-1", "status": status}
    sight = blue_green.judge(info, {"lifecycleEvents": events}, until_done=until_done)
    assert sight.outcome is outcome
    assert sight.over is over


@pytest.mark.parametrize(
    ("info", "target", "moved"),
    [
        ({}, {}, False),
        ({"instanceTerminationWaitTimeStarted": False}, {"status": "InProgress"}, False),
        ({"instanceTerminationWaitTimeStarted": True}, {}, True),
        ({}, {"status": "Succeeded"}, True),
        ({}, {"status": "InProgress", "lifecycleEvents": MOVED}, True),
        ({}, {"status": "InProgress", "lifecycleEvents": STOPPED}, False),
        ({}, {"status": "Failed", "lifecycleEvents": [*BROKEN, *MOVED]}, False),
    ],
)
def test_the_traffic_has_moved(info: dict[str, Any], target: dict[str, Any], moved: bool) -> None:
    assert traffic.has_moved(info, target) is moved


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({"errorInformation": {"code": "ALARM_ACTIVE", "message": "5xx"}}, "ALARM_ACTIVE: 5xx"),
        ({}, "Install failed"),
        ({"rollbackInfo": {"rollbackDeploymentId": "d-2"}}, "CodeDeploy returns to the old tasks with d-2"),
        ({"rollbackInfo": {"rollbackMessage": "nothing to return to"}}, "nothing to return to"),
    ],
)
def test_a_failure_has_a_reason(info: dict[str, Any], reason: str) -> None:
    found = {"deploymentId": "d-1", "status": "Failed", **info}
    target = {"lifecycleEvents": [event("Install", "Failed", diagnostics={"message": "no health"})]}
    sight = blue_green.judge(found, target, until_done=False)
    assert reason in sight.reason
    assert sight.news == ("12:00:00 Install: Failed: no health",)


def test_the_line_shows_the_new_tasks_and_their_traffic() -> None:
    green = {"taskSetLabel": "Green", "runningCount": 1, "desiredCount": 4, "trafficWeight": 10.0}
    target = {"lifecycleEvents": [event("Install", "InProgress")], "taskSetsInfo": [green]}
    sight = blue_green.judge({"deploymentId": "d-1", "status": "InProgress"}, target, until_done=False)
    assert sight.line == "d-1 InProgress, Install, 1 of 4 new tasks running, 10 % of the traffic"
