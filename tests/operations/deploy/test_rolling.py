"""Deployments that ECS rolls out, on the embedded AWS."""

import json
import re
import signal
import subprocess
import sys
from typing import Any

from operations.deploy.task_definition import Change, differences
from operations.local import control
from operations.local.control import Kind
from tests.operations.deploy.world import World

REGISTRATION = ("taskDefinitionArn", "revision", "registeredAt", "registeredBy")


def definition_of(world: World, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    found = world.aws("ecs").describe_task_definition(taskDefinition=name, include=["TAGS"])
    return found["taskDefinition"], {one["key"]: one["value"] for one in found["tags"]}


def log_level(definition: dict[str, Any]) -> None:
    definition["containerDefinitions"][0]["environment"].append({"name": "LOG_LEVEL", "value": "DEBUG"})


def test_another_image_is_all_that_differs(rolling: World) -> None:
    digest = rolling.push("1.2.0")
    done = rolling.cli("service", "--image", "1.2.0", "--yes", "--json")
    result = json.loads(done.stdout)

    assert result["outcome"] == "done"
    assert result["revision"] == rolling.running() == "fileflow-dev:2"
    old, _ = definition_of(rolling, "fileflow-dev:1")
    new, tags = definition_of(rolling, "fileflow-dev:2")
    assert {name for name in old if old[name] != new[name]} <= {*REGISTRATION, "containerDefinitions"}
    assert differences(
        {"containerDefinitions": old["containerDefinitions"]},
        {"containerDefinitions": new["containerDefinitions"]},
    ) == (
        Change(
            "fileflow.image",
            f"{rolling.place.registry}/fileflow:1.0.0",
            f"{rolling.place.registry}/fileflow@{digest}",
        ),
    )
    assert tags == {"Team": "platform", "ImageTag": "1.2.0"}
    assert "~ fileflow.image: fileflow:1.0.0 -> fileflow@sha256:" in done.stderr
    assert "fileflow in dev runs fileflow-dev:2, image 1.2.0" in done.stderr
    assert any("steady state" in event for event in result["deployment"]["events"])


def test_a_repetition_writes_nothing(rolling: World) -> None:
    rolling.deploy("1.1.0")
    control.forget_calls(rolling.emulator)
    again = rolling.cli("service", "--image", "1.1.0", "--yes", "--json")

    assert json.loads(again.stdout)["outcome"] == "unchanged"
    assert control.calls(rolling.emulator, Kind.WRITES) == {}


def test_without_an_image_the_newest_configuration_goes_live(rolling: World) -> None:
    rolling.deploy("1.1.0")
    rolling.register(f"{rolling.place.registry}/fileflow:1.0.0", log_level)  # as an apply does
    done = rolling.cli("service", "--yes")

    assert "+ fileflow.environment.LOG_LEVEL: DEBUG" in done.stderr
    assert "fileflow.image" not in done.stderr
    assert rolling.running() == "fileflow-dev:4"
    before, after = (definition_of(rolling, f"fileflow-dev:{number}") for number in (2, 4))
    images = [found["containerDefinitions"][0]["image"] for found, _ in (before, after)]
    assert images[0] == images[1]
    assert after[1]["ImageTag"] == "1.1.0"


def test_a_former_revision_is_used_again(rolling: World) -> None:
    for tag in ("1.1.0", "1.0.0"):
        rolling.deploy(tag)
    done = rolling.cli("service", "--image", "1.1.0", "--yes", "--json")

    assert [step["id"] for step in json.loads(done.stdout)["steps"]] == ["deploy"]
    assert rolling.running() == "fileflow-dev:2"


def test_a_digest_names_an_image_too(rolling: World) -> None:
    digest = rolling.push("1.2.0")
    rolling.deploy(digest)
    _, tags = definition_of(rolling, "fileflow-dev:2")
    assert tags["ImageTag"] == "1.2.0"


def test_a_dry_run_shows_all_and_writes_nothing(rolling: World) -> None:
    control.forget_calls(rolling.emulator)
    done = rolling.cli("service", "--image", "1.1.0", "--dry-run", "--json")

    result = json.loads(done.stdout)
    assert (result["outcome"], result["revision"], len(result["steps"])) == ("planned", None, 2)
    assert "ecs:UpdateService fileflow-dev-cluster fileflow-dev-service" in done.stderr
    assert control.calls(rolling.emulator, Kind.WRITES) == {}
    assert control.calls(rolling.emulator, Kind.READS)["ecs:DescribeServices"] == 1


def test_fails_when_new_tasks_are_unhealthy(rolling: World) -> None:
    control.fail_tasks(rolling.emulator, "fileflow-dev:2")
    failed = rolling.cli("service", "--image", "1.1.0", "--yes", "--json", code=1)

    result = json.loads(failed.stdout)
    assert result["outcome"] == "failed"
    assert "circuit breaker" in result["deployment"]["reason"]
    assert "ECS returns to fileflow-dev:1" in failed.stderr
    assert re.search(r"stopped tasks: [34] x Task failed ELB health checks", failed.stderr)
    assert rolling.running() == "fileflow-dev:1"


def test_the_outcome_can_be_waited_for_later(rolling: World) -> None:
    started = rolling.cli("service", "--image", "1.1.0", "--yes", "--no-wait", "--json")
    id_ = json.loads(started.stdout)["deployment"]["id"]
    assert f"hybrid deploy watch fileflow --env dev --deployment {id_}" in started.stderr
    rolling.cli("watch", "--deployment", id_)
    assert rolling.running() == "fileflow-dev:2"
    assert "no deployment is under way; 2 tasks run fileflow-dev:2" in rolling.cli("watch").stderr


def test_a_repetition_waits_for_what_is_under_way(rolling: World) -> None:
    rolling.cli("service", "--image", "1.1.0", "--yes", "--no-wait")
    control.forget_calls(rolling.emulator)
    done = rolling.cli("service", "--image", "1.1.0", "--yes", "--json")
    assert json.loads(done.stdout)["outcome"] in ("done", "unchanged")
    assert control.calls(rolling.emulator, Kind.WRITES) == {}


def test_fails_when_it_takes_too_long(rolling: World) -> None:
    control.set_speed(rolling.emulator, 0)
    failed = rolling.cli("service", "--image", "1.1.0", "--yes", "--timeout", "0.02", code=1)
    assert "not done after 0.02 minutes" in failed.stderr
    assert "goes on by itself" in failed.stderr


def test_ctrl_c_says_that_the_deployment_goes_on(rolling: World) -> None:
    control.set_speed(rolling.emulator, 0)
    command = [sys.executable, "-m", "operations", "deploy", "service", "fileflow", "--env", "dev"]
    process = subprocess.Popen(
        [*command, "--image", "1.1.0", "--yes"],
        env=rolling.environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    assert any(" tasks running" in line for line in process.stderr), "it ended before it watched"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130, stderr
    assert "goes on by itself" in stderr
    assert "hybrid deploy watch fileflow --env dev --deployment ecs-svc/" in stderr
    assert "Traceback" not in stderr


def test_fails_when_nobody_agreed(rolling: World) -> None:
    control.forget_calls(rolling.emulator)
    refused = rolling.cli("service", "--image", "1.1.0", code=3)
    assert "add --yes" in refused.stderr
    assert control.calls(rolling.emulator, Kind.WRITES) == {}


def test_a_service_without_tasks_is_deployed_and_proves_nothing(rolling: World) -> None:
    place = rolling.place
    rolling.aws("ecs").update_service(cluster=place.cluster, service=place.ecs_service, desiredCount=0)
    done = rolling.cli("service", "--image", "1.1.0", "--yes")
    assert "the desired count is 0" in done.stderr
    assert rolling.running() == "fileflow-dev:2"


def test_fails_when_the_service_does_not_exist(rolling: World) -> None:
    place = rolling.place
    rolling.aws("ecs").delete_service(cluster=place.cluster, service=place.ecs_service, force=True)
    refused = rolling.cli("service", "--image", "1.1.0", "--yes", code=3)
    assert "there is no service fileflow-dev-service" in refused.stderr
    assert "deploy the stack dev first" in refused.stderr
