"""Closing, the postmortem and its 48 hours, and the list. With a clock of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.incident import postmortem, times
from operations.incident.durations import durations, overdue
from operations.incident.record import Header, Record, create, records
from operations.incident.severity import Severity
from tests.operations.incident.stage import hybrid_incident

DAY = datetime(2025, 10, 22, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return DAY + timedelta(hours=int(hour), minutes=int(minute))


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(times, "now", lambda: moment)


@pytest.fixture
def incident(home: Path, set_clock: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch) -> Record:
    """The incident of the operations guide, section 2.4, step 5, until its end."""
    monkeypatch.setattr("operations.incident.webhook.tell", lambda *_: "")
    header = Header(
        id="20251022-1440-fileflow-prod-0001",
        title="FileFlow Prod down",
        service="fileflow",
        environment="prod",
        region="ap-northeast-2",
        account_id="123456789012",
        opened=times.moment(at("14:40")),
        began=times.moment(at("14:30")),
        by="on-call@laptop",
    )
    set_clock(at("14:40"))
    record = create(header, Severity.P0, detected=at("14:32"))
    record.write("note", "release 1.2.4 begins", when=at("14:30"))
    record.write("note", "on-call hears of it", when=at("14:35"), mark="acknowledged")
    record.write("note", "return to 1.2.3 begins", when=at("14:45"))
    record.write("note", "tasks run", when=at("15:10"), mark="mitigated")
    record.write("verified", "all three are well", when=at("15:15"), ok=True)
    set_clock(at("15:20"))
    return record


def write_all(path: Path) -> None:
    text = path.read_text()
    for name, hint in postmortem.SECTIONS.items():
        text = text.replace(
            f"## {name}\n\n<!-- {hint} -->", f"## {name}\n\n<!-- {hint} -->\nWritten: {name}."
        )
    path.write_text(text)


def test_durations_are_computed(incident: Record) -> None:
    found = durations(incident.entries())
    assert found.to_detect == timedelta(minutes=2)
    assert found.to_acknowledge == timedelta(minutes=3)
    assert found.to_mitigate == timedelta(minutes=40)
    assert found.to_recover == timedelta(minutes=45)
    assert not found.late_to_acknowledge(Severity.P0)


def test_a_correction_counts(incident: Record) -> None:
    incident.write("note", "it was later", when=at("14:38"), mark="acknowledged")
    found = durations(incident.entries())
    assert found.to_acknowledge == timedelta(minutes=6)
    assert found.late_to_acknowledge(Severity.P0)
    assert not found.late_to_acknowledge(Severity.P1)


def test_a_bad_verdict_takes_back_the_recovery(incident: Record) -> None:
    incident.write("verified", "alarms ring", when=at("15:17"), ok=False)
    assert durations(incident.entries()).recovered is None
    incident.write("verified", "well", when=at("15:18"), ok=True)
    incident.write("verified", "well", when=at("15:19"), ok=True)
    assert durations(incident.entries()).recovered == at("15:18")


def test_the_document_has_what_the_guide_asks_for(incident: Record) -> None:
    closed = hybrid_incident("close")
    assert closed.out.strip() == str(incident.directory / "postmortem.md")
    assert "due 2025-10-24 15:20 UTC, in 48 h" in closed.err
    text = (incident.directory / "postmortem.md").read_text()
    assert "# Postmortem: FileFlow Prod down" in text
    assert "- **When**: 2025-10-22 14:30 ~ 15:15 UTC (45 min)" in text
    assert "- **Severity**: P0 (nobody can use the service" in text
    assert "- **This document is due**: 2025-10-24 15:20 UTC" in text
    assert "| until acknowledged (MTTA) | 3 min |" in text
    assert "| until recovered (MTTR) | 45 min |" in text
    assert "- 2025-10-22 14:35:00 **acknowledged**: on-call hears of it" in text
    assert "- 2025-10-22 15:15:00 verdict: all three are well" in text
    assert text.index("release 1.2.4 begins") < text.index("noticed") < text.index("P0 declared")
    for name in postmortem.SECTIONS:
        assert f"\n## {name}\n" in text
    assert f"- **Not written yet**: {', '.join(postmortem.SECTIONS)}" in text


def test_what_people_wrote_stays(incident: Record) -> None:
    hybrid_incident("close")
    path = incident.directory / "postmortem.md"
    write_all(path)
    incident.write("note", "one more line", when=at("15:21"))
    done = hybrid_incident("postmortem")
    assert "0001: written" in done.err
    text = path.read_text()
    assert "Written: Root cause." in text
    assert "one more line" in text
    assert "Not written yet" not in text
    hybrid_incident("postmortem", "--incident", "0001")
    assert path.read_text().count("## Timeline") == 1
    assert path.read_text().count("Written: Root cause.") == 1


def test_48_hours_are_in_time_and_a_second_more_is_not(
    incident: Record, set_clock: Callable[[datetime], None]
) -> None:
    hybrid_incident("close")
    due = at("15:20") + timedelta(hours=48)
    assert not overdue(due, due)
    assert overdue(due, due + timedelta(seconds=1))
    set_clock(due)
    hybrid_incident("list")
    hybrid_incident("postmortem", "--incident", "0001", "--check")
    set_clock(due + timedelta(seconds=1))
    late = hybrid_incident("list", code=4)
    assert "overdue postmortems: 20251022-1440-fileflow-prod-0001" in late.err
    assert "OVERDUE since 2025-10-24 15:20:00 UTC; not written: Impact, Root cause" in late.out
    assert "is overdue" in hybrid_incident("postmortem", "--incident", "0001", "--check", code=4).err
    hybrid_incident("postmortem", "--incident", "0001")

    write_all(incident.directory / "postmortem.md")
    hybrid_incident("list")
    hybrid_incident("postmortem", "--incident", "0001")
    assert [one["text"] for one in incident.entries() if one["entry"] == "postmortem"] == [
        "the postmortem is written too late"
    ]


def test_the_list_has_the_means(incident: Record, set_clock: Callable[[datetime], None]) -> None:
    assert hybrid_incident("list", "--json").json["mttr_seconds"] is None
    hybrid_incident("close")
    found = hybrid_incident("list", "--json").json
    assert (found["mtta_seconds"], found["mttr_seconds"]) == (180, 2700)
    [row] = found["incidents"]
    assert (row["state"], row["severity"], row["postmortem"]["overdue"]) == ("closed", "P0", False)
    assert "MTTR 45 min" in hybrid_incident("list").out


def test_an_incident_that_is_open_has_no_due_time(incident: Record) -> None:
    assert "the incident is open" in hybrid_incident("list").out
    hybrid_incident("postmortem", "--incident", "0001", "--check")
    assert not (incident.directory / "postmortem.md").exists()


def test_fails_to_close_while_a_mitigation_stands(incident: Record) -> None:
    incident.write("mitigating", "503", action="maintenance", run="r", before={}, after={}, when=at("14:50"))
    refused = hybrid_incident("close", code=3)
    assert "the mitigation maintenance stands: `hybrid incident revert maintenance`" in refused.err
    assert incident.open
    hybrid_incident("close", "--anyway", "the service is given up")
    [closed] = [one for one in incident.entries() if one["entry"] == "closed"]
    assert "maintenance stands" in closed["text"]
    assert closed["text"].endswith("Reason: the service is given up")


def test_a_rollback_does_not_stand_in_the_way_of_closing(incident: Record) -> None:
    incident.write("mitigating", "back", action="rollback", run="r", before={}, after={}, when=at("14:45"))
    hybrid_incident("close")
    assert not incident.open


@pytest.mark.parametrize(
    ("ok", "message"), [(None, "nobody has verified"), (False, "the last verdict was bad")]
)
def test_fails_to_close_without_a_good_verdict(incident: Record, ok: bool | None, message: str) -> None:
    if ok is None:
        lines = (incident.directory / "timeline.jsonl").read_text().splitlines(keepends=True)
        kept = [line for line in lines if '"verified"' not in line]
        (incident.directory / "timeline.jsonl").write_text("".join(kept))
    else:
        incident.write("verified", "no", ok=False)
    assert message in hybrid_incident("close", code=3).err


def test_closing_twice_and_dry_runs_change_nothing(incident: Record) -> None:
    before = incident.entries()
    hybrid_incident("close", "--dry-run")
    assert incident.entries() == before
    assert "0001: users suffered from" not in hybrid_incident("close").err
    after = incident.entries()
    assert "closed already" in hybrid_incident("close", "--incident", "0001").err
    assert incident.entries() == after
    hybrid_incident("postmortem", "--incident", "0001", "--dry-run")
    assert records()[0].entries() == after


def test_the_recovery_may_be_told(incident: Record) -> None:
    assert "users suffered from" in hybrid_incident("close", "--recovered", "14:00", code=2).err
    hybrid_incident("close", "--recovered", "15:12")
    assert durations(incident.entries()).to_recover == timedelta(minutes=42)


def test_nothing_is_an_empty_list(home: Path) -> None:
    assert hybrid_incident("list").out == f"no incidents in {home / 'incidents'}\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(20, "20 s"), (59.6, "1 min"), (2700, "45 min"), (3900, "1 h 05 min"), (0, "0 s")]
)
def test_lengths_are_readable(seconds: float, text: str) -> None:
    assert times.length(seconds) == text
