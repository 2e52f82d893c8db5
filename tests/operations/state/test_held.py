"""A run that goes on after a pause looks whether the lock is still its own before it writes."""

import json

import pytest

from tests.operations.engine.killing import killed, last
from tests.operations.state.stand import QUEUE, Stand

COMMANDS = {
    "restore": ["--version", "previous"],
    "reimport": [QUEUE],
    "rebuild": [],
}


def stopped(stand: Stand, command: str, at: str) -> str:
    arguments = [*COMMANDS[command], "--from", str(stand.folder), "--yes"]
    killed(stand.hybrid, "state", command, "dev", *arguments, at=at)
    return last(stand.hybrid)


def resume(stand: Stand, run: str, code: int = 0) -> str:
    return stand.hybrid("runs", "resume", run, "--yes", code=code).stderr


@pytest.mark.parametrize(
    ("command", "at"),
    [
        ("restore", "after:lock"),
        ("restore", "after:save"),
        ("reimport", "after:import"),
        ("rebuild", "after:save"),
        ("rebuild", "after:seed"),
        ("rebuild", "after:check"),
    ],
)
def test_fails_when_somebody_took_the_lock_meanwhile(stand: Stand, command: str, at: str) -> None:
    run = stopped(stand, command, at)
    held = stand.lock()

    refused = resume(stand, run, code=3)

    assert "is locked by jo@desk" in refused
    assert stand.body() == stand.bodies[-1]
    assert len(stand.versions()) == len(stand.bodies)
    assert stand.body(stand.at.lock_key) == held


def test_fails_when_somebody_took_the_lock_before_an_undo(stand: Stand) -> None:
    stand.without_terraform()
    run = stopped(stand, "restore", "after:write")
    written, held = stand.body(), stand.lock()

    refused = stand.hybrid("runs", "undo", run, "--yes", code=3).stderr

    assert "is locked by jo@desk" in refused
    assert (stand.body(), stand.body(stand.at.lock_key)) == (written, held)


def test_a_lock_that_nobody_has_is_taken_again(stand: Stand) -> None:
    stand.without_terraform()
    run = stopped(stand, "restore", "after:save")
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.lock_key)

    killed(stand.hybrid, "runs", "resume", run, "--yes", at="between:write")
    note = json.loads(stand.body(stand.at.lock_key))
    assert (note["Info"][-6:], note["Operation"]) == (run, "hybrid state")
    resume(stand, run)

    assert stand.content() == json.loads(stand.bodies[1]) | {"serial": 4}
    assert stand.keys() == [stand.at.key]


def test_fails_when_somebody_wrote_and_released_the_lock_meanwhile(stand: Stand) -> None:
    stand.without_terraform()
    run = stopped(stand, "restore", "after:save")
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.lock_key)
    stand.put(stand.bodies[0])

    assert "past the lock" in resume(stand, run, code=3)

    assert stand.body() == stand.bodies[0]
    assert stand.keys() == [stand.at.key]
