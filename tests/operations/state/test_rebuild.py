"""A new state from imports, with interruptions at every step."""

import json
import signal
import subprocess
import time

from operations.local import processes
from tests.operations.engine.killing import killed, last
from tests.operations.engine.secrecy import assert_nowhere
from tests.operations.state.stand import Stand, configuration


def assert_rebuilt(stand: Stand, serial: int) -> None:
    assert "No changes" in stand.terraform("plan", "-no-color", "-input=false", "-detailed-exitcode")
    assert stand.content()["serial"] == serial
    assert len(stand.content()["resources"]) == 8
    assert stand.keys() == [stand.at.key], "neither the lock nor the new state's own object is left"


def test_a_state_is_rebuilt_although_terraform_is_left_alone_in_the_middle(stand: Stand) -> None:
    """A bad state, and an older version of it that is good."""
    good = stand.versions()[0]
    stand.put(json.dumps(json.loads(stand.bodies[-1]) | {"resources": [], "serial": 9}).encode())
    arguments = ["--version", good, "--from", str(stand.folder), "--yes"]
    process = subprocess.Popen(
        stand.hybrid.command("state", "rebuild", "dev", *arguments),
        env=stand.hybrid.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    group = _terraform(stand, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "-chdir" in processes.arguments(group), "the child outlived its parent"

    stand.hybrid("runs", "resume", last(stand.hybrid), "--yes")

    assert "-chdir" not in processes.arguments(group)
    assert_rebuilt(stand, 10)
    assert stand.content()["lineage"] == json.loads(stand.bodies[-1])["lineage"]
    assert len(stand.versions()) == len(stand.bodies) + 2, "the old key keeps its versions"
    runs = stand.hybrid.home / "runs"
    assert_nowhere(*runs.glob("*.jsonl"), *runs.glob("*.json"), *runs.glob("*.md"))


def test_a_lost_state_is_rebuilt_by_names_and_tags_although_every_step_is_killed(stand: Stand) -> None:
    stand.empty()
    arguments = ["--by-tags", "--from", str(stand.folder), "--yes"]
    shown = stand.state("rebuild", *arguments, "--dry-run").stderr
    assert "import aws_s3_bucket.Files = dev-files" in shown
    assert stand.keys() == []

    killed(stand.hybrid, "state", "rebuild", "dev", *arguments, at="after:lock")
    steps = ["after:save", "after:seed", "after:import", "after:check", "between:write"]
    for step in [*steps, "after:discard"]:
        killed(stand.hybrid, "runs", "resume", last(stand.hybrid), "--yes", at=step)
    stand.hybrid("runs", "resume", last(stand.hybrid), "--yes")

    assert_rebuilt(stand, 1)


def test_a_nat_gateway_is_imported_although_its_code_refuses_what_nobody_set(stand: Stand) -> None:
    resources = configuration(stand.at, "one", "two")["resource"]
    nat = {"subnet_id": "${aws_subnet.A.id}", "allocation_id": "${aws_eip.Nat.id}", "tags": {"Name": "dev"}}
    public = {
        "aws_eip": {"Nat": {"domain": "vpc", "depends_on": ["aws_internet_gateway.Way"]}},
        "aws_internet_gateway": {"Way": {"vpc_id": "${aws_vpc.Vpc.id}"}},
        "aws_nat_gateway": {"Public": nat},
    }
    stand.configure(resource=resources | public)
    stand.terraform("apply", "-no-color", "-auto-approve", "-input=false")

    stand.state("rebuild", "--from", str(stand.folder), "--yes")

    assert "aws_nat_gateway.Public" in stand.terraform("state", "list").split()
    assert "No changes" in stand.terraform("plan", "-no-color", "-input=false", "-detailed-exitcode")


def test_fails_when_a_plan_would_create_something(stand: Stand) -> None:
    before = stand.s3.list_object_versions(Bucket=stand.at.bucket)["Versions"]
    stand.configure("one", "two", "three")

    refused = stand.state("rebuild", "--from", str(stand.folder), "--yes", code=3)

    assert "aws_ssm_parameter.three: in the configuration, and not in the old state" in refused.stderr
    assert stand.s3.list_object_versions(Bucket=stand.at.bucket)["Versions"] == before
    stand.configure("one")
    refused = stand.state("rebuild", "--from", str(stand.folder), "--yes", code=3)
    assert "aws_ssm_parameter.two: in the old state, and not in the configuration" in refused.stderr


def test_fails_when_two_have_the_tags_of_one(stand: Stand) -> None:
    stack = stand.folder / "stacks" / "dev" / "cdk.tf.json"
    stack.write_text(stack.read_text().replace('"Name": "dev-C"', '"Name": "dev-A"'))

    refused = stand.state("rebuild", "--by-tags", "--from", str(stand.folder), "--yes", code=3)

    assert "aws_subnet.C: aws_subnet.A has the same id" in refused.stderr


def _terraform(stand: Stand, process: "subprocess.Popen[bytes]") -> int:
    """The process group of the import, once it runs."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for path in (stand.hybrid.home / "runs").glob("*/import.pid"):
            text = path.read_text()
            if text and " plan " in processes.arguments(int(text)):
                return int(text)
        time.sleep(0.02)
    raise AssertionError("no terraform was seen")
