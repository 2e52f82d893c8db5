"""One resource leaves the state and comes back, or nothing at all happens."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from operations.state.document import parse
from tests.operations.engine.killing import killed, last
from tests.operations.engine.secrecy import assert_nowhere, watched
from tests.operations.state.stand import BUCKET, QUEUE, Stand


def others(stand: Stand, address: str) -> dict[str, Mapping[str, Any]]:
    """Every resource but one."""
    instances = parse(stand.body(), "").instances
    return {other: one.attributes for other, one in instances.items() if other != address}


def test_a_bucket_is_imported_again_although_every_step_is_killed(stand: Stand) -> None:
    before = others(stand, BUCKET)
    stand.state("reimport", BUCKET, "--from", str(stand.folder), "--dry-run")
    assert stand.writes() == {}

    arguments = [BUCKET, "--from", str(stand.folder), "--yes"]
    killed(stand.hybrid, "state", "reimport", "dev", *arguments, at="after:lock")
    for step in ("after:save", "after:import", "between:write", "after:write"):
        killed(stand.hybrid, "runs", "resume", last(stand.hybrid), "--yes", at=step)
    stand.hybrid("runs", "resume", last(stand.hybrid), "--yes")

    assert stand.content()["serial"] == json.loads(stand.bodies[-1])["serial"] + 1
    assert stand.content()["lineage"] == json.loads(stand.bodies[-1])["lineage"]
    assert others(stand, BUCKET) == before
    assert len(stand.versions()) == len(stand.bodies) + 1
    assert stand.keys() == [stand.at.key]


def test_a_queue_is_imported_again_by_the_id_of_the_state(stand: Stand) -> None:
    done = stand.state("reimport", QUEUE, "--from", str(stand.folder), "--yes")

    assert f"{QUEUE} is imported by the id {stand.server.url}/123456789012/orders" in done.stderr
    assert "No changes" in stand.terraform("plan", "-no-color", "-input=false", "-detailed-exitcode")


def test_a_wrong_id_leaves_every_byte_and_tells_no_secret(stand: Stand) -> None:
    arguments = ["state", "reimport", "dev", BUCKET, "--id", "nope", "--from", str(stand.folder), "--yes"]
    process = subprocess.Popen(
        stand.hybrid.command(*arguments),
        env=stand.hybrid.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with watched(process) as seen:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert "Cannot import non-existent remote object" in output
    assert "\x1b" not in output
    assert stand.body() == stand.bodies[-1]
    assert len(stand.versions()) == len(stand.bodies)
    assert stand.keys() == [stand.at.key]
    runs = stand.hybrid.home / "runs"
    assert_nowhere(output, seen, *runs.glob("*.jsonl"), *runs.glob("*.json"), *runs.glob("*.md"))
    assert [path.name for path in runs.glob("*/import*")] == [], "what Terraform worked with is gone"
    assert all(path.stat().st_mode & 0o077 == 0 for path in runs.iterdir() if path.is_dir())


def test_the_id_of_another_one_leaves_every_byte(stand: Stand) -> None:
    other = json.loads(stand.state("diff", "--json").stdout)["versions"]["after"]
    subnet = next(one for one in stand.content()["resources"] if one["name"] == "C")
    id_ = subnet["instances"][0]["attributes"]["id"]

    failed = stand.state(
        "reimport", "aws_subnet.A", "--id", id_, "--from", str(stand.folder), "--yes", code=1
    )

    assert "the plan for it is not empty: delete create" in failed.stderr
    assert "the state tells another id" in failed.stderr
    assert (stand.versions()[0], stand.body()) == (other, stand.bodies[-1])


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("aws_sqs_queue", "no address of a resource"),
        ("aws_sqs_queue.Lost", "it is not in the state; name it with --id"),
        ("aws_acm_certificate_validation.This", "the provider cannot import"),
    ],
)
def test_fails_when_the_address(stand: Stand, address: str, message: str) -> None:
    assert message in stand.state("reimport", address, "--yes", code=2).stderr


def test_fails_when_the_configuration_is_another_stacks(stand: Stand) -> None:
    stack = stand.folder / "stacks" / "dev" / "cdk.tf.json"
    stack.write_text(stack.read_text().replace("dev/terraform.tfstate", "prod/terraform.tfstate"))

    refused = stand.state("reimport", QUEUE, "--from", str(stand.folder), "--yes", code=3)

    assert "prod/terraform.tfstate, not at" in refused.stderr
    assert stand.body() == stand.bodies[-1]
    assert stand.keys() == [stand.at.key]
