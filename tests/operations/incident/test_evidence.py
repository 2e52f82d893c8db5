"""Collecting evidence from the embedded AWS."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.incident import patience
from operations.incident.evidence.sources import SOURCES
from operations.incident.evidence.window import Window
from operations.incident.record import Record
from operations.local import control
from tests.operations.incident.stage import ALARM, Stage, hybrid_incident

CANARY = "Canary-in-a-log"
LOOKUP = "cloudtrail:LookupEvents"
PAGE = 50
"""Events that CloudTrail tells at once."""


@pytest.fixture
def troubled(stage: Stage) -> Record:
    """An incident with something to find in every source."""
    world, place = stage.world, stage.world.place
    logs, group = stage.aws("logs"), world.names["logs"]
    logs.create_log_stream(logGroupName=group, logStreamName="app/1")
    now = int(time.time() * 1000)
    lines = ["ERROR one", f"ERROR login failed DB_PASSWORD={CANARY}", "INFO fine", "Exception: two"]
    events = [{"timestamp": now - 60_000 + number, "message": line} for number, line in enumerate(lines)]
    events.insert(0, {"timestamp": now - 7_200_000, "message": "ERROR long before"})
    logs.put_log_events(logGroupName=group, logStreamName="app/1", logEvents=events)
    for number, name in enumerate((place.family, "fileflow-dev")):
        segment = {
            "trace_id": f"1-{int(time.time()):08x}-{number:024x}",
            "id": f"{number:016x}",
            "name": name,
            "start_time": time.time() - 60,
            "end_time": time.time() - 59,
            "http": {"response": {"status": 503}},
        }
        stage.aws("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    stage.set_alarm("ALARM")
    world.deploy("1.1.0")
    control.pass_time(stage.emulator, 900)
    return stage.open()


def collected(record: Record) -> dict[str, Any]:
    """Contents of the newest collection, by source."""
    entry = [one for one in record.entries() if one["entry"] == "evidence"][-1]
    for one in entry["files"]:
        data = (record.directory / one["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"]
    return {
        Path(one["file"]).stem: json.loads((record.directory / one["file"]).read_bytes())
        for one in entry["files"]
    }


def test_every_source_is_saved_with_its_sum(stage: Stage, troubled: Record) -> None:
    control.forget_calls(stage.emulator)
    hybrid_incident("evidence", "--pattern", "")
    assert not stage.writes()
    found = collected(troubled)
    assert list(found) == [one.name for one in SOURCES]
    messages = [one["message"] for one in found["logs"]["items"]]
    assert messages == ["ERROR one", "ERROR login failed DB_PASSWORD=<hidden>", "INFO fine", "Exception: two"]
    [trace] = found["traces"]["items"]
    assert trace["Http"]["HttpStatus"] == 503
    assert found["tasks"]["items"][0]["stoppedReason"]
    assert found["service"]["items"][0]["desiredCount"] == 2
    assert any("has started" in one.get("message", "") for one in found["service"]["items"])
    assert [one["status"] for one in found["deployments"]["items"]] == ["Succeeded"]
    summaries = [one["HistorySummary"] for one in found["alarms"]["items"]]
    assert summaries == ["Alarm updated from OK to ALARM"]
    assert found["alarms"]["items"][0]["AlarmName"] == ALARM
    assert found["alarms"]["items"][0]["HistoryData"]["newState"]["stateValue"] == "ALARM"
    names = {one["EventName"] for one in found["changes"]["items"]}
    assert {"CreateDeployment", "SetAlarmState"} <= names
    assert not names & {"DescribeServices"}
    assert "CreateRole" in {one["EventName"] for one in found["global-changes"]["items"]}
    states = [
        target["TargetHealth"]["State"] for one in found["targets"]["items"] for target in one["Targets"]
    ]
    assert states == ["healthy", "healthy"]
    everything = "".join(path.read_text() for path in troubled.directory.rglob("*") if path.is_file())
    assert CANARY not in everything


def test_a_time_range_and_a_limit_are_kept(stage: Stage, troubled: Record) -> None:
    hybrid_incident("evidence", "--source", "logs", "--since", "3h", "--until", "1h", "--pattern", "")
    assert [one["message"] for one in collected(troubled)["logs"]["items"]] == ["ERROR long before"]
    done = hybrid_incident(
        "evidence", "--source", "logs", "--source", "changes", "--limit", "2", "--pattern", ""
    )
    assert "logs: 2, and there are more" in done.err
    found = collected(troubled)
    assert {name: (len(one["items"]), one["cut"]) for name, one in found.items()} == {
        "logs": (2, True),
        "changes": (2, True),
    }
    hybrid_incident("evidence", "--source", "logs", "--pattern", "ERROR")
    assert len(collected(troubled)["logs"]["items"]) == 2


def test_what_cannot_be_had_is_noted_and_the_rest_collected(stage: Stage, troubled: Record) -> None:
    control.inject_fault(stage.emulator, "expired", "xray:GetTraceSummaries", count=0)
    control.inject_fault(stage.emulator, "500", "cloudtrail", region="us-east-1", count=0)
    done = hybrid_incident("evidence", "--json")
    missing = {one["source"]: one["error"] for one in done.json["pieces"] if one["error"]}
    assert set(missing) == {"traces", "global-changes"}
    assert missing["traces"].startswith("xray:GetTraceSummaries failed:")
    entry = [one for one in troubled.entries() if one["entry"] == "evidence"][-1]
    assert entry["missing"] == ["traces", "global-changes"]
    assert set(collected(troubled)) == {one.name for one in SOURCES} - set(missing)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)


def change_much(stage: Stage) -> None:
    """More changes than CloudTrail tells at once."""
    for _ in range(PAGE + 10):
        stage.set_alarm("OK")


@pytest.mark.usefixtures("impatient")
def test_a_source_that_is_throttled_for_a_while_is_asked_to_its_end(stage: Stage, troubled: Record) -> None:
    change_much(stage)
    times = patience.THROTTLED_ATTEMPTS - 1
    control.inject_fault(stage.emulator, "throttle", LOOKUP, region="ap-northeast-2", nth=2, count=times)
    done = hybrid_incident("evidence", "--source", "changes")
    found = collected(troubled)["changes"]
    assert (len(found["items"]) > PAGE, found["cut"]) == (True, False)
    assert "broke off" not in done.err


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("kind", "says"), [("throttle", "ThrottlingException"), ("expired", "ExpiredTokenException")]
)
def test_a_source_that_breaks_off_keeps_what_it_told(
    stage: Stage, troubled: Record, kind: str, says: str
) -> None:
    change_much(stage)
    control.inject_fault(stage.emulator, kind, LOOKUP, region="ap-northeast-2", nth=2, count=0)
    done = hybrid_incident("evidence", "--source", "changes", "--json")
    [piece] = done.json["pieces"]
    assert (piece["items"], piece["cut"], piece["error"]) == (PAGE, True, "")
    assert f"changes: {PAGE}, and there are more (CloudTrail may" in done.err
    found = collected(troubled)["changes"]
    assert len(found["items"]) == PAGE
    assert found["cut"]
    assert f"it broke off: An error occurred ({says}) when calling the LookupEvents" in found["note"]
    entry = [one for one in troubled.entries() if one["entry"] == "evidence"][-1]
    assert f"it broke off: An error occurred ({says})" in entry["text"]
    assert not entry["missing"]


@pytest.mark.usefixtures("impatient")
def test_a_source_that_tells_nothing_is_not_collected(stage: Stage, troubled: Record) -> None:
    control.inject_fault(stage.emulator, "throttle", LOOKUP, count=0)
    control.forget_calls(stage.emulator)
    failed = hybrid_incident("evidence", "--source", "changes", code=1)
    assert "changes: not collected: cloudtrail:LookupEvents failed:" in failed.err
    assert control.calls(stage.emulator)[LOOKUP] == patience.THROTTLED_ATTEMPTS


def test_a_source_without_an_answer_is_asked_no_more_often(stage: Stage, troubled: Record) -> None:
    control.inject_fault(stage.emulator, "500", LOOKUP, count=0)
    control.forget_calls(stage.emulator)
    hybrid_incident("evidence", "--source", "changes", code=1)
    assert control.calls(stage.emulator)[LOOKUP] == patience.ATTEMPTS


@pytest.mark.usefixtures("impatient")
def test_the_second_of_two_target_groups_does_not_take_the_first_along(
    stage: Stage, troubled: Record
) -> None:
    operation = "elasticloadbalancing:DescribeTargetHealth"
    control.inject_fault(stage.emulator, "throttle", operation, nth=2, count=0)
    hybrid_incident("evidence", "--source", "targets")
    found = collected(troubled)["targets"]
    assert (len(found["items"]), found["cut"]) == (1, True)
    assert "it broke off" in found["note"]


def test_a_region_that_is_down_is_noted(stage: Stage, troubled: Record) -> None:
    control.inject_fault(stage.emulator, "500", region="ap-northeast-2", count=0)
    done = hybrid_incident("evidence", "--source", "targets", "--source", "global-changes")
    assert "targets: not collected: elasticloadbalancing" in done.err
    assert set(collected(troubled)) == {"global-changes"}
    failed = hybrid_incident("evidence", "--source", "targets", code=1)
    assert "no evidence could be had" in failed.err


def test_a_dry_run_asks_nobody(stage: Stage) -> None:
    record = stage.open()
    control.forget_calls(stage.emulator)
    done = hybrid_incident("evidence", "--dry-run")
    assert "traces: traces with a fault or a 5xx (xray:GetTraceSummaries)" in done.err
    assert not control.calls(stage.emulator)
    assert not (record.directory / "evidence").exists()


def test_a_file_that_was_changed_shows(stage: Stage) -> None:
    record = stage.open()
    hybrid_incident("evidence", "--source", "targets")
    [file] = (record.directory / "evidence").rglob("targets.json")
    file.write_text("{}")
    path = Path(hybrid_incident("postmortem", "--incident", record.id).out.strip())
    assert f"**{file.relative_to(record.directory)} is no longer what was collected**" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--source", "gossip"), "--source gossip: give some of logs, traces"),
        (("--since", "1m", "--until", "2m"), "is not before --until"),
    ],
)
def test_fails_when_told_nonsense(stage: Stage, arguments: tuple[str, ...], message: str) -> None:
    stage.open()
    assert message in hybrid_incident("evidence", *arguments, code=2).err


def test_a_long_window_is_asked_for_in_parts() -> None:
    until = datetime(2026, 11, 23, 12, tzinfo=UTC)
    window = Window(until - timedelta(hours=14), until, 1, "")
    parts = list(window.parts(timedelta(hours=6)))
    assert [(end - start).total_seconds() / 3600 for start, end in parts] == [6, 6, 2]
    assert (parts[0][1], parts[-1][0]) == (until, window.since)
