"""The way back from maintenance: whatever the text says, and whatever others do to the rule meanwhile."""

import json
from typing import Any

import pytest

from operations.incident.mitigation import standing
from operations.incident.record import records
from operations.local import control
from tests.operations.incident.stage import PRIORITY, Stage, exactly, hybrid_incident, ours, run_name

MAINTENANCE = ("mitigate", "maintenance", "--yes")
CREDENTIALS = "We are rotating credentials: please try again later."
STANDS = f"priority {PRIORITY - 2} has another rule by now: left so, and the mitigation stands"


def answer(code: str, text: str = "") -> list[dict[str, Any]]:
    return [
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": code, "MessageBody": text or code}}
    ]


def alter(stage: Stage) -> None:
    """Somebody has our rule answer something else."""
    stage.aws("elbv2").modify_rule(RuleArn=ours(stage)["RuleArn"], Actions=answer("418"))


def add(stage: Stage, priority: int, text: str) -> None:
    stage.aws("elbv2").create_rule(
        ListenerArn=stage.listener,
        Priority=priority,
        Conditions=[{"Field": "host-header", "Values": ["else.ryuqqq.com"]}],
        Actions=answer("404", text),
    )


def stand() -> list[str]:
    return [one.action.value for one in standing(records()[0].entries())]


@pytest.mark.parametrize(
    "message",
    [
        CREDENTIALS,
        "Sign-in is down. Password: resets do not work either.",
        "Uploads fail; API key = unaffected",
        "Ask hooks at https://hooks.slack.com/services/T0/B0/x",
        'The "token": "of" patience',
        "점검 중입니다",
    ],
)
def test_any_text_is_taken_back(stage: Stage, message: str) -> None:
    record = stage.open()
    before = exactly(stage)
    hybrid_incident(*MAINTENANCE, "--message", message)
    body = ours(stage)["Actions"][0]["FixedResponseConfig"]["MessageBody"]
    assert json.loads(body)["message"] == message
    hybrid_incident("revert", "--yes")
    assert exactly(stage) == before
    assert not stand()
    assert "T0/B0/x" not in (record.directory / "timeline.jsonl").read_text()


def test_a_text_like_a_secret_in_the_rules_of_others_is_no_change(stage: Stage) -> None:
    add(stage, 10, "password: not needed here")
    stage.open()
    before = exactly(stage)
    hybrid_incident(*MAINTENANCE)
    hybrid_incident("revert", "--yes")
    assert exactly(stage) == before


def test_a_killed_run_with_such_a_text_is_taken_back(stage: Stage) -> None:
    before = exactly(stage)
    stage.open()
    stage.kill(*MAINTENANCE, "--message", CREDENTIALS, at="between:answer-1")
    stage.hybrid("runs", "abandon", run_name(stage.home), "--yes")
    hybrid_incident("revert", "--yes")
    assert exactly(stage) == before
    assert not stand()


def test_our_rule_is_taken_away_from_another_priority(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*MAINTENANCE)
    elsewhere = [{"RuleArn": ours(stage)["RuleArn"], "Priority": 5}]
    stage.aws("elbv2").set_rule_priorities(RulePriorities=elsewhere)
    hybrid_incident("revert", "--yes")
    assert len(stage.rules()) == 3
    assert not stand()


def test_a_rule_that_others_made_of_ours_stays_and_so_does_the_mitigation(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*MAINTENANCE)
    alter(stage)
    for _ in range(2):
        done = hybrid_incident("revert", "--yes", code=4)
        assert STANDS in done.err
        assert ours(stage)["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "418"
        assert stand() == ["maintenance"]
    assert "the mitigation maintenance stands" in hybrid_incident("close", code=3).err

    # The way out that the message names.
    stage.aws("elbv2").delete_rule(RuleArn=ours(stage)["RuleArn"])
    hybrid_incident("revert", "--yes")
    assert not stand()
    control.forget_calls(stage.emulator)
    assert hybrid_incident("revert", "--yes", "--json").result["state"] == "unchanged"
    assert not stage.writes()


def test_what_others_put_back_is_taken_away(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*MAINTENANCE)
    original = ours(stage)["Actions"]
    alter(stage)
    hybrid_incident("revert", "--yes", code=4)
    stage.aws("elbv2").modify_rule(RuleArn=ours(stage)["RuleArn"], Actions=original)
    hybrid_incident("revert", "--yes")
    assert len(stage.rules()) == 3
    assert not stand()


def test_a_rule_that_others_made_of_that_of_a_killed_run_stays(stage: Stage) -> None:
    stage.open()
    stage.kill(*MAINTENANCE, at="between:answer-1")
    stage.hybrid("runs", "abandon", run_name(stage.home), "--yes")
    alter(stage)
    assert STANDS in hybrid_incident("revert", "--yes", code=4).err
    assert stand() == ["maintenance"]


def test_a_mitigation_is_over_if_its_rule_is_gone(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*MAINTENANCE)
    stage.aws("elbv2").delete_rule(RuleArn=ours(stage)["RuleArn"])
    add(stage, PRIORITY - 2, "of somebody else")
    done = hybrid_incident("revert", "--yes", code=4)
    assert f"meanwhile somebody added the rule of priority {PRIORITY - 2} for else.ryuqqq.com" in done.err
    assert len(stage.rules()) == 4
    assert not stand()


def test_what_others_left_of_two_is_taken_away(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*MAINTENANCE)
    hybrid_incident(*MAINTENANCE, "--message", "It takes longer")
    alter(stage)
    assert STANDS in hybrid_incident("revert", "--yes", code=4).err
    numbers = sorted(one["Priority"] for one in stage.rules())
    assert numbers == ["1000", str(PRIORITY - 2), str(PRIORITY - 1), "default"]
    assert stand() == ["maintenance"]
    [noted] = [one for one in records()[0].entries() if one["entry"] == "reverted"]
    assert len(noted["runs"]) == 1


def test_a_record_without_sums_is_taken_back(stage: Stage) -> None:
    record = stage.open()
    before = exactly(stage)
    hybrid_incident(*MAINTENANCE, "--message", CREDENTIALS)
    path = record.directory / "timeline.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        line.pop("made", None)
        for rule in line["after"]["rules"] if "after" in line else ():
            del rule["sha256"]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    hybrid_incident("revert", "--yes")
    assert exactly(stage) == before
