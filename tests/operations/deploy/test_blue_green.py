"""Deployments by CodeDeploy, on the embedded AWS."""

import json
from typing import Any

from operations.local import control
from operations.local.control import Kind
from tests.operations.deploy.world import World


def deployment(world: World, id_: str) -> dict[str, Any]:
    found = world.aws("codedeploy").get_deployment(deploymentId=id_)["deploymentInfo"]
    return dict(found)


def routed_to(world: World) -> str:
    """Name of the target group that users reach."""
    [rule] = world.aws("elbv2").describe_rules(RuleArns=[world.names["rule"]])["Rules"]
    return str(rule["Actions"][0]["TargetGroupArn"]).split("/")[1]


def task_sets(world: World) -> list[dict[str, Any]]:
    place = world.place
    found = world.aws("ecs").describe_services(cluster=place.cluster, services=[place.ecs_service])
    return list(found["services"][0]["taskSets"])


def slow_end(world: World) -> None:
    """The old tasks wait for hours."""
    world.aws("codedeploy").update_deployment_group(
        applicationName=world.place.family,
        currentDeploymentGroupName=world.place.family,
        blueGreenDeploymentConfiguration={
            "terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE",
                "terminationWaitTimeInMinutes": 2880,
            },
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
    )


def test_it_is_done_when_users_are_on_the_new_tasks(blue_green: World) -> None:
    slow_end(blue_green)
    done = blue_green.cli("service", "--image", "1.1.0", "--yes", "--json")
    result = json.loads(done.stdout)

    assert result["outcome"] == "done"
    assert blue_green.running() == "fileflow-prod:2"
    assert routed_to(blue_green) == "fileflow-prod-green"
    assert [one["status"] for one in task_sets(blue_green)] == ["PRIMARY", "ACTIVE"]
    assert "the old ones end in 2880 minutes" in done.stderr
    stop = f"hybrid service stop-deployment fileflow --env prod --deployment {result['deployment']['id']}"
    assert stop in done.stderr
    assert any("AfterAllowTraffic: Succeeded" in event for event in result["deployment"]["events"])


def test_the_capacity_provider_strategy_is_carried(blue_green: World) -> None:
    blue_green.deploy("1.1.0")
    new = task_sets(blue_green)[0]
    assert sorted(one["capacityProvider"] for one in new["capacityProviderStrategy"]) == [
        "FARGATE",
        "FARGATE_SPOT",
    ]
    assert {one["capacityProvider"]: one["base"] for one in new["capacityProviderStrategy"]}["FARGATE"] == 1


def test_while_the_old_tasks_wait_a_repetition_is_fine_and_another_image_refused(blue_green: World) -> None:
    slow_end(blue_green)
    first = blue_green.cli("service", "--image", "1.1.0", "--yes", "--json")
    id_ = json.loads(first.stdout)["deployment"]["id"]
    control.forget_calls(blue_green.emulator)

    again = blue_green.cli("service", "--image", "1.1.0", "--yes", "--json")
    assert json.loads(again.stdout)["outcome"] == "unchanged"
    refused = blue_green.cli("service", "--image", "1.0.0", "--yes", "--json", code=3)
    assert f"{id_} has moved the traffic and waits" in refused.stderr
    assert f"--deployment {id_}" in refused.stderr
    assert [one["check"] for one in json.loads(refused.stdout)["problems"]] == ["deployment"]
    assert control.calls(blue_green.emulator, Kind.WRITES) == {}


def test_until_done_waits_for_the_end_of_the_old_tasks(blue_green: World) -> None:
    done = blue_green.cli("service", "--image", "1.1.0", "--yes", "--until-done", "--json")
    id_ = json.loads(done.stdout)["deployment"]["id"]
    assert deployment(blue_green, id_)["status"] == "Succeeded"
    assert len(task_sets(blue_green)) == 1
    assert "the old ones end" not in done.stderr


def test_a_dry_run_writes_nothing(blue_green: World) -> None:
    control.forget_calls(blue_green.emulator)
    done = blue_green.cli("service", "--image", "1.1.0", "--dry-run")
    assert "codedeploy:CreateDeployment fileflow-prod" in done.stderr
    assert "CodeDeployDefault.ECSAllAtOnce" in done.stderr
    assert control.calls(blue_green.emulator, Kind.WRITES) == {}


def test_fails_when_new_tasks_are_unhealthy(blue_green: World) -> None:
    control.fail_tasks(blue_green.emulator, "fileflow-prod:2")
    failed = blue_green.cli("service", "--image", "1.1.0", "--yes", "--json", "--timeout", "1", code=1)

    result = json.loads(failed.stdout)
    assert result["outcome"] == "failed"
    assert "CodeDeploy returns to the old tasks with d-" in failed.stderr
    assert "stopped tasks: " in failed.stderr
    assert blue_green.running() == "fileflow-prod:1"
    assert routed_to(blue_green) == "fileflow-prod-blue"
    later = blue_green.cli("watch", "--deployment", result["deployment"]["id"], code=1)
    assert "stopped tasks: " in later.stderr


def test_fails_when_somebody_stops_it(blue_green: World) -> None:
    control.set_speed(blue_green.emulator, 0)
    started = blue_green.cli("service", "--image", "1.1.0", "--yes", "--no-wait", "--json")
    id_ = json.loads(started.stdout)["deployment"]["id"]
    blue_green.aws("codedeploy").stop_deployment(deploymentId=id_, autoRollbackEnabled=True)
    control.set_speed(blue_green.emulator, 300)

    failed = blue_green.cli("watch", "--deployment", id_, "--json", code=1)
    assert json.loads(failed.stdout)["outcome"] == "failed"
    assert blue_green.running() == "fileflow-prod:1"


def test_fails_when_a_deployment_is_under_way(blue_green: World) -> None:
    control.set_speed(blue_green.emulator, 0)
    started = blue_green.cli("service", "--image", "1.1.0", "--yes", "--no-wait", "--json")
    id_ = json.loads(started.stdout)["deployment"]["id"]
    for image in ("1.0.0", "1.1.0"):
        refused = blue_green.cli("service", "--image", image, "--yes", code=3)
        assert f"{id_} is under way" in refused.stderr

    control.set_speed(blue_green.emulator, 300)
    blue_green.cli("watch", "--until-done")
    assert deployment(blue_green, id_)["status"] == "Succeeded"


def test_fails_when_an_alarm_rings_before(blue_green: World) -> None:
    alarms = blue_green.aws("cloudwatch")
    alarms.set_alarm_state(AlarmName="files-5xx", StateValue="ALARM", StateReason="errors")
    refused = blue_green.cli("service", "--image", "1.1.0", "--yes", code=3)
    assert "alarm: files-5xx is in ALARM" in refused.stderr

    blue_green.cli("service", "--image", "1.1.0", "--yes", "--ignore-alarms")
    assert blue_green.running() == "fileflow-prod:2"


def test_fails_when_an_alarm_rings_meanwhile(blue_green: World) -> None:
    control.set_speed(blue_green.emulator, 0)
    started = blue_green.cli("service", "--image", "1.1.0", "--yes", "--no-wait", "--json")
    alarms = blue_green.aws("cloudwatch")
    alarms.set_alarm_state(AlarmName="files-5xx", StateValue="ALARM", StateReason="9 errors")
    control.set_speed(blue_green.emulator, 300)
    id_ = json.loads(started.stdout)["deployment"]["id"]
    failed = blue_green.cli("watch", "--deployment", id_, code=1)
    assert "in ALARM: files-5xx: 9 errors" in failed.stderr
    assert blue_green.running() == "fileflow-prod:1"


def test_fails_when_there_is_no_deployment_group(blue_green: World) -> None:
    names = {
        "applicationName": blue_green.place.family,
        "deploymentGroupName": blue_green.place.family,
    }
    blue_green.aws("codedeploy").delete_deployment_group(**names)
    refused = blue_green.cli("service", "--image", "1.1.0", "--yes", code=3)
    assert "CodeDeploy has no deployment group fileflow-prod" in refused.stderr
