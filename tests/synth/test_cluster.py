"""Cluster: both Fargate capacity providers, insights, encrypted sessions, a record of Spot interruptions."""

import json

import pytest
from cdktf import TerraformOutput, TerraformStack

from tests.synth import services
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.services import CLUSTER
from tests.synth.synthesized import Synthesized, statements

LOG_GROUP = "aws_cloudwatch_log_group"


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(services.cluster)


def test_a_cluster_has_insights_and_both_kinds_of_fargate(defaults: Synthesized) -> None:
    cluster = defaults.only("aws_ecs_cluster")
    assert cluster["name"] == CLUSTER
    assert cluster["setting"] == [{"name": "containerInsights", "value": "enabled"}]
    assert "configuration" not in cluster
    capacity = defaults.only("aws_ecs_cluster_capacity_providers")
    assert capacity["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]
    assert defaults.follow(capacity["cluster_name"]) == "Cluster/Cluster"
    assert capacity["default_capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE", "weight": 30, "base": 1},
        {"capacity_provider": "FARGATE_SPOT", "weight": 70, "base": 0},
    ]


def test_interruptions_are_written_into_an_encrypted_log(defaults: Synthesized) -> None:
    log = defaults.all(LOG_GROUP)["Cluster/Interruptions/Log"]
    assert (log["name"], log["retention_in_days"]) == (f"/aws/events/{CLUSTER}-spot-interruptions", 14)
    assert defaults.follow(log["kms_key_id"]) == "ClusterLogKey/Key"
    rule = defaults.only("aws_cloudwatch_event_rule")
    pattern = json.loads(rule["event_pattern"])
    cluster = pattern["detail"].pop("clusterArn")
    assert defaults.follow(cluster[0]) == "Cluster/Cluster"
    assert pattern == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {"stopCode": ["SpotInterruption"], "lastStatus": ["STOPPED"]},
    }
    target = defaults.only("aws_cloudwatch_event_target")
    assert defaults.follow(target["arn"]) == "Cluster/Interruptions/Log"
    assert defaults.depends_on(target) == {"Cluster/Interruptions/Writer"}


def test_only_this_rule_writes_into_it(defaults: Synthesized) -> None:
    document = defaults.only("aws_cloudwatch_log_resource_policy")["policy_document"]
    create, put = statements(document)
    assert (create["Action"], put["Action"]) == ("logs:CreateLogStream", "logs:PutLogEvents")
    for statement in (create, put):
        assert statement["Principal"] == {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
        assert defaults.follow(statement["Resource"].rstrip(":*")) == "Cluster/Interruptions/Log"
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{CLUSTER}-spot-interruptions"
    assert put["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


def test_everything_configured(synth: Synth) -> None:
    stack = synth(lambda scope: services.cluster(scope, exec=True, log_retention_days=90))
    command = stack.only("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert command["logging"] == "OVERRIDE"
    assert stack.follow(command["kms_key_id"]) == "Cluster/ExecKey/Key"
    log = command["log_configuration"]
    assert log["cloud_watch_encryption_enabled"] is True
    assert stack.follow(log["cloud_watch_log_group_name"]) == "Cluster/ExecLogs"
    groups = stack.all(LOG_GROUP)
    assert groups["Cluster/ExecLogs"]["name"] == f"/ecs/{CLUSTER}/exec"
    assert stack.follow(groups["Cluster/ExecLogs"]["kms_key_id"]) == "ClusterLogKey/Key"
    assert {group["retention_in_days"] for group in groups.values()} == {90}
    assert stack.all("aws_kms_alias")["Cluster/ExecKey/Alias"]["name"] == f"alias/{CLUSTER}-exec"


def test_a_task_gets_exactly_what_a_session_needs(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        for index, statement in enumerate(services.cluster(scope, exec=True).grant_exec()):
            TerraformOutput(scope, f"statement-{index}", value=statement)

    stack = synth(build)
    granted = [output["value"] for output in stack.json["output"].values()]
    assert [statement["Action"] for statement in granted] == [
        [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")],
        "logs:DescribeLogGroups",
        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "kms:Decrypt",
    ]
    assert [statement["Resource"] for statement in granted[:2]] == ["*", "*"]
    assert stack.follow(granted[2]["Resource"].removesuffix(":*")) == "Cluster/ExecLogs"
    assert stack.follow(granted[3]["Resource"]) == "Cluster/ExecKey/Key"


def test_fails_when_sessions_are_granted_without_encryption(synth: Synth) -> None:
    with pytest.raises(ValueError, match=f"cluster {CLUSTER} has no exec sessions; create it with exec=True"):
        synth(lambda scope: services.cluster(scope).grant_exec())
