"""The image of the primary environment, brought to its standby in the second region."""

import json
from typing import Any

import pytest

from operations.deploy.task_definition import RUN
from operations.engine.state import State
from operations.errors import Refused
from operations.local import control
from operations.service import standby
from tests.operations.engine.killing import killed
from tests.operations.service.at_work import AtWork, steps

TOKYO = "ap-northeast-1"
FAMILY = "fileflow-dr"


@pytest.fixture
def home_and_standby(blue_green: AtWork) -> AtWork:
    """1.1.0 in prod; 1.0.0 in dr, with no tasks, as the stack makes it."""
    ecs = blue_green.world.aws("ecs", TOKYO)
    blue_green.world.aws("ecr", TOKYO).create_repository(repositoryName="fileflow")
    blue_green.world.aws("logs", TOKYO).create_log_group(logGroupName="/ecs/fileflow-dr/application")
    register(blue_green, "1.0.0")
    ecs.create_cluster(clusterName="fileflow-dr-cluster", capacityProviders=["FARGATE"])
    ec2 = blue_green.world.aws("ec2", TOKYO)
    vpc = ec2.create_vpc(CidrBlock="10.98.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.98.0.0/24")["Subnet"]["SubnetId"]
    network = {"subnets": [subnet], "securityGroups": []}
    ecs.create_service(
        cluster="fileflow-dr-cluster",
        serviceName="fileflow-dr-service",
        taskDefinition=FAMILY,
        desiredCount=0,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": network},
    )
    blue_green.release("1.1.0")
    return blue_green


def register(at: AtWork, tag: str, **more: str) -> None:
    """What an apply of the stack registers in Tokyo."""
    logs = {
        "awslogs-group": "/ecs/fileflow-dr/application",
        "awslogs-region": TOKYO,
        "awslogs-stream-prefix": "app",
    }
    container = {
        "name": "fileflow",
        "image": f"123456789012.dkr.ecr.{TOKYO}.amazonaws.com/fileflow:{tag}",
        "essential": True,
        "environment": [{"name": name, "value": value} for name, value in more.items()],
        "logConfiguration": {"logDriver": "awslogs", "options": logs},
    }
    at.world.aws("ecs", TOKYO).register_task_definition(
        family=FAMILY,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=at.world.names["execution"],
        containerDefinitions=[container],
        tags=[{"key": "Environment", "value": "dr"}],
    )


def replicate(at: AtWork, tag: str = "1.1.0") -> str:
    """What ECR does by itself on AWS; the digest."""
    [image] = at.world.aws("ecr").batch_get_image(repositoryName="fileflow", imageIds=[{"imageTag": tag}])[
        "images"
    ]
    at.world.aws("ecr", TOKYO).put_image(
        repositoryName="fileflow", imageManifest=image["imageManifest"], imageTag=tag
    )
    return str(image["imageId"]["imageDigest"])


def standing_by(at: AtWork) -> dict[str, Any]:
    ecs = at.world.aws("ecs", TOKYO)
    [service] = ecs.describe_services(cluster="fileflow-dr-cluster", services=["fileflow-dr-service"])[
        "services"
    ]
    found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"], include=["TAGS"])
    [container] = found["taskDefinition"]["containerDefinitions"]
    return {
        "revision": service["taskDefinition"].rpartition("/")[2],
        "desired": service["desiredCount"],
        "image": container["image"].rpartition("/")[2],
        "environment": container["environment"],
        "tags": {one["key"]: one["value"] for one in found["tags"] if one["key"] != RUN},
    }


def test_the_standby_gets_the_image_and_stays_at_rest(home_and_standby: AtWork) -> None:
    digest = replicate(home_and_standby)
    register(home_and_standby, "1.0.0", LOG_LEVEL="INFO")  # the newest configuration of the standby's own

    outcome = standby.sync("fileflow", home_and_standby.how())

    assert steps(outcome) == ["register", "deploy"]
    assert standing_by(home_and_standby) == {
        "revision": "fileflow-dr:3",
        "desired": 0,
        "image": f"fileflow@{digest}",
        "environment": [{"name": "LOG_LEVEL", "value": "INFO"}],
        "tags": {"Environment": "dr", "ImageTag": "1.1.0"},
    }
    home_and_standby.forget_calls()
    assert standby.sync("fileflow", home_and_standby.how()).state is State.UNCHANGED
    assert home_and_standby.writes() == {}


def test_a_dry_run_writes_nothing(home_and_standby: AtWork) -> None:
    replicate(home_and_standby)
    home_and_standby.forget_calls()
    home_and_standby.hybrid("service", "sync-standby", "fileflow", "--dry-run")
    assert home_and_standby.writes() == {}


def test_an_image_that_has_not_come_yet_is_waited_for(home_and_standby: AtWork) -> None:
    with pytest.raises(Exception, match=r"image: not done after 1 s"):
        standby.sync("fileflow", home_and_standby.how(limit=1))
    assert standing_by(home_and_standby)["revision"] == "fileflow-dr:1"

    replicate(home_and_standby)
    home_and_standby.resume()
    assert standing_by(home_and_standby)["revision"] == "fileflow-dr:2"


@pytest.mark.parametrize("point", ["between:1", "after:1", "between:2", "after:2"])
def test_killed_and_resumed(home_and_standby: AtWork, point: str) -> None:
    digest = replicate(home_and_standby)
    killed(home_and_standby.hybrid, "service", "sync-standby", "fileflow", "--yes", at=point)
    home_and_standby.resume()
    found = standing_by(home_and_standby)
    assert (found["revision"], found["image"]) == ("fileflow-dr:2", f"fileflow@{digest}")


def test_a_release_says_what_is_left_or_does_it(home_and_standby: AtWork) -> None:
    replicate(home_and_standby)
    home_and_standby.world.push("1.2.0")
    replicate(home_and_standby, "1.2.0")
    done = home_and_standby.world.cli("service", "--image", "1.2.0", "--yes")
    assert "the standby gets this image with `hybrid service sync-standby fileflow`" in done.stderr
    assert standing_by(home_and_standby)["revision"] == "fileflow-dr:1"

    again = home_and_standby.hybrid(
        "deploy", "service", "fileflow", "--env", "prod", "--image", "1.2.0", "--standby", "--yes", "--json"
    )
    assert json.loads(again.stdout)["outcome"] == "unchanged"
    assert standing_by(home_and_standby)["tags"]["ImageTag"] == "1.2.0"


def test_a_release_that_nobody_waits_for_says_what_is_left(home_and_standby: AtWork) -> None:
    home_and_standby.world.push("1.2.0")
    started = home_and_standby.world.cli("service", "--image", "1.2.0", "--yes", "--no-wait")
    assert (
        "note: once this has succeeded, the standby gets this image with "
        "`hybrid service sync-standby fileflow`"
    ) in started.stderr
    assert standing_by(home_and_standby)["revision"] == "fileflow-dr:1"


def test_fails_when_the_standby_is_wanted_and_nobody_waits(blue_green: AtWork) -> None:
    blue_green.forget_calls()
    for also in ((), ("--dry-run",)):
        refused = blue_green.world.cli(
            "service", "--image", "1.1.0", "--yes", "--no-wait", "--standby", *also, code=2
        )
        assert "--standby with --no-wait: " in refused.stderr
        assert "`hybrid service sync-standby fileflow`" in refused.stderr
    both = ("service", "--image", "1.1.0", "--yes", "--no-wait", "--until-done")
    assert "--until-done with --no-wait" in blue_green.world.cli(*both, code=2).stderr
    assert blue_green.writes() == {}


@pytest.mark.parametrize("environment", ["dev", "dr"])
def test_fails_when_the_environment_has_no_standby(rolling: AtWork, environment: str) -> None:
    rolling.forget_calls()
    command = ["deploy", "service", "fileflow", "--env", environment, "--image", "1.1.0", "--standby"]
    refused = rolling.hybrid(*command, "--yes", code=2)
    assert f"--standby: {environment} has no standby, only prod has" in refused.stderr
    assert rolling.writes() == {}


def test_fails_when_the_standby_lacks_what_tasks_need(home_and_standby: AtWork) -> None:
    replicate(home_and_standby)
    home_and_standby.world.aws("logs", TOKYO).delete_log_group(logGroupName="/ecs/fileflow-dr/application")
    control.forget_calls(home_and_standby.world.emulator)
    with pytest.raises(Refused, match="log group: /ecs/fileflow-dr/application does not exist"):
        standby.sync("fileflow", home_and_standby.how())
    assert home_and_standby.writes() == {}


def test_fails_when_the_image_is_of_another_registry(home_and_standby: AtWork) -> None:
    home_and_standby.world.register("public.ecr.aws/x/fileflow:2")
    home_and_standby.rollback(to="3")
    with pytest.raises(
        Refused, match=r"public\.ecr\.aws/x/fileflow:2, which is not in this account's registry"
    ):
        standby.sync("fileflow", home_and_standby.how())
