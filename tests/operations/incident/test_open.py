"""Declaring an incident, telling the channel, and the timeline."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from operations.incident import record, times, webhook
from operations.incident.record import records
from operations.local import control
from tests.operations.engine.secrecy import assert_nowhere, watched
from tests.operations.incident.stage import (
    SECOND_REGION,
    WEBHOOK_SECRET,
    Channel,
    Stage,
    channel,
    hybrid_incident,
)

OPEN = ("open", "fileflow", "All tasks <crashed>", "--env", "prod", "--severity", "P0")
PLANTED = "Canary-9c41d7"


def noted(kind: str) -> list[str]:
    return [one["text"] for one in records()[0].entries() if one["entry"] == kind]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "FIRST_PAUSE", 0.01)


def test_the_channel_is_told_what_happened(stage: Stage, slack: Channel) -> None:
    done = hybrid_incident(*OPEN, "--since", "30m", "--detected", "10m")
    assert "call on-call, their deputy and the head of the team" in done.err
    [one] = records()
    assert done.out.strip() == one.id
    [heard] = slack.heard
    assert heard["text"].startswith("P0 All tasks &lt;crashed&gt; (fileflow in prod): declared; users suffer")
    [attachment] = heard["attachments"]
    assert attachment["color"] == "#d00000"
    values = {field["title"]: field["value"] for field in attachment["fields"]}
    assert (values["Service"], values["Severity"], values["Incident"]) == ("fileflow in prod", "P0", one.id)
    assert [entry["entry"] for entry in one.entries()] == ["began", "detected", "opened", "told"]
    opened = one.entries()[2]
    assert opened["severity"] == "P0"
    assert times.parsed(opened["when"]) - times.parsed(one.header.began) >= timedelta(minutes=30)


def test_the_url_is_nowhere_but_on_its_way(stage: Stage) -> None:
    with channel(PLANTED) as slack:
        stage.write_webhook(slack.url)
        # The first answer tells nothing of use, and the error that it makes holds the URL.
        slack.answers[:] = [500, 404]
        process = stage.hybrid
        import subprocess

        running = subprocess.Popen(
            process.command("incident", *OPEN),
            env=process.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with watched(running) as seen:
            out, err = running.communicate(timeout=60)
        assert running.returncode == 0, err
        assert slack.asked == 2
    assert_nowhere(stage.home, out, err, seen)
    assert noted("not told") == ["the webhook answered 404"]


@pytest.mark.usefixtures("impatient")
def test_it_tries_again_while_the_channel_is_busy(stage: Stage, slack: Channel) -> None:
    slack.answers[:] = [503, 429]
    hybrid_incident(*OPEN)
    assert (slack.asked, len(slack.heard)) == (3, 1)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("answers", "asked"), [([404], 1), ([302], 1), ([500, 500, 500], 3)])
def test_a_channel_that_refuses_is_noted_and_nothing_fails(
    stage: Stage, slack: Channel, answers: list[int], asked: int
) -> None:
    slack.answers[:] = list(answers)
    done = hybrid_incident(*OPEN)
    assert (slack.asked, slack.heard) == (asked, [])
    assert noted("not told") == [f"the webhook answered {answers[-1]}"]
    assert "the channel could not be told" in done.err


@pytest.mark.usefixtures("impatient")
def test_a_channel_that_is_down_is_noted_and_nothing_fails(stage: Stage) -> None:
    stage.write_webhook("http://127.0.0.1:9/services/secret-path")
    hybrid_incident(*OPEN)
    assert noted("not told") == ["the webhook does not answer (ConnectionRefusedError)"]


def test_without_a_secret_or_without_a_region_it_goes_on(stage: Stage, slack: Channel) -> None:
    stage.aws("secretsmanager").delete_secret(SecretId=WEBHOOK_SECRET, ForceDeleteWithoutRecovery=True)
    hybrid_incident(*OPEN)
    [text] = noted("not told")
    assert text == "the webhook's URL is not to be had: " + "; ".join(
        f"the secret {WEBHOOK_SECRET} ({region}) holds no value"
        for region in ("ap-northeast-2", SECOND_REGION)
    )
    stage.write_webhook(slack.url, SECOND_REGION)
    hybrid_incident("note", "worse", "--severity", "P1")
    assert len(slack.heard) == 1


@pytest.mark.parametrize("url", ["http://hooks.example.com/x", "nonsense", "ftp://127.0.0.1/x", " "])
def test_fails_to_tell_when_the_secret_is_no_https_url(stage: Stage, url: str) -> None:
    stage.write_webhook(url)
    hybrid_incident(*OPEN)
    assert noted("not told") == [
        f"the secret {WEBHOOK_SECRET} holds no https:// URL; write the webhook's URL into it"
    ]


def test_a_second_incident_of_a_service_has_to_be_meant(stage: Stage) -> None:
    hybrid_incident(*OPEN)
    refused = hybrid_incident(*OPEN, code=3)
    assert f"{records()[0].id} of fileflow in prod is open" in refused.err
    hybrid_incident(*OPEN, "--another")
    assert len(records()) == 2
    ambiguous = hybrid_incident("note", "which?", code=2)
    assert "2 incidents are open; name one with --incident" in ambiguous.err
    hybrid_incident("note", "this one", "--incident", records()[0].id.rpartition("-")[2])
    assert noted("note") == ["this one"]


def test_a_dry_run_writes_and_tells_nothing(stage: Stage, slack: Channel) -> None:
    control.forget_calls(stage.emulator)
    hybrid_incident(*OPEN, "--dry-run")
    assert not records()
    assert not slack.asked
    assert not control.calls(stage.emulator)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("open", "fileflow", "x", "--env", "prod", "--severity", "P3"), "P0  nobody can use the service"),
        (("open", "fileflow", " ", "--env", "prod", "--severity", "P1"), "needs a title"),
        (("open", "nothing", "x", "--env", "prod", "--severity", "P1"), "nothing: no service of prod"),
        ((*OPEN, "--since", "yesterday"), "--since yesterday: not a time; use 14:30 (UTC)"),
        ((*OPEN, "--since", "2999-01-01T00:00Z"), "is in the future"),
        ((*OPEN, "--since", "5m", "--detected", "10m"), "it was noticed after it began"),
        (("note", "x"), "no incident is open"),
    ],
)
def test_fails_when_told_nonsense(home: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in hybrid_incident(*arguments, code=2).err
    assert not records()


def test_the_severity_changes_and_the_channel_hears_of_it(stage: Stage, slack: Channel) -> None:
    hybrid_incident(*OPEN)
    hybrid_incident("note", "uploads work again", "--severity", "P2")
    assert records()[0].severity == "P2"
    assert slack.heard[-1]["text"].endswith("P0 becomes P2: uploads work again")
    for more in (("--at", "5m"), ("--mark", "mitigated")):
        refused = hybrid_incident("note", "x", "--severity", "P1", *more, code=2)
        assert "--severity counts from now on: give --at and --mark to a note of their own" in refused.err
    assert records()[0].severity == "P2"
    assert "is P2 already" in hybrid_incident("note", "x", "--severity", "p2", code=2).err


def test_a_note_of_before_stands_where_it_belongs(stage: Stage) -> None:
    hybrid_incident(*OPEN)
    hybrid_incident("note", "release 1.2.4", "--at", "20m ago")
    hybrid_incident("note", "on-call took it", "--at", "5m", "--mark", "acknowledged", "--dry-run")
    assert records()[0].entries()[0]["entry"] == "note"
    assert noted("note") == ["release 1.2.4"]
    assert "--mark x: give one of began" in hybrid_incident("note", "x", "--mark", "x", code=2).err


def test_two_writers_never_tear_each_others_lines(stage: Stage) -> None:
    hybrid_incident(*OPEN)
    [one] = records()
    path = one.directory / "timeline.jsonl"
    before = len(one.entries())

    def write(name: str) -> None:
        for number in range(25):
            record.find(one.id).write("note", f"{name}{number} " + "x" * 5000)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == before + 100
    assert len({line["text"].split()[0] for line in lines if line["entry"] == "note"}) == 100


def test_a_torn_line_is_lost_and_nothing_else(stage: Stage) -> None:
    hybrid_incident(*OPEN)
    [one] = records()
    before = one.entries()
    with (one.directory / "timeline.jsonl").open("a") as file:
        file.write('{"at": "2026')
    assert one.entries() == before
    one.write("note", "after the crash")
    assert [entry["text"] for entry in one.entries()][-1] == "after the crash"
    assert len(one.entries()) == len(before) + 1


def test_a_line_with_a_key_is_written_once_whoever_comes_first(stage: Stage) -> None:
    hybrid_incident(*OPEN)
    [one] = records()
    for number in range(50):
        one.write("note", f"{number} " + "x" * 5000)
    start, written = threading.Barrier(8), list[bool]()

    def write() -> None:
        start.wait()
        written.append(one.write("mitigated", "x", key="k"))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [False] * 7 + [True]
    assert noted("mitigated") == ["x"]
