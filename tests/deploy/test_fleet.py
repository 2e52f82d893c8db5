"""The story of a deployment, in order: trouble first, then the fleet stands, changes nothing, and goes away.

Everything is real: cdktf, Terraform, the AWS provider, and the embedded AWS in a process of its own.
"""

import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.local import control
from operations.local import server as emulator
from tests.operations.local.conftest import client_of

from .conftest import STACKS, Fleet, interrupt
from .plans import ROOT, plan_of


def client(fleet: Fleet, service: str, region: str = "ap-northeast-2") -> Any:
    return client_of(emulator.require(home=fleet.home), service, region)


def test_fails_without_terraform(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "node").symlink_to(shutil.which("node") or "")
    code, output = fleet.run("fleet", "up", PATH=str(tmp_path))
    assert code == 1
    assert "terraform is not on PATH" in output
    assert "https://developer.hashicorp.com/terraform/install" in output
    assert "Traceback" not in output


def test_fails_when_the_port_is_taken(fleet: Fleet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = fleet.run("fleet", "up", "--port", str(port))
    assert code == 2
    assert f"port {port}" in output
    assert "Traceback" not in output


def test_ctrl_c_in_the_middle_is_a_clear_end(fleet: Fleet) -> None:
    process = fleet.start("fleet", "up", "bootstrap")
    fleet.wait_for("deploy-bootstrap.log", "Creation complete")
    output = interrupt(process)
    assert process.returncode == 1
    assert "interrupted" in output
    assert "`make up` continues from here" in output
    assert "Traceback" not in output


def test_continues_after_ctrl_c_and_reports_a_killed_emulator(fleet: Fleet) -> None:
    process = fleet.start("fleet", "up", "bootstrap")
    fleet.wait_for("deploy-bootstrap.log", "Still creating")
    os.kill(emulator.require(home=fleet.home).pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=30)  # at once, not after Terraform's retries
    assert process.returncode == 1
    assert "stopped in the middle" in output
    assert "make up" in output
    assert "Traceback" not in output


def test_stands_up_after_the_emulator_was_killed(fleet: Fleet) -> None:
    code, output = fleet.run("fleet", "up", "--json", *STACKS)
    assert code == 0, output
    summary = json.loads(output[output.index("{") :])
    stacks = {stack["stack"]: stack for stack in summary["stacks"]}
    assert tuple(stacks) == STACKS
    for stack in stacks.values():
        assert stack["added"] == stack["resources"] > 0, stack


def test_state_lies_in_the_buckets_encrypted_and_unlocked(fleet: Fleet) -> None:
    for environment, region in (
        ("shared", "ap-northeast-2"),
        ("prod", "ap-northeast-2"),
        ("dr", "ap-northeast-1"),
    ):
        s3 = client(fleet, "s3", region)
        bucket = f"ryuqqq-{environment}-tfstate"
        head = s3.head_object(Bucket=bucket, Key=f"{environment}/terraform.tfstate")
        assert head["ServerSideEncryption"] == "aws:kms"
        assert head["SSEKMSKeyId"].endswith("alias/ryuqqq-tfstate")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        assert not [key for key in keys if key.endswith(".tflock")]


def test_peering_is_active_with_dns_on_both_sides(fleet: Fleet) -> None:
    for region in ("ap-northeast-2", "ap-northeast-1"):
        (peering,) = client(fleet, "ec2", region).describe_vpc_peering_connections()["VpcPeeringConnections"]
        assert peering["Status"]["Code"] == "active"
    routes = [
        route
        for table in client(fleet, "ec2").describe_route_tables()["RouteTables"]
        for route in table["Routes"]
        if "VpcPeeringConnectionId" in route
    ]
    assert {route["DestinationCidrBlock"] for route in routes} == {"10.1.0.0/16"}
    assert len(routes) == 3  # two private tables and the data table


def test_a_second_run_changes_nothing(fleet: Fleet) -> None:
    code, output = fleet.run("fleet", "up", *STACKS)
    assert code == 0, output
    assert "Nothing changed" in output
    assert output.count("no changes in") == len(STACKS)


def test_a_stale_lock_of_a_killed_run_is_cleared(fleet: Fleet) -> None:
    s3 = client(fleet, "s3")
    s3.put_object(Bucket="ryuqqq-shared-tfstate", Key="shared/terraform.tfstate.tflock", Body=b"{}")
    code, output = fleet.run("fleet", "up", "shared")
    assert code == 0, output


@pytest.mark.parametrize("arguments", [["no-such-stack"], ["prod", "no-such-stack"]])
def test_fails_when_a_stack_is_unknown(fleet: Fleet, arguments: list[str]) -> None:
    code, output = fleet.run("fleet", "up", *arguments)
    assert code == 2
    assert "no stack named no-such-stack; there are bootstrap, shared, dev" in output


def test_the_primary_environment_is_deployed_blue_green(fleet: Fleet) -> None:
    fleet.operate("local", "image", "fileflow:1.1.0")
    release = ("deploy", "service", "fileflow", "--env", "prod", "--image", "1.1.0", "--yes", "--until-done")
    code, output = fleet.operate(*release)
    assert code == 0, output
    assert "100 % of the traffic" in output
    [group] = client(fleet, "codedeploy").list_deployment_groups(applicationName="fileflow-prod")[
        "deploymentGroups"
    ]
    assert group == "fileflow-prod"
    code, output = fleet.operate(*release)
    assert code == 0, output
    assert "register" not in output


def test_a_bad_image_goes_back_by_itself(fleet: Fleet) -> None:
    fleet.operate("local", "image", "fileflow:1.2.0")
    [image] = client(fleet, "ecr").describe_images(
        repositoryName="fileflow", imageIds=[{"imageTag": "1.2.0"}]
    )["imageDetails"]
    control.fail_tasks(emulator.require(home=fleet.home), image["imageDigest"])
    release = ("deploy", "service", "fileflow", "--env", "prod", "--yes", "--image")
    code, output = fleet.operate(*release, "1.2.0")
    assert code == 1, output
    assert "Traceback" not in output
    code, output = fleet.operate(
        "deploy", "service", "fileflow", "--env", "prod", "--image", "1.1.0", "--yes"
    )
    assert code == 0, output
    control.heal_tasks(emulator.require(home=fleet.home))


def test_dev_is_deployed_task_by_task(fleet: Fleet) -> None:
    fleet.operate("local", "image", "reports:1.1.0")
    code, output = fleet.operate("deploy", "service", "reports", "--env", "dev", "--image", "1.1.0", "--yes")
    assert code == 0, output
    assert "1 of 1 tasks running" in output


def test_fails_when_an_image_does_not_exist(fleet: Fleet) -> None:
    code, output = fleet.operate("deploy", "check", "reports", "--env", "dev", "--image", "9.9.9")
    assert code == 2
    assert "reports:9.9.9 is not in ECR of ap-northeast-2; the newest tags are 1.1.0 and 1.0.0" in output


def test_terraform_leaves_what_was_deployed(fleet: Fleet) -> None:
    code, output = fleet.run("fleet", "up", "dev", "prod")
    assert code == 0, output
    assert output.count("no changes in") == 2, output


def test_a_new_service_needs_no_python(fleet: Fleet, tmp_path: Path) -> None:
    environments = tmp_path / "environments"
    shutil.copytree(ROOT / "environments", environments, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    dev = environments / "dev.yaml"
    block = "  orders:\n    image: orders:1.0.0\n    port: 8080\n    host: orders.dev.ryuqqq.com\n"
    text = dev.read_text(encoding="utf-8")
    dev.write_text(text.replace("services:\n", f"services:\n{block}    needs: [database, queue]\n", 1))
    added = plan_of("dev", environments, tmp_path / "cdktf.out", fleet)
    for kind in ("aws_ecs_service", "aws_lb_target_group", "aws_sqs_queue", "aws_iam_role"):
        assert any(address.startswith(f"{kind}.") for address in added["create"]), kind
    # The certificate gets the name of the new host, and what shows or streams all services the new one. What
    # serves or keeps data is not touched.
    touched = {address.split(".")[0] for address in added["replace"] | added["update"] | added["delete"]}
    assert touched <= {
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_lb_listener",
        "aws_route53_record",
        "aws_cloudwatch_metric_alarm",
        "aws_xray_group",
        "aws_cloudwatch_dashboard",
        "aws_kinesis_firehose_delivery_stream",
        "aws_elasticache_user_group",
    }, touched


def test_the_standby_is_applied_while_the_primary_region_answers_errors_only(fleet: Fleet) -> None:
    server = emulator.require(home=fleet.home)
    alarm = "ryuqqq-dr-service-cpu-fileflow"
    client(fleet, "cloudwatch", "ap-northeast-1").delete_alarms(AlarmNames=[alarm])
    control.inject_fault(server, "500", region="ap-northeast-2", count=0)
    try:
        with pytest.raises(ClientError):
            client(fleet, "ec2", "ap-northeast-2").describe_vpcs()
        [dr] = fleet.deployer().deploy(["dr"], lambda _: None)
    finally:
        control.end_faults(server)
    assert (dr.changes.added, dr.changes.changed, dr.changes.destroyed) == (1, 0, 0)
    assert client(fleet, "cloudwatch", "ap-northeast-1").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]


def test_destruction_waits_for_a_busy_emulator_and_ends_in_order(fleet: Fleet) -> None:
    process = fleet.start("fleet", "down")
    fleet.wait_for("destroy-edge.log", "Destroying...")
    server = emulator.require(home=fleet.home)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        time.sleep(7)  # longer than a look at its health takes
        assert process.poll() is None, "Terraform was killed, although it only had to wait"
    finally:
        os.kill(server.pid, signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1, output
    assert "interrupted" in output
    assert "`make down` continues from here" in output
    assert "Traceback" not in output


def test_destroy_leaves_nothing(fleet: Fleet) -> None:
    code, output = fleet.run("fleet", "down")
    assert code == 0, output
    assert "nothing is left" in output
    assert emulator.find(home=fleet.home) is None
