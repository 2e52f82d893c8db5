"""Mitigations, and the way back from them, on the embedded AWS."""

import json

import pytest

from operations.incident.mitigation import standing
from operations.incident.record import records
from operations.local import control
from tests.operations.incident.stage import HOST, PRIORITY, Channel, Stage, exactly, hybrid_incident, ours

ZERO = ("mitigate", "scale", "0", "--confirm", "prod/fileflow")
OLD_TASKS_END = 700
"""Seconds of AWS after which nothing is left of a deployment."""

MAINTENANCE = ("mitigate", "maintenance", "--yes")


def kinds() -> list[str]:
    return [one["entry"] for one in records()[0].entries() if one["entry"] not in ("told", "not told")]


def test_maintenance_answers_503_and_the_revert_leaves_every_rule_as_it_was(
    stage: Stage, slack: Channel
) -> None:
    record = stage.open()
    before = exactly(stage)
    hybrid_incident(*MAINTENANCE, "--retry-after", "60", "--message", "Back soon")
    added = ours(stage)
    [action] = added["Actions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "503"
    assert json.loads(action["FixedResponseConfig"]["MessageBody"]) == {
        "error": "service unavailable",
        "message": "Back soon",
        "reference": record.id,
        "retry_after_seconds": 60,
    }
    assert added["Conditions"][0]["Values"] == [HOST]
    assert len(stage.rules()) == 4

    hybrid_incident("revert", "--yes")
    assert exactly(stage) == before
    assert kinds() == ["began", "opened", "mitigating", "mitigated", "reverted"]
    told = [one["text"] for one in slack.heard]
    assert [text.rpartition(": ")[2] for text in told[1:]] == [
        "the load balancer answers 503 for now",
        "mitigations taken back",
    ]


def test_the_rules_of_codedeploy_are_not_touched_by_maintenance(stage: Stage) -> None:
    stage.open()
    own = next(one for one in stage.rules() if one["Priority"] == str(PRIORITY))
    hybrid_incident(*MAINTENANCE)
    assert own in stage.rules()
    # A deployment goes on behind it.
    green = [{"Type": "forward", "TargetGroupArn": stage.world.names["green"]}]
    stage.aws("elbv2").modify_rule(RuleArn=own["RuleArn"], Actions=green)
    hybrid_incident("revert", "--yes", "--json")
    [now] = [one for one in stage.rules() if one["RuleArn"] == own["RuleArn"]]
    assert now["Actions"][0]["TargetGroupArn"] == stage.world.names["green"]
    assert len(stage.rules()) == 3
    assert hybrid_incident("revert", "--yes", "--json").result["state"] == "unchanged"


def test_a_rule_of_the_service_that_others_changed_is_told(stage: Stage) -> None:
    stage.open()
    own = next(one for one in stage.rules() if one["Priority"] == str(PRIORITY))
    hybrid_incident(*MAINTENANCE)
    aside = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    stage.aws("elbv2").modify_rule(RuleArn=own["RuleArn"], Actions=aside)
    done = hybrid_incident("revert", "--yes", code=4)
    assert f"meanwhile somebody changed the rule of priority {PRIORITY} for {HOST}: left so" in done.err


def test_fails_when_no_priority_before_the_service_is_free(stage: Stage) -> None:
    stage.open()
    [own] = [one["RuleArn"] for one in stage.rules() if one["Priority"] == str(PRIORITY)]
    stage.aws("elbv2").set_rule_priorities(RulePriorities=[{"RuleArn": own, "Priority": 1}])
    done = hybrid_incident(*MAINTENANCE, code=3)
    assert "has priority 1, and no number before it is free: raise listener_priority" in done.err


def test_fails_when_no_rule_leads_to_the_service(stage: Stage) -> None:
    stage.open()
    for one in stage.rules():
        if one["Priority"] == str(PRIORITY):
            stage.aws("elbv2").delete_rule(RuleArn=one["RuleArn"])
    assert "no rule of fileflow-prod-alb leads to" in hybrid_incident(*MAINTENANCE, code=3).err


def test_fails_when_the_answer_is_too_long(stage: Stage) -> None:
    stage.open()
    done = hybrid_incident(*MAINTENANCE, "--message", "x" * 1000, code=2)
    assert "1024 is the most; shorten it" in done.err


def test_scale_to_zero_and_back(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*ZERO)
    assert stage.tasks() == (0, 0)
    assert all(stage.limits()["SuspendedState"].values())
    assert (stage.limits()["MinCapacity"], stage.limits()["MaxCapacity"]) == (2, 8)
    hybrid_incident("revert", "--yes")
    assert stage.tasks() == (2, 2)
    assert not any(stage.limits()["SuspendedState"].values())
    assert (stage.limits()["MinCapacity"], stage.limits()["MaxCapacity"]) == (2, 8)


def test_zero_has_to_be_typed(stage: Stage) -> None:
    stage.open()
    control.forget_calls(stage.emulator)
    refused = hybrid_incident("mitigate", "scale", "0", "--yes", code=3)
    assert "add --confirm prod/fileflow" in refused.err
    assert (
        "--confirm prod/files is not prod/fileflow" in hybrid_incident(*ZERO[:-1], "prod/files", code=2).err
    )
    assert not stage.writes()
    hybrid_incident("mitigate", "scale", "3", "--yes")
    assert stage.tasks() == (3, 3)


def test_stacked_scales_go_back_to_the_first_number(stage: Stage) -> None:
    stage.open()
    hybrid_incident(*ZERO)
    hybrid_incident("mitigate", "scale", "3", "--yes")
    assert len(standing(records()[0].entries())) == 2
    hybrid_incident("revert", "--yes")
    assert stage.tasks() == (2, 2)
    assert not standing(records()[0].entries())


def test_what_others_changed_about_the_tasks_stays(stage: Stage) -> None:
    stage.open()
    hybrid_incident("mitigate", "scale", "4", "--yes")
    place = stage.world.place
    stage.aws("ecs").update_service(cluster=place.cluster, service=place.ecs_service, desiredCount=1)
    names = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    resource = f"service/{place.cluster}/{place.ecs_service}"
    stage.aws("application-autoscaling").register_scalable_target(**names, ResourceId=resource, MaxCapacity=9)
    done = hybrid_incident("revert", "--yes", code=4)
    assert "had 2 tasks, was held at 4, and somebody made it 1: left so" in done.err
    assert "changed the limits of scaling from (2, 8) to (2, 9): left so" in done.err
    assert stage.tasks()[0] == 1
    assert not any(stage.limits()["SuspendedState"].values())
    [noted] = [one for one in records()[0].entries() if one["entry"] == "reverted"]
    assert len(noted["left"]) == 2


def test_a_service_that_does_not_scale_is_only_counted(stage: Stage) -> None:
    place = stage.world.place
    stage.aws("application-autoscaling").deregister_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{place.cluster}/{place.ecs_service}",
        ScalableDimension="ecs:service:DesiredCount",
    )
    stage.open()
    hybrid_incident("mitigate", "scale", "1", "--yes")
    hybrid_incident("revert", "--yes")
    assert stage.tasks() == (2, 2)


@pytest.mark.parametrize(
    "command",
    [MAINTENANCE, ZERO, ("mitigate", "rollback", "--yes")],
    ids=["maintenance", "scale", "rollback"],
)
def test_a_dry_run_and_a_repetition_change_nothing(stage: Stage, command: tuple[str, ...]) -> None:
    stage.world.deploy("1.1.0")
    control.pass_time(stage.emulator, OLD_TASKS_END)
    record = stage.open()
    timeline = (record.directory / "timeline.jsonl").read_bytes()
    control.forget_calls(stage.emulator)
    planned = hybrid_incident(*command, "--dry-run", "--json").result
    assert planned["state"] == "planned"
    assert planned["steps"]
    assert not stage.writes()
    assert (record.directory / "timeline.jsonl").read_bytes() == timeline

    assert hybrid_incident(*command, "--json").result["state"] == "done"
    control.pass_time(stage.emulator, OLD_TASKS_END)
    after = exactly(stage), stage.tasks(), stage.world.running()
    control.forget_calls(stage.emulator)
    assert hybrid_incident(*command, "--json").result["state"] == "unchanged"
    assert not stage.writes()
    assert (exactly(stage), stage.tasks(), stage.world.running()) == after


def test_a_rollback_is_taken_back_by_its_name_only(stage: Stage) -> None:
    stage.world.deploy("1.1.0")
    stage.open()
    new = stage.world.running()
    hybrid_incident("mitigate", "rollback", "--yes")
    assert stage.world.running() == "fileflow-prod:1"
    hybrid_incident(*MAINTENANCE)
    control.forget_calls(stage.emulator)
    hybrid_incident("revert", "--yes")
    assert "codedeploy:CreateDeployment" not in stage.writes()
    assert [one.action for one in standing(records()[0].entries())] == ["rollback"]

    control.pass_time(stage.emulator, 3600)
    hybrid_incident("revert", "rollback", "--yes")
    assert stage.world.running() == new
    assert not standing(records()[0].entries())


def test_a_rollback_is_not_taken_back_over_a_deployment_of_somebody_else(stage: Stage) -> None:
    stage.world.deploy("1.1.0")
    stage.open()
    hybrid_incident("mitigate", "rollback", "--yes")
    stage.world.push("1.2.0")
    control.pass_time(stage.emulator, 3600)
    stage.world.deploy("1.2.0")
    fixed = stage.world.running()
    done = hybrid_incident("revert", "rollback", "--yes", code=4)
    assert f"and somebody deployed {fixed}: left so" in done.err
    assert stage.world.running() == fixed


def test_everything_at_once_is_taken_back_newest_first(stage: Stage) -> None:
    before = exactly(stage)
    stage.open()
    hybrid_incident(*MAINTENANCE)
    hybrid_incident(*ZERO)
    steps = [one["id"] for one in hybrid_incident("revert", "--dry-run", "--json").result["steps"]]
    assert steps == ["count", "release", "take-away-1", "note-after"]
    hybrid_incident("revert", "--yes")
    assert (exactly(stage), stage.tasks()) == (before, (2, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("revert", "everything"), "everything: give one of rollback, scale, maintenance"),
        (("mitigate", "scale", "5001", "--yes"), "give 0 to 5000"),
        (("mitigate", "rollback", "--to", "7", "--image", "x"), "--to and --image: give one of them"),
        (("mitigate", "maintenance", "--incident", "none"), "there is no incident 'none'"),
    ],
)
def test_fails_when_told_nonsense(stage: Stage, arguments: tuple[str, ...], message: str) -> None:
    stage.open()
    assert message in hybrid_incident(*arguments, code=2).err
