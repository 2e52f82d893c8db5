"""The policies of operators: current, covered by what commands really call, and no more than that."""

import json
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from environments.loader import load_fleet
from environments.operators import groups, names, statements
from operations.engine.kinds import KINDS
from operations.local import control
from operations.permissions import calls as scanning
from operations.permissions import documents, rights
from operations.permissions.documents import action, actions, document, written
from tests.operations.incident.conftest import aws, emulator, home, session_server, slack, stage
from tests.operations.incident.stage import Channel, Stage, hybrid_incident
from tests.policy.iam_lint import Kind, lint

__all__ = ["aws", "emulator", "home", "session_server", "slack", "stage"]


def allowed(group: str) -> set[str]:
    return {one for statement in document(group)["Statement"] for one in statement["Action"]}


def called(stage: Stage) -> set[str]:
    """IAM's names of all calls since they were last forgotten."""
    found = {action(*one.split(":", 1)) for one in control.calls(stage.emulator)}
    return {one for one in found if one}


def test_the_files_are_current() -> None:
    stale = [path.name for path, text in written().items() if not path.exists() or path.read_text() != text]
    assert not stale, "run python -m operations.permissions --write"
    assert set(groups()) == {path.stem for path in written()}


@pytest.mark.parametrize("group", groups())
def test_every_call_of_the_code_is_allowed_and_nothing_else(group: str) -> None:
    withheld = {name for of, name in rights.WITHHELD if of == group}
    extras = {
        one
        for name in actions(group) - withheld
        for extra in rights.EXTRAS.get(name, ())
        for one in extra.actions
    }
    assert actions(group) - withheld <= allowed(group)
    assert allowed(group) <= actions(group) | extras


NOT_USED = {
    ("application-autoscaling:RegisterScalableTarget", "application-autoscaling:TagResource"): "no tags",
    ("rds:DeleteDBInstance", "rds:AddTagsToResource"): "no final snapshot",
    ("rds:DeleteDBInstance", "rds:CreateDBSnapshot"): "no final snapshot",
    **{
        (f"rds:{name}", f"rds:{verb}TenantDatabase"): "of Oracle"
        for name, verb in (
            ("DeleteDBInstance", "Delete"),
            *(("ModifyDBInstance", "Create"), ("RestoreDBInstanceFromDBSnapshot", "Create")),
            ("RestoreDBInstanceToPointInTime", "Create"),
        )
    },
    **{
        ("rds:ModifyDBInstance", f"secretsmanager:{name}"): "RDS does not manage the password"
        for name in ("CreateSecret", "RotateSecret", "TagResource")
    },
    ("rds:ModifyDBInstance", "rds:AddTagsToResource"): "no tags",
}
"""What a call may need as well, by AWS's Service Authorization Reference, and why no command does."""


@pytest.mark.parametrize("name", sorted(rights.NEEDED))
def test_what_a_call_depends_on_is_allowed_with_it(name: str) -> None:
    service, _, operation = name.partition(":")
    rows = get_action_data(service, operation) or {service: []}
    depends = {one for row in rows[service] for one in row.get("dependent_actions") or ()}
    extras = {one for extra in rights.EXTRAS.get(name, ()) for one in extra.actions}
    assert depends - extras == {one for of, one in NOT_USED if of == name}


@pytest.mark.parametrize("group", groups())
@pytest.mark.parametrize("environment", ["dev", "prod", "dr"])
def test_policies_are_sound(group: str, environment: str) -> None:
    found = statements(load_fleet(), environment, group)
    assert "<" not in json.dumps(found)
    assert not list(lint({"Version": "2012-10-17", "Statement": found}, Kind.IDENTITY))


def test_the_table_has_nothing_that_no_command_needs() -> None:
    every = {(group, name) for group in scanning.groups() for name in actions(group)}
    assert set(rights.NEEDED) == {name for _, name in every}
    assert set(rights.ALSO) <= every
    assert set(rights.WITHHELD) <= every
    assert set(rights.EXTRAS) <= set(rights.NEEDED)


def test_fails_when_a_command_calls_what_nobody_spoke_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(rights.NEEDED, "elasticloadbalancing:CreateRule")
    with pytest.raises(
        documents.Unknown, match="hybrid incident calls elasticloadbalancing:CreateRule; say in"
    ):
        document("incident")


def test_calls_are_found_however_they_are_written() -> None:
    incident, db = scanning.calls("incident"), scanning.calls("db")
    assert ("elbv2", "CreateRule") in incident  # in a plan
    assert ("logs", "FilterLogEvents") in incident  # by a paginator
    assert ("elbv2", "DescribeTargetHealth") in incident  # by a method
    assert ("rds", "RestoreDBInstanceToPointInTime") in db  # by a variable
    assert ("secretsmanager", "CreateSecret") in db  # in a plan of another kind
    assert ("ec2", "CreateVpc") not in incident


def test_every_kind_of_plan_belongs_to_a_group() -> None:
    ours = [kind for kind in KINDS.values() if kind.command.startswith("hybrid ")]  # tests add their own
    assert ours
    for kind in ours:
        assert kind.command.split()[1] in scanning.groups(), kind.command


def test_an_operator_of_one_environment_reaches_no_other() -> None:
    fleet = load_fleet()
    for group in groups():
        text = json.dumps(statements(fleet, "dev", group))
        assert "-prod" not in text
        assert "ryuqqq-staging" not in text


def test_who_releases_the_primary_also_releases_its_standby() -> None:
    fleet = load_fleet()
    standby = names(fleet, "dr")["cluster"]
    assert standby in json.dumps(statements(fleet, "prod", "deploy"))
    assert standby not in json.dumps(statements(fleet, "prod", "incident"))
    assert standby not in json.dumps(statements(fleet, "staging", "deploy"))


def test_what_incident_commands_really_call_is_covered(stage: Stage, slack: Channel) -> None:
    stage.world.deploy("1.1.0")
    control.forget_calls(stage.emulator)
    stage_commands: list[tuple[Any, ...]] = [
        ("mitigate", "maintenance", "--yes"),
        ("mitigate", "scale", "0", "--confirm", "prod/fileflow"),
        ("revert", "--yes"),
        ("mitigate", "rollback", "--yes"),
        ("evidence",),
    ]
    stage.open()
    for command in stage_commands:
        hybrid_incident(*command)
    hybrid_incident("verify", code=4)
    found = called(stage)
    assert {
        "elasticloadbalancing:CreateRule",
        "xray:GetTraceSummaries",
        "codedeploy:CreateDeployment",
    } <= found
    assert found <= allowed("incident")


def test_what_deploy_and_service_commands_really_call_is_covered(stage: Stage) -> None:
    control.forget_calls(stage.emulator)
    stage.world.cli("check", "--image", "1.1.0")
    stage.world.cli("service", "--image", "1.1.0", "--yes")
    withheld = {name for of, name in rights.WITHHELD if of == "deploy"}
    assert called(stage) - withheld <= allowed("deploy")

    control.forget_calls(stage.emulator)
    for command in (("status",), ("revisions",), ("rollback", "--yes", "--timeout", "0.2")):
        verb, *options = command
        stage.hybrid("service", verb, "fileflow", "--env", "prod", *options, code=None)
    assert "codedeploy:CreateDeployment" in called(stage)
    assert called(stage) - withheld <= allowed("service")
