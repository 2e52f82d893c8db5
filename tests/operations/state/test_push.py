"""Writing a file as the state: what is refused leaves every byte in the bucket."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.local import control
from tests.operations.engine.killing import last
from tests.operations.state.stand import Stand


def changed(body: bytes, **fields: Any) -> bytes:
    return json.dumps(json.loads(body) | fields).encode()


REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is empty"),
    "blank": (lambda _: b"\n ", "is empty"),
    "truncated": (lambda body: body[: len(body) // 2], "ends in the middle"),
    "no state": (lambda _: b"[]", "it is no JSON object"),
    "old format": (lambda body: changed(body, version=3), "version is 3"),
    "no serial": (lambda body: changed(body, serial="7"), "serial is '7'"),
    "no lineage": (lambda body: changed(body, lineage=""), "lineage is missing"),
    "no resources": (lambda body: changed(body, resources=[]), "holds no resources"),
    "broken resources": (lambda body: changed(body, resources=[{"type": "x"}]), "resources is no list"),
    "foreign": (lambda body: changed(body, lineage="another"), "has the lineage another"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_fails_when_the_file_is(stand: Stand, tmp_path: Path, what: str) -> None:
    make, message = REFUSED[what]
    file = tmp_path / "given.tfstate"
    file.write_bytes(make(stand.bodies[0]))

    refused = stand.state("push", str(file), "--yes", code=3)

    assert message in refused.stderr
    assert stand.body() == stand.bodies[-1]
    assert stand.writes() == {}


def test_fails_when_the_lock_is_held(stand: Stand, tmp_path: Path) -> None:
    (file := tmp_path / "given.tfstate").write_bytes(stand.bodies[0])
    stand.lock()

    assert "jo@desk" in stand.state("push", str(file), "--yes", code=3).stderr
    assert stand.body() == stand.bodies[-1]


def test_fails_when_there_is_no_such_file(stand: Stand) -> None:
    assert "nothing.tfstate" in stand.state("push", "nothing.tfstate", "--yes", code=2).stderr


def test_an_older_serial_is_raised(stand: Stand, tmp_path: Path) -> None:
    (file := tmp_path / "given.tfstate").write_bytes(stand.bodies[0])
    stand.without_terraform()
    assert "- aws_ssm_parameter.two" in stand.state("push", str(file), "--dry-run").stderr
    assert stand.writes() == {}

    stand.state("push", str(file), "--yes")

    assert stand.content() == json.loads(stand.bodies[0]) | {"serial": 4}
    control.forget_calls(stand.server)
    stand.state("push", str(file), "--yes")
    assert stand.writes() == {}, "a second time there is nothing to do"


def test_fails_when_the_file_changes_on_the_way(stand: Stand, tmp_path: Path) -> None:
    (file := tmp_path / "given.tfstate").write_bytes(stand.bodies[0])
    stand.state("push", str(file), "--yes", code=None, kill="after:save")
    file.write_bytes(stand.bodies[1])

    refused = stand.hybrid("runs", "resume", last(stand.hybrid), "--yes", code=3)

    assert "is not what it was" in refused.stderr
    assert stand.body() == stand.bodies[-1]
    assert stand.keys() == [stand.at.key]


@pytest.mark.parametrize("left", [None, b"", b'{"version": 4, "ser'], ids=["nothing", "empty", "truncated"])
def test_a_state_that_is_only_in_a_file_is_pushed_and_undone(
    stand: Stand, tmp_path: Path, left: bytes | None
) -> None:
    stand.empty()
    if left is not None:
        stand.put(left)
    (file := tmp_path / "given.tfstate").write_bytes(stand.bodies[-1])
    stand.without_terraform()

    what = "gone" if left is None else "damaged"
    shown = stand.state("push", str(file), "--dry-run").stderr
    assert f"every version of s3://{stand.at.bucket}/{stand.at.key} is {what}" in shown
    stand.state("push", str(file), "--yes")

    assert stand.content() == json.loads(stand.bodies[-1]) | {"serial": 4}
    assert stand.keys() == [stand.at.key]
    stand.hybrid("runs", "undo", last(stand.hybrid), "--yes")
    if left is None:
        assert stand.keys() == []
    else:
        assert stand.body() == left


def test_fails_when_somebody_writes_what_was_not_there(stand: Stand, tmp_path: Path) -> None:
    stand.empty()
    (file := tmp_path / "given.tfstate").write_bytes(stand.bodies[-1])
    stand.without_terraform()
    stand.state("push", str(file), "--yes", code=None, kill="after:save")
    stand.put(stand.bodies[0])

    refused = stand.hybrid("runs", "resume", last(stand.hybrid), "--yes", code=3)

    assert "past the lock" in refused.stderr
    assert stand.body() == stand.bodies[0]
