"""Going back to an older version, with real Terraform on the S3 backend."""

import json
import stat

import pytest

from operations.local import control
from tests.operations.engine.killing import killed, last
from tests.operations.state.stand import FIRST, Stand


def oldest(stand: Stand) -> list[str]:
    """A restore of the first apply."""
    return ["restore", "--version", stand.versions()[-1], "--from", str(stand.folder), "--yes"]


def assert_untouched(stand: Stand) -> None:
    assert stand.body() == stand.bodies[-1]
    assert len(stand.versions()) == len(stand.bodies)


def test_the_first_of_three_applies_is_restored_and_undone(stand: Stand) -> None:
    stand.state(*oldest(stand))

    assert stand.terraform("state", "list").split() == FIRST
    assert stand.content()["serial"] == json.loads(stand.bodies[-1])["serial"] + 1
    assert {**stand.content(), "serial": 1} == json.loads(stand.bodies[0])
    head = stand.s3.head_object(Bucket=stand.at.bucket, Key=stand.at.key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", stand.at.kms_key)
    report = json.loads(next((stand.hybrid.home / "runs").glob("*.json")).read_text())
    assert report["conclusion"]["differs"] == [], "AWS is as the state of the first apply says"
    (saved,) = (stand.hybrid.home / "runs").glob("*/before.tfstate")
    assert saved.read_bytes() == stand.bodies[-1]
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600

    control.forget_calls(stand.server)
    stand.state("restore", "--version", stand.versions()[0], "--yes")
    assert stand.writes() == {}, "what is there already is not written again"

    undone = stand.hybrid("runs", "undo", last(stand.hybrid), "--yes")
    assert undone.stdout == "The state is as it was before.\n"
    assert "removed" not in undone.stderr, "what the plan said of going forward"
    assert stand.content()["serial"] == json.loads(stand.bodies[-1])["serial"] + 2
    assert stand.content()["resources"] == json.loads(stand.bodies[-1])["resources"]
    assert stand.keys() == [stand.at.key]


def test_a_dry_run_shows_the_resources_and_writes_nothing(stand: Stand) -> None:
    shown = stand.state(*oldest(stand), "--dry-run").stderr

    assert "- aws_ssm_parameter.one" in shown
    assert "0 added, 2 removed, 0 changed" in shown
    assert stand.writes() == {}


def test_fails_when_the_lock_is_held(stand: Stand) -> None:
    held = stand.lock()

    refused = stand.state(*oldest(stand), code=3)

    for text in ("jo@desk", "2026-01-02T03:04:05Z", "terraform force-unlock 0f0e-1"):
        assert text in refused.stderr
    assert_untouched(stand)
    assert stand.body(stand.at.lock_key) == held


def test_fails_when_somebody_takes_the_lock_after_the_plan(stand: Stand) -> None:
    killed(stand.hybrid, "state", "restore", "dev", *oldest(stand)[1:], at="before:lock")
    held = stand.lock()

    refused = stand.hybrid("runs", "resume", last(stand.hybrid), "--yes", code=3)

    assert "jo@desk" in refused.stderr
    assert_untouched(stand)
    assert stand.body(stand.at.lock_key) == held


def test_fails_when_somebody_writes_after_the_plan(stand: Stand) -> None:
    killed(stand.hybrid, "state", "restore", "dev", *oldest(stand)[1:], at="after:lock")
    stand.put(stand.bodies[1])

    refused = stand.hybrid("runs", "resume", last(stand.hybrid), "--yes", code=3)

    assert "was written after the plan" in refused.stderr
    assert stand.body() == stand.bodies[1]
    assert stand.keys() == [stand.at.key], "the lock is released"


def test_fails_when_somebody_writes_past_the_lock(stand: Stand) -> None:
    killed(stand.hybrid, "state", "restore", "dev", *oldest(stand)[1:], at="after:save")
    stand.put(stand.bodies[1])

    refused = stand.hybrid("runs", "resume", last(stand.hybrid), "--yes", code=3)

    assert "past the lock" in refused.stderr
    assert stand.body() == stand.bodies[1]


def test_fails_when_what_is_undone_was_written_over(stand: Stand) -> None:
    stand.without_terraform()
    stand.state(*oldest(stand))
    stand.put(stand.bodies[1])

    refused = stand.hybrid("runs", "undo", last(stand.hybrid), "--yes", code=3)

    assert "somebody else since" in refused.stderr
    assert stand.body() == stand.bodies[1]
    assert stand.keys() == [stand.at.key], "the lock is released"


def test_fails_when_the_lineage_is_another_ones(stand: Stand) -> None:
    foreign = json.loads(stand.bodies[0]) | {"lineage": "11111111-2222-3333-4444-555555555555", "serial": 9}
    stand.put(json.dumps(foreign).encode())
    stand.put(stand.bodies[-1])

    version = stand.versions()[1]
    refused = stand.state("restore", "--version", version, "--yes", code=3)

    assert "11111111-2222-3333-4444-555555555555" in refused.stderr
    assert stand.body() == stand.bodies[-1]
    lineage = ["--lineage", "11111111-2222-3333-4444-555555555555"]
    stand.state("restore", "--version", version, *lineage, "--dry-run")


def test_another_ones_state_is_replaced_with_a_serial_above_both(stand: Stand) -> None:
    content = json.loads(stand.bodies[-1])
    stand.put(json.dumps(content | {"serial": 120}).encode())
    foreign = content | {"lineage": "11111111-2222-3333-4444-555555555555", "serial": 2}
    stand.put(json.dumps(foreign).encode())
    stand.without_terraform()

    arguments = ["--version", "previous", "--lineage", content["lineage"], "--from", str(stand.folder)]
    stand.state("restore", *arguments, "--yes")

    assert stand.content() == content | {"serial": 121}


@pytest.mark.parametrize("by", ["id", "previous"])
@pytest.mark.parametrize("broken", [b"", b'{"version": 4, "ser', None], ids=["empty", "truncated", "deleted"])
def test_a_damaged_or_deleted_state_is_restored(stand: Stand, broken: bytes | None, by: str) -> None:
    if broken is None:
        stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.key)
    else:
        stand.put(broken)
    wanted = stand.versions()[0 if broken is None else 1] if by == "id" else by
    stand.without_terraform()

    stand.state("restore", "--version", wanted, "--from", str(stand.folder), "--yes")

    assert stand.content()["serial"] == json.loads(stand.bodies[-1])["serial"] + 1
    assert stand.content()["resources"] == json.loads(stand.bodies[-1])["resources"]


def test_a_version_is_named_by_its_beginning(stand: Stand) -> None:
    stand.state("restore", "--version", stand.versions()[-1][:6], "--dry-run")

    for wanted in ("nothing", stand.versions()[-1][:3]):
        assert "hybrid state versions dev" in stand.state("restore", "--version", wanted, code=2).stderr


@pytest.mark.parametrize(("kind", "nth"), [("lost", 2), ("throttle", 1), ("500", 2)])
def test_passing_faults_are_survived(stand: Stand, kind: str, nth: int) -> None:
    stand.without_terraform()
    arguments = oldest(stand)
    control.inject_fault(stand.server, kind, "s3:PutObject", nth=nth)

    stand.state(*arguments)

    assert len(stand.versions()) == len(stand.bodies) + 1, "a lost answer does not write twice"
    assert stand.keys() == [stand.at.key]


def test_expired_credentials_stop_and_can_be_continued(stand: Stand) -> None:
    stand.without_terraform()
    arguments = oldest(stand)
    control.inject_fault(stand.server, "expired", "s3:PutObject", nth=2, count=0)
    control.inject_fault(stand.server, "expired", "s3:DeleteObject", count=0)

    failed = stand.state(*arguments, code=1)

    assert "log in again" in failed.stderr
    assert_untouched(stand)
    control.end_faults(stand.server)
    stand.hybrid("runs", "resume", last(stand.hybrid), "--yes")
    assert_untouched(stand)
    assert stand.keys() == [stand.at.key], "the lock is released"
