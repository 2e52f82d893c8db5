"""Mitigations that are killed, throttled or lose an answer end as those that are not."""

import json

import pytest

from operations.incident.mitigation import standing
from operations.incident.record import records
from operations.local import control
from tests.operations.incident.stage import Stage, hybrid_incident, run_name

MAINTENANCE = ("mitigate", "maintenance", "--yes")
ZERO = ("mitigate", "scale", "0", "--confirm", "prod/fileflow")
AFTER = "after:{}"


def resume(stage: Stage) -> None:
    """Go on, in a process of its own as a person does."""
    stage.hybrid("runs", "resume", run_name(stage.home), "--yes")


def state(stage: Stage) -> tuple[object, ...]:
    """All that counts, without ids that differ by nature."""
    rules = [(one["Priority"], [a["Type"] for a in one["Actions"]]) for one in stage.rules()]
    entries = [one["entry"] for one in records()[0].entries() if "told" not in one["entry"]]
    return rules, stage.tasks(), stage.limits(), entries


def test_a_killed_process_is_resumed_by_another(stage: Stage) -> None:
    stage.open()
    stage.kill(*MAINTENANCE, at="between:answer-1")
    assert len(stage.rules()) == 4
    refused = hybrid_incident(*MAINTENANCE, code=3)
    assert "hybrid runs resume" in refused.err
    resume(stage)
    assert len(stage.rules()) == 4
    [one] = standing(records()[0].entries())
    assert one.action == "maintenance"


@pytest.mark.parametrize("command", [MAINTENANCE, ZERO], ids=["maintenance", "scale"])
def test_killed_after_each_step_and_between_it_ends_the_same(stage: Stage, command: tuple[str, ...]) -> None:
    stage.open()
    planned = hybrid_incident(*command, "--dry-run", "--json").result["steps"]
    points = [AFTER.format(number) for number in range(1, len(planned) + 1)]
    points.append("between:count" if command is ZERO else "between:answer-1")
    points.append("between:note-before")
    hybrid_incident(*command)
    wanted = state(stage)
    for point in points:
        hybrid_incident("revert", "--yes")
        hybrid_incident("close", "--anyway", "next")
        stage.open()
        stage.kill(*command, at=point)
        finish(stage)
        assert state(stage) == wanted, point
    control.forget_calls(stage.emulator)
    assert hybrid_incident(*command, "--json").result["state"] == "unchanged"
    assert not stage.writes()


@pytest.mark.parametrize("point", ["after:1", "after:2", "after:3", "between:count", "between:take-away-1"])
def test_a_killed_revert_ends_the_same(stage: Stage, point: str) -> None:
    before = json.dumps(stage.rules(), sort_keys=True)
    stage.open()
    hybrid_incident(*MAINTENANCE)
    hybrid_incident(*ZERO)
    stage.kill("revert", "--yes", at=point)
    finish(stage)
    assert json.dumps(stage.rules(), sort_keys=True) == before
    assert stage.tasks() == (2, 2)
    assert not any(stage.limits()["SuspendedState"].values())
    assert not standing(records()[0].entries())
    control.forget_calls(stage.emulator)
    hybrid_incident("revert", "--yes")
    assert not stage.writes()


def finish(stage: Stage) -> None:
    """Resume in this process, which is faster."""
    from operations.engine.resume import resume as go_on
    from operations.engine.run import Manner

    go_on(run_name(stage.home), Manner(agreed=True))


def test_undoing_a_run_takes_it_off_the_timeline(stage: Stage) -> None:
    before = json.dumps(stage.rules(), sort_keys=True)
    stage.open()
    stage.kill(*MAINTENANCE, at="after:answer-1")
    stage.hybrid("runs", "undo", run_name(stage.home), "--yes")
    assert json.dumps(stage.rules(), sort_keys=True) == before
    assert not standing(records()[0].entries())


@pytest.mark.parametrize(
    ("command", "operation", "kind"),
    [
        (MAINTENANCE, "elasticloadbalancing:CreateRule", "lost"),
        (MAINTENANCE, "elasticloadbalancing:DescribeRules", "500"),
        (ZERO, "application-autoscaling:RegisterScalableTarget", "throttle"),
        (ZERO, "ecs:UpdateService", "500"),
        (ZERO, "ecs:UpdateService", "lost"),
    ],
)
def test_a_fault_that_passes_changes_nothing(
    stage: Stage, command: tuple[str, ...], operation: str, kind: str
) -> None:
    stage.open()
    control.inject_fault(stage.emulator, kind, operation)
    hybrid_incident(*command)
    assert len(stage.rules()) == (4 if command is MAINTENANCE else 3)
    assert len(standing(records()[0].entries())) == 1


def test_expired_credentials_stop_it_with_a_word_and_it_goes_on_later(stage: Stage) -> None:
    stage.open()
    control.inject_fault(stage.emulator, "expired", "ecs:UpdateService", count=0)
    stopped = hybrid_incident(*ZERO, code=1)
    assert "log in again" in stopped.err
    assert "hybrid runs resume" in stopped.err
    control.end_faults(stage.emulator)
    finish(stage)
    assert stage.tasks() == (0, 0)
