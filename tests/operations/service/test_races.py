"""What CodeDeploy does on its own between a look and a call."""

import pytest

from operations.engine import Plan
from operations.engine.report import Outcome
from operations.engine.run import Manner, carry_out
from operations.engine.state import State
from operations.errors import HybridError
from operations.local import control
from operations.service.rollback import KIND, STOP, plan_rollback, plan_stop
from operations.service.wanted import Ask, situation
from tests.operations.deploy.test_blue_green import deployment, routed_to
from tests.operations.service.at_work import AtWork, steps

LIMIT = 60.0
WHOLE_WAIT = 2880 * 60 + 700
"""Seconds of AWS after which the old tasks of `keep_old_tasks` have ended."""


def test_a_repetition_while_the_old_tasks_wait_does_not_undo_the_return(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.keep_old_tasks()
    assert steps(blue_green.rollback()) == ["deploy"]
    assert blue_green.world.running() == "fileflow-prod:1"
    told = blue_green.hybrid("service", "revisions", "fileflow", "--env", "prod").stdout
    [under_way] = blue_green.status()["under_way"]
    assert f"  ran with {under_way['id']}, which is under way" in told

    blue_green.forget_calls()
    assert blue_green.rollback().state is State.UNCHANGED
    assert blue_green.writes() == {}


def test_a_return_to_an_image_is_not_undone_either(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.keep_old_tasks()
    blue_green.rollback(image="1.0.0")
    assert blue_green.world.running() == "fileflow-prod:3"

    blue_green.forget_calls()
    assert blue_green.rollback().state is State.UNCHANGED
    assert blue_green.writes() == {}


def test_a_return_is_stopped_like_any_deployment(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.keep_old_tasks()
    blue_green.rollback()

    assert steps(blue_green.stop()) == ["stop"]

    assert blue_green.world.running() == "fileflow-prod:2"
    assert routed_to(blue_green.world) == "fileflow-prod-green"


def late(blue_green: AtWork, kind: str) -> Outcome:
    """A plan to stop what completes before the call arrives."""
    world = blue_green.world

    def make() -> Plan:
        found = situation(blue_green.clients, world.place, Ask(stopped=True))
        plan = plan_stop(found, None, LIMIT) if kind == STOP else plan_rollback(found, LIMIT)
        assert [step.id for step in plan.steps] == ["stop"]
        control.pass_time(world.emulator, WHOLE_WAIT)
        return plan

    return carry_out(kind, f"prod/{world.place.service}", make, Manner(agreed=True))


@pytest.mark.parametrize("kind", [KIND, STOP])
def test_what_completes_before_it_is_stopped_is_brought_back(blue_green: AtWork, kind: str) -> None:
    blue_green.keep_old_tasks()
    blue_green.world.deploy("1.1.0")
    [under_way] = blue_green.status()["under_way"]

    outcome = late(blue_green, kind)

    assert outcome.state is State.DONE
    assert deployment(blue_green.world, under_way["id"])["status"] == "Succeeded"
    assert blue_green.world.running() == "fileflow-prod:1"


def test_fails_when_others_deployed_meanwhile(blue_green: AtWork) -> None:
    blue_green.keep_old_tasks()
    blue_green.world.deploy("1.1.0")
    found = situation(blue_green.clients, blue_green.world.place, Ask(stopped=True))
    plan = plan_stop(found, None, LIMIT)
    control.pass_time(blue_green.world.emulator, WHOLE_WAIT)
    blue_green.world.push("1.2.0")
    blue_green.world.deploy("1.2.0")

    with pytest.raises(HybridError, match="completed before it could be stopped, and fileflow runs") as said:
        carry_out(STOP, "prod/fileflow", lambda: plan, Manner(agreed=True))

    assert "`hybrid service rollback fileflow --env prod`" in str(said.value)
    assert blue_green.world.running() == "fileflow-prod:3"
