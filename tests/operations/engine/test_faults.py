"""Faults of AWS at each step: survived, or a clear message and a run that can be resumed."""

import json

import pytest

from operations.engine import journal, retry
from operations.engine.run import Manner, carry_out
from operations.local import control
from tests.operations.engine.conftest import AFTER, BEFORE, World
from tests.operations.engine.example import KIND, TARGET, gather, plan
from tests.operations.engine.killing import last

CALLS = ["ssm:PutParameter", "ecs:UpdateService", "sqs:SendMessage"]


def fault(world: World, kind: str, operation: str, count: int = 1) -> None:
    """At the first call that a step makes: before it, the lock is written, and facts are read."""
    nth = 2 if operation in ("ssm:PutParameter", "ecs:DescribeServices") else 1
    if kind == "lost" and count == 0:
        nth = 3  # that of `store`: nothing can tell whether it arrived
    control.inject_fault(world.hybrid.server, kind, operation, nth=nth, count=count)


@pytest.mark.parametrize("kind", ["throttle", "500", "lost"])
def test_passing_faults_at_every_step_are_survived(world: World, kind: str) -> None:
    for operation in CALLS:
        fault(world, kind, operation)

    world.hybrid(*world.switch("--yes"))

    assert world.state() == AFTER, "a message that was lost on its way back is not sent twice"


@pytest.mark.parametrize("operation", ["ssm:GetParameter", "ecs:DescribeServices", "sqs:GetQueueAttributes"])
def test_a_fault_of_a_read_is_survived(world: World, operation: str) -> None:
    nth = 1 if operation.startswith("sqs") else 2  # the others belong to the facts
    control.inject_fault(world.hybrid.server, "500", operation, nth=nth)
    control.inject_fault(world.hybrid.server, "lost", "sqs:SendMessage")

    world.hybrid(*world.switch("--yes"))

    assert world.state() == AFTER


@pytest.mark.parametrize(
    ("kind", "operation", "message"),
    [
        ("throttle", "ssm:PutParameter", "ThrottlingException"),
        ("500", "ecs:UpdateService", "InternalFailure"),
        ("lost", "ssm:PutParameter", "Connection was closed"),
    ],
)
def test_a_lasting_fault_stops_resumably(world: World, kind: str, operation: str, message: str) -> None:
    fault(world, kind, operation, count=0)

    failed = world.hybrid(*world.switch("--yes"), code=1)

    assert operation in failed.stderr
    assert message in failed.stderr
    assert f"hybrid runs resume {last(world.hybrid)}" in failed.stderr
    assert json.loads(world.hybrid("runs", "list", "--json").stdout)[0]["state"] == "failed"
    control.end_faults(world.hybrid.server)
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")
    assert world.state() == AFTER


@pytest.mark.parametrize("operation", [*CALLS, "ecs:DescribeServices", "secretsmanager:GetSecretValue"])
def test_expired_credentials_stop_at_once(world: World, operation: str) -> None:
    fault(world, "expired", operation, count=0)

    failed = world.hybrid(*world.switch("--yes"), code=1)

    assert "log in again" in failed.stderr
    assert control.calls(world.hybrid.server)[operation] <= 2, "it is not tried again"
    control.end_faults(world.hybrid.server)
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")
    assert world.state() == AFTER


def test_expired_credentials_at_the_start_change_nothing(world: World) -> None:
    control.inject_fault(world.hybrid.server, "expired", "sts:GetCallerIdentity", count=0)

    failed = world.hybrid(*world.switch("--yes"), code=1)

    assert "ExpiredToken" in failed.stderr
    assert "Nothing was changed" in failed.stderr
    control.end_faults(world.hybrid.server)
    assert world.state() == BEFORE
    world.hybrid(*world.switch("--yes"))
    assert world.state() == AFTER


def test_a_failure_puts_everything_back_where_it_must(world: World) -> None:
    control.inject_fault(world.hybrid.server, "500", "sqs:SendMessage", count=0)

    failed = world.hybrid(*world.switch("--yes", "--undo-on-failure"), code=1)

    assert "What it had changed was put back" in failed.stderr
    assert world.state() == BEFORE
    assert "# example-switch test/app: undone" in world.hybrid.journals()[-1].with_suffix(".md").read_text()


def test_a_step_that_takes_too_long_says_what_was_last_seen(world: World) -> None:
    control.set_speed(world.hybrid.server, 0)
    done = world.hybrid(*world.switch("--yes", "--limit", "1"), code=1)

    assert "scale: not done after 1 s; last seen: 1 / 3" in done.stderr
    control.set_speed(world.hybrid.server, 600)
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")
    assert world.state() == AFTER


def test_no_answer_at_all_is_a_lost_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, because nobody wants to wait for half a minute."""
    monkeypatch.setattr(retry, "READ_SECONDS", 1.0)
    monkeypatch.setattr(journal, "RUNS", world.hybrid.home / "runs")
    control.inject_fault(world.hybrid.server, "timeout", "ecs:UpdateService")

    outcome = carry_out(KIND, TARGET, lambda: plan(gather(), "new.example.com", 3), Manner(agreed=True))

    assert world.state() == AFTER
    assert outcome.state == "done"
    assert outcome.answer("scale", "services[0].desiredCount", "saved") == 1
    assert world.writes()["ecs:UpdateService"] == 2
