"""A whole run against the embedded AWS: what it shows, asks, changes, keeps and reports."""

import json
from dataclasses import replace

from tests.operations.engine.conftest import AFTER, BEFORE, World
from tests.operations.engine.killing import last


def test_a_run_changes_what_it_says_and_a_second_one_writes_nothing(world: World) -> None:
    done = world.hybrid(*world.switch("--yes"))

    assert world.state() == AFTER
    assert "  1  point: /app/endpoint names new.example.com" in done.stderr
    assert world.writes() == {
        "ssm:PutParameter": 3,
        "ssm:DeleteParameter": 1,
        "ecs:UpdateService": 1,
        "sqs:SendMessage": 1,
    }, "the lock, the two parameters, and the rest"
    before = world.writes()
    again = world.hybrid(*world.switch("--yes"))
    assert "nothing to change" in again.stderr
    assert world.writes() == before
    assert len(world.hybrid.journals()) == 1
    assert {
        oct((world.hybrid.home / "runs").stat().st_mode),
        oct(world.hybrid.journals()[0].stat().st_mode),
    } == {
        "0o40700",
        "0o100600",
    }, "for their owner only"


def test_a_dry_run_shows_the_plan_and_writes_nothing(world: World) -> None:
    done = world.hybrid(*world.switch("--dry-run"))

    assert "point: /app/endpoint names new.example.com" in done.stderr
    assert "ssm:PutParameter (ap-northeast-2)" in done.stderr
    assert world.writes() == {}
    assert world.state() == BEFORE
    assert not world.hybrid.home.exists()


def test_json_is_one_event_a_line_and_a_result(world: World) -> None:
    lines = world.hybrid(*world.switch("--yes", "--json")).stdout.splitlines()

    events = [json.loads(line) for line in lines]
    names = [(event["event"], event.get("step")) for event in events]
    assert names[:3] == [("saved", "point"), ("started", "point"), ("called", "point")]
    assert ("waiting", "scale") in names
    result = events[-1]
    assert result["event"] == "result"
    assert result["state"] == "done"
    assert result["conclusion"] == {"tasks": 3}
    assert [step["state"] for step in result["steps"]] == ["done"] * 5
    planned = json.loads(world.hybrid("switch", "x.example.com", "--dry-run", "--json").stdout)
    assert planned["state"] == "planned"
    assert [step["id"] for step in planned["steps"]] == ["point", "store", "scale", "tell", "record"]


def test_the_report_has_measured_times_and_what_was_replaced(world: World) -> None:
    done = world.hybrid(*world.switch("--yes"))

    path = world.hybrid.journals()[-1].with_suffix(".md")
    assert str(path) in done.stderr
    report = path.read_text()
    assert "# example-switch test/app: done" in report
    assert "Parameter.Value was `old.example.com`" in report
    assert "3 tasks run." in report
    data = json.loads(path.with_suffix(".json").read_text())
    seconds = {step["id"]: step["seconds"] for step in data["steps"]}
    assert seconds["scale"] > 0.05, "tasks take a minute of AWS to start"
    assert sum(seconds.values()) <= data["seconds"]


def test_an_objective_that_is_missed_ends_with_4(world: World) -> None:
    done = world.hybrid(*world.switch("--count", "4", "--yes"), code=4)

    assert "4 tasks are more than 3" in done.stderr
    assert (
        "**Breached:** 4 tasks are more than 3" in world.hybrid.journals()[-1].with_suffix(".md").read_text()
    )


def test_fails_when_nobody_can_answer(world: World) -> None:
    refused = world.hybrid(*world.switch(), code=3)

    assert "nobody can answer here; add --yes" in refused.stderr
    assert world.writes() == {}


def test_fails_when_danger_is_agreed_to_with_a_mere_yes(world: World) -> None:
    refused = world.hybrid(*world.switch("--danger", "--yes"), code=3)
    assert "add --confirm app" in refused.stderr
    assert "cannot be brought back: the old endpoint" in refused.stderr
    wrong = world.hybrid(*world.switch("--danger", "--confirm", "other"), code=2)
    assert "--confirm other is not app" in wrong.stderr
    assert world.writes() == {}

    world.hybrid(*world.switch("--danger", "--confirm", "app"))
    assert world.state() == AFTER


def test_fails_when_the_account_is_another(world: World) -> None:
    other = replace(world.hybrid, more={"EXAMPLE_ACCOUNT": "999999999999"})
    refused = other(*world.switch("--yes"), code=3)

    assert "these credentials are of account 123456789012" in refused.stderr
    assert "Nothing was changed" in refused.stderr
    assert world.writes() == {}


def test_undo_puts_back_what_a_run_changed(world: World) -> None:
    world.hybrid(*world.switch("--yes"))

    done = world.hybrid("runs", "undo", last(world.hybrid), "--yes")

    assert "tell has no undo: one message, and never two" in done.stderr
    assert world.state() == {**BEFORE, "messages": "1", "files": ["3"]}
    assert [entry["step"] for entry in world.hybrid.entries() if entry["entry"] == "undone"] == [
        "scale",
        "store",
        "point",
    ]
    again = world.hybrid("runs", "undo", last(world.hybrid), "--yes", code=3)
    assert "is undone: there is nothing to undo" in again.stderr


def test_fails_when_a_later_run_would_be_undone_with_it(world: World) -> None:
    world.hybrid(*world.switch("--yes"))
    first = last(world.hybrid)
    world.hybrid("switch", "newer.example.com", "--yes")

    refused = world.hybrid("runs", "undo", first, "--yes", code=3)

    assert "undo that one first" in refused.stderr
    assert world.state()["endpoint"] == "newer.example.com"


def test_list_and_show_tell_what_was_done(world: World) -> None:
    world.hybrid(*world.switch("--yes"))
    run = last(world.hybrid)

    [row] = json.loads(world.hybrid("runs", "list", "--json").stdout)
    shown = world.hybrid("runs", "show", run).stdout
    data = json.loads(world.hybrid("runs", "show", run, "--json").stdout)

    assert (row["kind"], row["target"], row["state"]) == ("example-switch", "test/app", "done")
    assert f"{row['run']}  done" in world.hybrid("runs", "list").stdout
    assert "saved        point  Parameter.Value=old.example.com" in shown
    assert [entry["entry"] for entry in data["timeline"]][:2] == ["planned", "confirmed"]
    assert "no run is named" in world.hybrid("runs", "show", "zzzzzz", code=2).stderr
