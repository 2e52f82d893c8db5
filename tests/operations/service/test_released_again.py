"""A release that uses a revision of before again is no return, although its number is lower."""

import pytest

from operations.deploy.task_definition import RETURNED_FROM
from operations.engine.state import State
from operations.local import control
from tests.operations.service.at_work import SLOW, AtWork, steps


@pytest.fixture(params=["rolling", "blue_green"])
def returned(request: pytest.FixtureRequest) -> AtWork:
    """1.0.0 ran; 1.1.0 as revision 2 was bad; a return registered revision 3 with 1.0.0."""
    at: AtWork = request.getfixturevalue(request.param)
    at.world.deploy("1.1.0")
    at.wait_until_calm()
    at.rollback(image="1.0.0")
    at.wait_until_calm()
    assert at.world.running().endswith(":3")
    tags = {one["key"]: one["value"] for one in at.described(at.world.running())["tags"]}
    assert tags[RETURNED_FROM] == f"{at.world.place.family}:2"
    return at


def test_what_was_released_again_is_returned_from(returned: AtWork) -> None:
    family = returned.world.place.family
    returned.world.deploy("1.1.0")
    returned.wait_until_calm()
    assert returned.world.running() == f"{family}:2", "the deployment uses the revision again"

    assert steps(returned.rollback()) == ["deploy"]

    assert returned.world.running() == f"{family}:3"
    returned.wait_until_calm()
    returned.forget_calls()
    again = returned.rollback()
    assert again.state is State.UNCHANGED
    assert again.run is None or "name one with --to" in again.run.plan.facts["why"]
    assert returned.writes() == {}


def test_what_is_released_again_is_returned_from_while_it_is_under_way(returned: AtWork) -> None:
    family = returned.world.place.family
    returned.start("1.1.0")
    control.fail_tasks(returned.world.emulator, f"{family}:2")
    returned.go_on(SLOW)

    outcome = returned.rollback()

    assert steps(outcome) == (["stop"] if family.endswith("prod") else ["deploy"])
    assert returned.world.running() == f"{family}:3"


def test_a_return_that_changed_nothing_says_what_to_do(returned: AtWork) -> None:
    name, environment = returned.where
    done = returned.hybrid("service", "rollback", name, "--env", environment, "--yes")
    assert "registered for the return from" in done.stderr
    assert "to leave it, name one with --to" in done.stderr


def test_an_older_image_that_codedeploy_was_told_to_release_is_no_return(blue_green: AtWork) -> None:
    for tag in ("1.1.0", "1.0.0", "1.1.0"):
        blue_green.world.deploy(tag)
        blue_green.wait_until_calm()
    assert blue_green.world.running() == "fileflow-prod:2"  # after 3, so the number says nothing

    blue_green.rollback()

    assert blue_green.world.running() == "fileflow-prod:3"
