"""The story of a deployment, in order: trouble first, then the fleet stands, changes nothing, and goes away.

Everything is real: cdktf, Terraform, the AWS provider, and the embedded AWS in a process of its own.
"""

import json
import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from environments import naming
from environments.loader import load_fleet
from operations.fleet.terraform import child_environment
from operations.local import server as emulator
from tests.operations.local.conftest import client_of

from .conftest import STACKS, Fleet, interrupt


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


def test_destroy_leaves_nothing(fleet: Fleet) -> None:
    deployer = fleet.deployer()
    for wave in reversed(naming.waves(load_fleet())):
        if stacks := [stack for stack in wave if stack in STACKS]:
            for gone in deployer.destroy(stacks, lambda _: None):
                assert gone.changes.destroyed == deployer.resources(gone.stack), gone
    assert child_environment(deployer.server)["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert client(fleet, "s3").list_buckets()["Buckets"] == []
    for region in ("ap-northeast-2", "ap-northeast-1"):
        vpcs = client(fleet, "ec2", region).describe_vpcs()["Vpcs"]
        assert [vpc["IsDefault"] for vpc in vpcs] == [True]
        assert client(fleet, "ssm", region).describe_parameters()["Parameters"] == []
        assert client(fleet, "logs", region).describe_log_groups()["logGroups"] == []
    assert client(fleet, "iam").list_roles(PathPrefix="/ryuqqq/")["Roles"] == []
