"""The way back where ECS rolls out deployments."""

import json

import pytest

from operations.deploy.task_definition import IMAGE_TAG, RETURNED_FROM
from operations.engine.state import State
from operations.errors import UsageError
from operations.local import control
from tests.operations.deploy.world import CANARY
from tests.operations.service.at_work import SLOW, AtWork, steps


def test_back_to_what_ran_before_and_not_again(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    rolling.world.register("registered-and-never-deployed")

    done = rolling.hybrid("service", "rollback", *options(rolling), "--yes", "--json")

    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["state"], result["facts"]["wanted"]) == ("done", "fileflow-dev:1")
    assert result["conclusion"]["seconds"] > 0
    assert rolling.world.running() == "fileflow-dev:1"
    assert rolling.status()["targets"] == {"healthy": 2, "all": 2}

    rolling.forget_calls()
    again = rolling.hybrid("service", "rollback", *options(rolling), "--yes")
    assert "the last deployment returned to it, from fileflow-dev:2" in again.stderr
    assert rolling.writes() == {}
    assert rolling.world.running() == "fileflow-dev:1"
    assert CANARY not in done.stdout + done.stderr + again.stderr + rolling.reports()


def test_a_dry_run_writes_nothing(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    rolling.forget_calls()
    outcome = rolling.rollback(image="1.0.0", dry_run=True)
    assert outcome.state is State.PLANNED
    assert rolling.writes() == {}


def test_an_image_changes_nothing_else(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    outcome = rolling.rollback(image="1.0.0")

    assert steps(outcome) == ["register", "deploy"]
    assert rolling.world.running() == "fileflow-dev:3"
    before, after = rolling.described("fileflow-dev:2"), rolling.described("fileflow-dev:3")
    old, new = before["taskDefinition"], after["taskDefinition"]
    digest = rolling.revisions()["fileflow-dev:3"]["digest"]
    assert new["containerDefinitions"][0].pop("image").endswith(f"fileflow@{digest}")
    old["containerDefinitions"][0].pop("image")
    for name in ("containerDefinitions", "cpu", "memory", "executionRoleArn", "taskRoleArn", "networkMode"):
        assert old[name] == new[name]
    tags = {one["key"]: one["value"] for one in after["tags"]}
    assert (tags[IMAGE_TAG], tags[RETURNED_FROM], tags["Team"]) == ("1.0.0", "fileflow-dev:2", "platform")

    rolling.forget_calls()
    assert rolling.rollback(image="1.0.0").state is State.UNCHANGED
    assert rolling.rollback().state is State.UNCHANGED
    assert rolling.writes() == {}


def test_one_that_is_under_way_is_turned_back(rolling: AtWork) -> None:
    id_ = rolling.start("1.1.0")
    planned = rolling.stop(dry_run=True)
    rolling.go_on(SLOW)
    assert planned.state is State.PLANNED
    control.fail_tasks(rolling.world.emulator, "fileflow-dev:2")

    outcome = rolling.stop()

    assert steps(outcome) == ["deploy"]
    assert outcome.run
    assert outcome.run.plan.facts["wanted"] == "fileflow-dev:1"
    assert rolling.world.running() == "fileflow-dev:1"
    assert id_ not in [one["id"] for one in rolling.status()["under_way"]]


def test_what_failed_by_itself_needs_no_way_back(rolling: AtWork) -> None:
    control.fail_tasks(rolling.world.emulator, "fileflow-dev:2")
    rolling.world.cli("service", "--image", "1.1.0", "--yes", code=1)
    rolling.world.wait_until_steady()
    rolling.forget_calls()

    assert rolling.rollback().state is State.UNCHANGED
    assert rolling.writes() == {}


def test_undo_goes_forward_again(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    rolling.rollback(to="1")
    rolling.undo()
    assert rolling.world.running() == "fileflow-dev:2"


def test_fails_when_the_revision_is_inactive(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    rolling.world.aws("ecs").deregister_task_definition(taskDefinition="fileflow-dev:1")
    rolling.forget_calls()
    with pytest.raises(UsageError, match=r"fileflow-dev:1 is INACTIVE.*name another with --to"):
        rolling.rollback()
    assert rolling.writes() == {}


def test_fails_when_its_image_is_gone(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    rolling.world.aws("ecr").batch_delete_image(repositoryName="fileflow", imageIds=[{"imageTag": "1.0.0"}])
    with pytest.raises(UsageError, match=r"fileflow:1\.0\.0 is not in ECR"):
        rolling.rollback(to="fileflow-dev:1")
    assert rolling.revisions()["fileflow-dev:1"]["image_there"] is False


@pytest.mark.parametrize(
    ("to", "image", "message"),
    [
        ("9", None, "there is no fileflow-dev:9; the newest are fileflow-dev:1"),
        ("other-dev:1", None, r"--to other-dev:1: give previous, a number such as 7, or fileflow-dev:7"),
        ("first", None, "--to first: give previous"),
        (None, "9.9.9", r"fileflow:9\.9\.9 is not in ECR .*the newest tags are"),
        ("1", "1.0.0", "give one of them"),
        ("", None, "--to : give previous, a number"),  # such as a variable that is not set
        (None, "", "--image : give the tag alone"),
        (None, None, "no deployment of before is known.*hybrid service revisions fileflow --env dev"),
    ],
)
def test_fails_when_there_is_no_such_thing(
    rolling: AtWork, to: str | None, image: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        rolling.rollback(to, image)


def test_fails_when_it_takes_too_long(rolling: AtWork) -> None:
    rolling.release("1.1.0")
    control.set_speed(rolling.world.emulator, 0)
    with pytest.raises(
        Exception, match=r"deploy: not done after 1 s; last seen: .*(?s:.*)hybrid runs resume"
    ):
        rolling.rollback(limit=1)
    rolling.go_on()
    rolling.hybrid("runs", "resume", rolling.hybrid.journals()[-1].stem, "--yes")
    assert rolling.world.running() == "fileflow-dev:1"


def options(at: AtWork) -> list[str]:
    name, environment = at.where
    return [name, "--env", environment]
