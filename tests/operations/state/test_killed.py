"""A run that is killed after every step, and between call and journal, ends as one that is not."""

import json

import pytest

from tests.operations.engine.killing import last
from tests.operations.state.stand import Stand

POINTS = ["after:lock", "after:save", "after:write", "before:verify", "after:unlock"]
POINTS += ["between:lock", "between:write"]


@pytest.mark.parametrize("at", POINTS)
def test_a_restore_that_was_killed_is_resumed(stand: Stand, at: str) -> None:
    stand.without_terraform()
    arguments = ["--version", stand.versions()[-1], "--from", str(stand.folder), "--yes"]
    killed = stand.state("restore", *arguments, code=None, kill=at)
    assert killed.returncode == -9

    stand.hybrid("runs", "resume", last(stand.hybrid), "--yes")

    assert stand.content() == json.loads(stand.bodies[0]) | {"serial": 4}
    assert len(stand.versions()) == len(stand.bodies) + 1, "it is written once"
    assert stand.keys() == [stand.at.key], "the lock is released"


def test_a_second_run_beside_a_killed_one_is_told_about_it(stand: Stand) -> None:
    stand.without_terraform()
    version = stand.versions()[-1]
    stand.state("restore", "--version", version, "--yes", code=None, kill="after:lock")

    refused = stand.state("reimport", "aws_sqs_queue.Orders", "--yes", code=1)
    assert "terraform is not on PATH" in refused.stderr
    (file := stand.hybrid.home / "file").write_bytes(stand.bodies[0])
    refused = stand.state("push", str(file), "--yes", code=3)

    assert f"hybrid runs resume {last(stand.hybrid)}" in refused.stderr
    assert stand.body() == stand.bodies[-1]
