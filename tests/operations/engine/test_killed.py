"""SIGKILL at every point of every step: a resume ends as an uninterrupted run, and does nothing twice."""

import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from operations.engine.journal import Journal
from operations.engine.redact import Redactor
from operations.local import control
from tests.operations.engine.conftest import AFTER, BEFORE, World
from tests.operations.engine.example import STEPS
from tests.operations.engine.killing import killed, last, points


@pytest.mark.parametrize("at", points(STEPS))
def test_a_resume_ends_as_an_uninterrupted_run(world: World, at: str) -> None:
    killed(world.hybrid, *world.switch("--yes"), at=at)

    refused = world.hybrid(*world.switch("--yes"), code=3)
    assert f"hybrid runs resume {last(world.hybrid)}" in refused.stderr
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")

    assert world.state() == AFTER
    saved = [entry for entry in world.hybrid.entries() if entry["entry"] == "saved"]
    assert [entry["answer"] for entry in saved] == [
        {"Parameter.Value": BEFORE["endpoint"]},
        {"services[0].desiredCount": 1},
    ]
    before = world.writes()
    world.hybrid(*world.switch("--yes"))
    assert world.writes() == before, "a second complete run writes nothing"


@pytest.mark.parametrize(
    ("step", "writes"),
    [
        ("point", {"ssm:PutParameter": 3, "ecs:UpdateService": 1}),
        ("scale", {"ssm:PutParameter": 3, "ecs:UpdateService": 1}),
        ("store", {"ssm:PutParameter": 4, "ecs:UpdateService": 1}),
    ],
)
def test_what_a_probe_finds_done_is_not_sent_again(world: World, step: str, writes: dict[str, int]) -> None:
    killed(world.hybrid, *world.switch("--yes"), at=f"between:{step}")
    time.sleep(0.5)  # the tasks have started by then
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")

    # Only `store` has nothing to ask. Taking the lock again is refused, and counts as well.
    expected = {**writes, "ssm:PutParameter": writes["ssm:PutParameter"] + 1}
    assert {name: count for name, count in world.writes().items() if name in expected} == expected


def test_killed_while_waiting(world: World) -> None:
    control.set_speed(world.hybrid.server, 0)
    killed(world.hybrid, *world.switch("--yes"), at="waiting:scale")
    control.set_speed(world.hybrid.server, 600)

    world.hybrid("runs", "resume", last(world.hybrid), "--yes")

    assert world.state() == AFTER
    assert world.writes()["ecs:UpdateService"] == 1


@pytest.mark.parametrize("at", points(3, ["undo-between", "undo-after"]))
def test_an_undo_continues(world: World, at: str) -> None:
    world.hybrid(*world.switch("--yes"))
    run = last(world.hybrid)
    killed(world.hybrid, "runs", "undo", run, "--yes", at=at)

    verb = "resume" if at.startswith("undo-after") else "undo"  # both go on with it
    world.hybrid("runs", verb, run, "--yes")

    assert world.state() == {**BEFORE, "messages": "1", "files": ["3"]}


def test_an_unfinished_run_can_be_undone_or_abandoned(world: World) -> None:
    killed(world.hybrid, *world.switch("--yes"), at="between:scale")
    run = last(world.hybrid)
    assert [row["state"] for row in json.loads(world.hybrid("runs", "list", "--json").stdout)] == [
        "interrupted"
    ]
    world.hybrid("runs", "undo", run, "--yes")
    assert world.state() == BEFORE

    killed(world.hybrid, *world.switch("--yes"), at="after:point")
    world.hybrid("runs", "abandon", last(world.hybrid), "--yes")
    assert world.state() == {**BEFORE, "endpoint": "new.example.com"}
    world.hybrid("runs", "resume", last(world.hybrid), "--yes", code=3)
    world.hybrid(*world.switch("--yes"))
    assert world.state() == AFTER


def test_a_dry_run_of_a_resume_writes_nothing(world: World) -> None:
    killed(world.hybrid, *world.switch("--yes"), at="after:store")
    before, journal = world.writes(), world.hybrid.journals()[-1].read_bytes()

    shown = world.hybrid("runs", "resume", last(world.hybrid), "--dry-run").stderr

    assert "scale: 3 tasks" in shown
    assert "point" not in shown.replace("stopped at step", "")
    assert world.writes() == before
    assert world.hybrid.journals()[-1].read_bytes() == journal


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_says_how_to_go_on(world: World, sign: signal.Signals) -> None:
    control.set_speed(world.hybrid.server, 0)
    process = _started(world)
    running = json.loads(world.hybrid("runs", "list", "--json").stdout)
    process.send_signal(sign)
    _, said = process.communicate(timeout=30)
    control.set_speed(world.hybrid.server, 600)

    assert running[0]["state"] == "running"
    assert process.returncode == 130, said
    assert f"hybrid runs resume {last(world.hybrid)}" in said
    assert "Traceback" not in said
    assert world.hybrid.entries()[-1]["entry"] == "interrupted"
    world.hybrid("runs", "resume", last(world.hybrid), "--yes")
    assert world.state() == AFTER


def test_an_interrupt_puts_everything_back_where_it_must(world: World) -> None:
    control.set_speed(world.hybrid.server, 0)
    process = _started(world, "--undo-on-failure")
    process.send_signal(signal.SIGTERM)
    control.set_speed(world.hybrid.server, 600)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "What it had changed was put back" in said
    assert world.state() == BEFORE


def test_two_runs_of_one_target_exclude_each_other(world: World) -> None:
    control.set_speed(world.hybrid.server, 0)
    process = _started(world)
    try:
        here = world.hybrid("switch", "other.example.com", "--yes", code=3)
        there = replace(world.hybrid, home=world.hybrid.home.with_name("other"))
        elsewhere = there("switch", "other.example.com", "--yes", code=3)
    finally:
        process.kill()
        process.communicate()
    control.set_speed(world.hybrid.server, 600)

    assert f"runs on this machine, process {process.pid}" in here.stderr
    assert f"{world.hybrid.journals()[-1].stem} at" in elsewhere.stderr
    assert "Nothing was changed" in elsewhere.stderr
    assert world.state()["endpoint"] == "new.example.com"
    world.hybrid("runs", "unlock", "example-switch", "test/app", "--region", "ap-northeast-2", "--yes")
    there("switch", "other.example.com", "--yes")
    assert world.state()["endpoint"] == "other.example.com"


def test_a_torn_last_line_is_as_if_it_had_never_begun(world: World) -> None:
    killed(world.hybrid, *world.switch("--yes"), at="between:point")
    path = world.hybrid.journals()[-1]
    with path.open("ab") as file:
        file.write(b'{"at":"2026-01-01T00:00:00Z","entry":"cal')
    assert Journal(path, Redactor()).entries()[-1]["entry"] == "started"

    world.hybrid("runs", "resume", last(world.hybrid), "--yes")

    assert world.state() == AFTER
    assert all(json.loads(line) for line in path.read_text().splitlines())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"schema":1', '"schema":99', "journals have schema 99"),
        ("new.example.com", "evil.example.com", "is not the one that was agreed to"),
        ('"embedded":true', '"embedded":false', "is of a real AWS"),
        ("}\n", "x\n", "is damaged"),
    ],
)
def test_fails_when_the_journal_is_of_another_version_or_place(
    world: World, old: str, new: str, message: str
) -> None:
    killed(world.hybrid, *world.switch("--yes"), at="after:point")
    path = world.hybrid.journals()[-1]
    path.write_text(path.read_text().replace(old, new))
    before = world.writes()

    refused = world.hybrid("runs", "resume", last(world.hybrid), "--yes", code=None)

    assert refused.returncode in (1, 3)
    assert message in refused.stderr
    assert world.writes() == before


def test_the_kill_switch_is_dead_on_a_real_aws(tmp_path: Path) -> None:
    code = "from operations.engine import crash; crash.point('after', 1, 'x'); print('alive')"
    for endpoint, status in (("https://ssm.ap-northeast-2.amazonaws.com", 0), ("http://127.0.0.1:9", -9)):
        environment = os.environ | {"AWS_ENDPOINT_URL": endpoint, "HYBRID_TEST_KILL": "after:1"}
        done = subprocess.run(["python3", "-c", code], env=environment, capture_output=True, check=False)
        assert done.returncode == status


def _started(world: World, *more: str) -> "subprocess.Popen[str]":
    """A run that waits for tasks which do not start."""
    process = subprocess.Popen(
        world.hybrid.command(*world.switch("--yes", *more)),
        env=world.hybrid.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        written = world.hybrid.journals() and world.hybrid.journals()[-1].read_text()
        if '"entry":"called","step":"scale"' in (written or ""):
            return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[1])
