"""Going back from a run, or giving it up: what was there returns, and the lock is never left behind."""

import json
from typing import Any

import pytest

from operations.local import control
from tests.operations.engine.killing import killed, last
from tests.operations.state.stand import Stand

RUN_MARK, UNDO_MARK = "hybrid-run", "hybrid-undo"


@pytest.fixture(autouse=True)
def quick(stand: Stand) -> None:
    """Nothing here needs a look at AWS."""
    stand.without_terraform()


def restore(stand: Stand, nth: int) -> str:
    """Bring the nth apply back; the run."""
    version = next(
        one["version"]
        for one in json.loads(stand.state("versions", "--json").stdout)["versions"]
        if one.get("serial") == nth
    )
    stand.state("restore", "--version", version, "--from", str(stand.folder), "--yes")
    return last(stand.hybrid)


def undo(stand: Stand, run: str, code: int = 0) -> str:
    return stand.hybrid("runs", "undo", run, "--yes", code=code).stderr


def marks(stand: Stand) -> dict[str, str]:
    head: dict[str, Any] = stand.s3.head_object(Bucket=stand.at.bucket, Key=stand.at.key)
    return dict(head["Metadata"])


def test_a_refused_undo_keeps_nobody_out(stand: Stand) -> None:
    """Somebody applied after the restore."""
    run = restore(stand, 1)
    stand.put(applied := json.dumps(json.loads(stand.bodies[1]) | {"serial": 9}).encode())

    for _ in range(2):
        assert "was written by somebody else since" in undo(stand, run, code=3)
        assert stand.body() == applied
        assert stand.keys() == [stand.at.key], "the lock is released"
    assert f"hybrid runs abandon {run}" in undo(stand, run, code=3)

    stand.hybrid("runs", "abandon", run, "--yes")
    restore(stand, 1)
    assert stand.content()["resources"] == json.loads(stand.bodies[0])["resources"]
    assert stand.keys() == [stand.at.key]


def test_what_a_given_up_run_holds_is_released(stand: Stand) -> None:
    arguments = ["--version", stand.versions()[-1], "--yes"]
    killed(stand.hybrid, "state", "restore", "dev", *arguments, at="after:lock")
    held = [stand.at.key, stand.at.lock_key]
    assert stand.keys() == held

    stand.hybrid("runs", "abandon", last(stand.hybrid), "--yes", "--dry-run")
    assert stand.keys() == held
    stand.hybrid("runs", "abandon", last(stand.hybrid), "--yes")

    assert stand.keys() == [stand.at.key]
    restore(stand, 1)


def test_the_lock_of_another_one_stays_when_a_run_is_given_up(stand: Stand) -> None:
    arguments = ["--version", stand.versions()[-1], "--yes"]
    killed(stand.hybrid, "state", "restore", "dev", *arguments, at="after:lock")
    held = stand.lock()

    stand.hybrid("runs", "abandon", last(stand.hybrid), "--yes")

    assert stand.body(stand.at.lock_key) == held


def test_two_runs_are_undone_one_after_the_other(stand: Stand) -> None:
    first, second = restore(stand, 1), restore(stand, 2)
    assert "undo that one first" in undo(stand, first, code=3)

    undo(stand, second)
    assert (marks(stand)[RUN_MARK][-6:], marks(stand)[UNDO_MARK][-6:]) == (first, second)
    assert stand.content()["resources"] == json.loads(stand.bodies[0])["resources"]
    undo(stand, first)

    assert stand.content() == json.loads(stand.bodies[-1]) | {"serial": 7}
    assert RUN_MARK not in marks(stand), "an apply wrote it"
    assert stand.keys() == [stand.at.key]


def test_an_undo_whose_answer_was_lost_writes_once(stand: Stand) -> None:
    run = restore(stand, 1)
    killed(stand.hybrid, "runs", "undo", run, "--yes", at="undo-between:write")
    before = stand.versions()

    undo(stand, run)

    assert stand.versions() == before
    assert stand.keys() == [stand.at.key]


def test_an_undo_that_failed_takes_the_lock_again(stand: Stand) -> None:
    run = restore(stand, 1)
    control.inject_fault(stand.server, "expired", "s3:PutObject", nth=2, count=0)

    assert "log in again" in undo(stand, run, code=1)

    assert stand.keys() == [stand.at.key], "the lock is released"
    control.end_faults(stand.server)
    killed(stand.hybrid, "runs", "undo", run, "--yes", at="undo-between:write")
    assert stand.keys() == [stand.at.key, stand.at.lock_key]
    undo(stand, run)
    assert stand.content()["resources"] == json.loads(stand.bodies[-1])["resources"]
    assert stand.keys() == [stand.at.key]


def test_the_bucket_has_what_was_cleaned_away_here(stand: Stand) -> None:
    run = restore(stand, 1)
    (saved,) = (stand.hybrid.home / "runs").glob("*/before.tfstate")
    saved.unlink()

    undo(stand, run)

    assert stand.content()["resources"] == json.loads(stand.bodies[-1])["resources"]


def test_the_file_has_what_the_bucket_let_go(stand: Stand) -> None:
    replaced = stand.versions()[0]
    run = restore(stand, 1)
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.key, VersionId=replaced)

    undo(stand, run)

    assert stand.content()["resources"] == json.loads(stand.bodies[-1])["resources"]


def test_fails_when_what_was_saved_is_gone(stand: Stand) -> None:
    replaced = stand.versions()[0]
    run = restore(stand, 1)
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.key, VersionId=replaced)
    (saved,) = (stand.hybrid.home / "runs").glob("*/before.tfstate")
    saved.unlink()
    present = stand.body()

    refused = undo(stand, run, code=3)

    assert f"neither its version {replaced} nor {saved} is there" in refused
    assert stand.body() == present
    assert stand.keys() == [stand.at.key]
