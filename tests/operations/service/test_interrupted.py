"""A rollback that is killed at any point and resumed ends as one that was left alone; and faults of AWS."""

from typing import Any

import pytest

from operations.deploy.task_definition import RUN
from operations.engine.state import State
from operations.local import control
from tests.operations.engine.killing import killed, points
from tests.operations.service.at_work import AtWork

STEPS = 2


def ended(at: AtWork) -> dict[str, Any]:
    """All that the command may change; the run's own id aside."""
    family = at.world.place.family
    revisions = at.world.aws("ecs").list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
    running = at.described(at.world.running())
    image = running["taskDefinition"]["containerDefinitions"][0]["image"]
    tags = {one["key"]: one["value"] for one in running["tags"] if one["key"] != RUN}
    return {"revisions": len(revisions), "running": at.world.running(), "image": image, "tags": tags}


def command(at: AtWork) -> list[str]:
    name, environment = at.where
    return ["service", "rollback", name, "--env", environment, "--image", "1.0.0", "--yes"]


@pytest.fixture(params=["rolling", "blue_green"])
def at(request: pytest.FixtureRequest) -> AtWork:
    found: AtWork = request.getfixturevalue(request.param)
    found.release("1.1.0")
    return found


@pytest.mark.parametrize("point", points(STEPS, ("between", "after")))
def test_killed_and_resumed(at: AtWork, point: str) -> None:
    killed(at.hybrid, *command(at), at=point)
    at.resume()

    family = at.world.place.family
    found = ended(at)
    assert (found["revisions"], found["running"]) == (3, f"{family}:3")
    assert found["tags"]["ReturnedFrom"] == f"{family}:2"
    at.wait_until_calm()
    at.forget_calls()
    assert at.rollback(image="1.0.0").state is State.UNCHANGED
    assert at.writes() == {}


def test_a_lost_answer_makes_no_second_deployment(at: AtWork) -> None:
    operations = ("ecs:RegisterTaskDefinition", "ecs:UpdateService", "codedeploy:CreateDeployment")
    for operation in operations:
        control.inject_fault(at.world.emulator, "lost", operation)
    at.rollback(image="1.0.0")
    assert ended(at)["revisions"] == 3
    assert at.world.running().endswith(":3")


def test_fails_when_the_credentials_expire_and_can_be_resumed(at: AtWork) -> None:
    control.inject_fault(at.world.emulator, "expired", writes=True, count=0)
    failed = at.hybrid(*command(at), code=1)
    assert "ExpiredToken" in failed.stderr
    control.end_faults(at.world.emulator)
    at.resume()
    assert at.world.running().endswith(":3")
