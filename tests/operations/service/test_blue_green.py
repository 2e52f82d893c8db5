"""The way back where CodeDeploy deploys, and the end of a deployment that is under way."""

import json

import pytest

from operations.engine.state import State
from operations.errors import Refused
from operations.local import control
from tests.operations.deploy.test_blue_green import deployment, routed_to, task_sets
from tests.operations.service.at_work import SLOW, AtWork, steps


def test_back_to_what_the_service_was_made_with(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")

    outcome = blue_green.rollback()

    assert steps(outcome) == ["deploy"]
    assert outcome.run
    assert "the service was made with it" in outcome.run.plan.facts["why"]
    assert blue_green.world.running() == "fileflow-prod:1"
    assert routed_to(blue_green.world) == "fileflow-prod-blue"
    strategy = task_sets(blue_green.world)[0]["capacityProviderStrategy"]
    assert {one["capacityProvider"]: (one["base"], one["weight"]) for one in strategy} == {
        "FARGATE": (1, 30),
        "FARGATE_SPOT": (0, 70),
    }

    blue_green.wait_until_calm()
    blue_green.forget_calls()
    assert blue_green.rollback().state is State.UNCHANGED
    assert blue_green.writes() == {}


def test_back_over_revisions_that_never_ran(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    for image in ("never", "deployed"):
        blue_green.world.register(image)
    blue_green.world.push("1.2.0")
    blue_green.release("1.2.0")

    blue_green.rollback(to="previous")

    assert blue_green.world.running() == "fileflow-prod:2"


def test_an_image_is_brought_by_codedeploy(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    assert steps(blue_green.rollback(image="1.0.0")) == ["register", "deploy"]
    assert blue_green.world.running() == "fileflow-prod:3"
    blue_green.wait_until_calm()
    assert blue_green.rollback().state is State.UNCHANGED


def test_a_deployment_under_way_is_stopped_as_the_way_back(blue_green: AtWork) -> None:
    id_ = blue_green.start("1.1.0")
    planned = blue_green.hybrid("service", "rollback", "fileflow", "--env", "prod", "--dry-run", "--json")
    result = json.loads(planned.stdout.splitlines()[-1])
    assert [step["id"] for step in result["steps"]] == ["stop"]
    assert "stopped with automatic rollback, users return to fileflow-prod:1" in result["steps"][0]["why"]
    blue_green.go_on(SLOW)
    control.fail_tasks(blue_green.world.emulator, "fileflow-prod:2")

    blue_green.rollback()

    assert deployment(blue_green.world, id_)["status"] == "Stopped"
    assert blue_green.world.running() == "fileflow-prod:1"
    assert routed_to(blue_green.world) == "fileflow-prod-blue"


def test_while_the_old_tasks_wait_the_way_back_is_to_stop(blue_green: AtWork) -> None:
    blue_green.keep_old_tasks()
    blue_green.world.deploy("1.1.0")
    assert routed_to(blue_green.world) == "fileflow-prod-green"

    assert steps(blue_green.rollback()) == ["stop"]

    assert routed_to(blue_green.world) == "fileflow-prod-blue"
    assert blue_green.rollback().state is State.UNCHANGED


def test_a_third_revision_comes_after_the_stop(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.world.push("1.2.0")
    blue_green.keep_old_tasks()
    blue_green.world.deploy("1.2.0")
    assert steps(blue_green.rollback(to="1")) == ["stop", "deploy"]
    assert blue_green.world.running() == "fileflow-prod:1"


def test_what_is_on_its_way_is_waited_for(blue_green: AtWork) -> None:
    blue_green.start("1.1.0")
    blue_green.go_on(SLOW)
    assert steps(blue_green.rollback(to="2")) == ["wait"]
    assert blue_green.world.running() == "fileflow-prod:2"
    assert blue_green.rollback(to="2").state is State.UNCHANGED


def test_a_ringing_alarm_does_not_stop_the_remedy(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.world.aws("cloudwatch").set_alarm_state(
        AlarmName="files-5xx", StateValue="ALARM", StateReason="9 errors"
    )
    outcome = blue_green.rollback()
    assert outcome.run
    assert "alarm files-5xx is ALARM: this deployment goes on nevertheless" in outcome.run.plan.notes
    assert blue_green.world.running() == "fileflow-prod:1"
    assert blue_green.status()["alarms"]["ringing"] == ["files-5xx: 9 errors"]


def test_undo_goes_forward_again(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.rollback()
    blue_green.undo()
    assert blue_green.world.running() == "fileflow-prod:2"


def test_stop_finds_the_deployment_itself(blue_green: AtWork) -> None:
    id_ = blue_green.start("1.1.0")
    blue_green.go_on(SLOW)
    control.fail_tasks(blue_green.world.emulator, "fileflow-prod:2")
    blue_green.stop()
    assert deployment(blue_green.world, id_)["status"] == "Stopped"
    assert blue_green.world.running() == "fileflow-prod:1"

    blue_green.forget_calls()
    again = blue_green.hybrid("service", "stop-deployment", "fileflow", "--env", "prod", "--yes")
    assert "no deployment of fileflow in prod is under way" in again.stderr
    named = blue_green.stop(id_)
    assert named.state is State.UNCHANGED
    assert blue_green.writes() == {}


def test_stop_of_one_that_is_over_says_so(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    id_ = blue_green.status()["last_deployment"]["id"]
    done = blue_green.hybrid(
        "service", "stop-deployment", "fileflow", "--env", "prod", "--deployment", id_, "--yes"
    )
    assert f"{id_} is over (done, since 20" in done.stderr
    assert "hybrid service rollback fileflow --env prod" in done.stderr


def test_fails_when_the_deployment_to_stop_is_unknown(blue_green: AtWork) -> None:
    with pytest.raises(Refused, match="d-NOBODY is none of the newest deployments of fileflow in prod"):
        blue_green.stop("d-NOBODY")


def test_fails_when_the_way_back_fails(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    control.fail_tasks(blue_green.world.emulator, "fileflow-prod:1")
    with pytest.raises(Exception, match=r"deploy: it failed; last seen: .*stopped tasks: .*health checks"):
        blue_green.rollback()
    assert blue_green.world.running() == "fileflow-prod:2"


def test_status_tells_what_is_under_way(blue_green: AtWork) -> None:
    id_ = blue_green.start("1.1.0")
    found = blue_green.status()
    assert [(one["id"], one["revision"], one["replaced"]) for one in found["under_way"]] == [
        (id_, "fileflow-prod:2", "fileflow-prod:1")
    ]
    assert found["tasks"] == {
        "desired": 2,
        "running": 2,
        "pending": 0,
        "by_revision": {"fileflow-prod:1 RUNNING": 2},
    }
    assert any(change.startswith("~ fileflow.image: ") for change in found["drift"])
    blue_green.go_on()
    blue_green.wait_until_calm()
    printed = blue_green.hybrid("service", "status", "fileflow", "--env", "prod").stdout
    assert "runs        fileflow-prod:2, image 1.1.0" in printed
    assert "drift" not in printed


def test_revisions_tell_what_ran_when(blue_green: AtWork) -> None:
    blue_green.release("1.1.0")
    blue_green.world.register("registry.example.com/fileflow:2")
    rows = blue_green.revisions()
    assert [*rows] == ["fileflow-prod:3", "fileflow-prod:2", "fileflow-prod:1"]
    assert [row["running"] for row in rows.values()] == [False, True, False]
    assert [row["image_there"] for row in rows.values()] == [None, True, True]
    assert [row["image_tag"] for row in rows.values()] == ["2", "1.1.0", "1.0.0"]
    assert [len(row["ran"]) for row in rows.values()] == [0, 1, 0]
    printed = blue_green.hybrid("service", "revisions", "fileflow", "--env", "prod", "--limit", "2").stdout
    assert printed.count("\n") == 2
    assert "* fileflow-prod:2  1.1.0 sha256:" in printed
