"""Where users are while CodeDeploy says no more than `InProgress`, on the embedded AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.deploy import blue_green as following
from operations.deploy.group import read_group
from operations.deploy.watch import Outcome
from operations.engine.context import Context
from operations.engine.redact import Redactor
from operations.engine.retry import Clients
from operations.local import control
from operations.local.environment import ACCOUNT_ID
from operations.restore import redeploy
from operations.service import actions, steps
from tests.operations.deploy.test_blue_green import deployment, slow_end
from tests.operations.deploy.world import REGION, World


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context("run", Clients(ACCOUNT_ID), Redactor(), tmp_path, {})


def begin(world: World) -> str:
    control.set_speed(world.emulator, 0)
    started = world.cli("service", "--image", "1.1.0", "--yes", "--no-wait", "--json")
    return str(json.loads(started.stdout)["deployment"]["id"])


def target_of(world: World, id_: str) -> dict[str, Any]:
    found = world.aws("codedeploy").batch_get_deployment_targets(deploymentId=id_, targetIds=[])
    return dict(found["deploymentTargets"][0]["ecsTarget"])


def test_a_target_that_failed_is_not_done(blue_green: World) -> None:
    control.fail_tasks(blue_green.emulator, "fileflow-prod:2")
    id_ = begin(blue_green)
    control.pass_time(blue_green.emulator, 60)
    while target_of(blue_green, id_)["status"] == "InProgress":
        control.pass_time(blue_green.emulator, 1)
    assert deployment(blue_green, id_)["status"] == "InProgress"

    sight = following.look(blue_green.at().aws, blue_green.place, id_, until_done=False)

    assert sight.outcome is None
    assert any("AfterAllowTraffic: Skipped" in one for one in sight.news)
    group = read_group(blue_green.at().aws, blue_green.place)
    assert group.under_way
    assert not group.under_way.traffic_moved
    control.pass_time(blue_green.emulator, 5)
    later = following.look(blue_green.at().aws, blue_green.place, id_, until_done=False)
    assert later.outcome is Outcome.FAILED


def test_while_the_old_tasks_wait_all_looks_agree(blue_green: World, context: Context) -> None:
    slow_end(blue_green)
    blue_green.deploy("1.1.0")
    group = read_group(blue_green.at().aws, blue_green.place)
    assert group.under_way
    info = deployment(blue_green, group.under_way.id)
    assert (info["status"], info["instanceTerminationWaitTimeStarted"]) == ("InProgress", False)

    assert group.under_way.traffic_moved
    revision = target_revision(blue_green)
    where = {"place": steps.plain(blue_green.place), "revision": revision}
    assert actions.settled(context, where)["settled"] is True
    other = {**where, "revision": f"{revision.rpartition(':')[0]}:1"}
    assert actions.settled(context, other)["settled"] is False


def target_revision(world: World) -> str:
    place = world.place
    found = world.aws("ecs").describe_services(cluster=place.cluster, services=[place.ecs_service])
    return str(found["services"][0]["taskDefinition"])


@pytest.mark.parametrize("bad", [False, True], ids=["good", "bad"])
def test_a_switch_of_the_database_does_not_wait_for_the_old_tasks(
    blue_green: World, context: Context, bad: bool
) -> None:
    slow_end(blue_green)
    if bad:
        control.fail_tasks(blue_green.emulator, "fileflow-prod:2")
    id_ = begin(blue_green)
    description = deployment(blue_green, id_)["description"]
    family = blue_green.place.family
    names = {"applicationName": family, "deploymentGroupName": family, "region": REGION}

    def look(text: str = description) -> tuple[Any, ...]:
        found = redeploy.find_deployment(context, {**names, "description": text})
        return tuple(found.get(one) for one in ("found", "deploymentId", "status", "moved", "failed"))

    assert look("another") == (False, None, None, None, None)
    assert look() == (True, id_, "Created", False, False)
    control.pass_time(blue_green.emulator, 1200)
    expected = ("Failed", False, True) if bad else ("InProgress", True, False)
    assert look() == (True, id_, *expected)
