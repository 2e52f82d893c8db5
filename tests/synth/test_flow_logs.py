"""FlowLogs: what is recorded, who may deliver it, how long it is kept."""

import re

import pytest
from cdktf import TerraformStack

from environments.network import FlowLogsConfig
from hybrid_constructs.network.flow_logs import FlowLogs
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Synthesized, statements

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1"


def build(scope: TerraformStack, config: FlowLogsConfig, kms_key_arn: str | None = None) -> None:
    FlowLogs(
        scope,
        "FlowLogs",
        network=builders.network(scope),
        log_group_name="/vpc/test/flow-logs",
        roles=builders.ROLES,
        config=config,
        kms_key_arn=kms_key_arn,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(lambda scope: build(scope, FlowLogsConfig()))


def test_records_all_traffic_of_the_vpc(defaults: Synthesized) -> None:
    log = defaults.only("aws_flow_log")
    assert defaults.follow(log["vpc_id"]) == "Network/Vpc"
    assert log["traffic_type"] == "ALL"
    assert log["max_aggregation_interval"] == 600
    assert defaults.follow(log["log_destination"]) == "FlowLogs/LogGroup"
    assert defaults.follow(log["iam_role_arn"]) == "FlowLogs/Delivery/Role"


def test_log_group_is_named_and_expires(defaults: Synthesized) -> None:
    group = defaults.only("aws_cloudwatch_log_group")
    assert group["name"] == "/vpc/test/flow-logs"
    assert group["retention_in_days"] == 14
    assert "kms_key_id" not in group


def test_everything_configured(synth: Synth) -> None:
    config = FlowLogsConfig(traffic="REJECT", retention_days=365, aggregation_seconds=60)
    stack = synth(lambda scope: build(scope, config, KEY))
    log, group = stack.only("aws_flow_log"), stack.only("aws_cloudwatch_log_group")
    assert (log["traffic_type"], log["max_aggregation_interval"]) == ("REJECT", 60)
    assert (group["retention_in_days"], group["kms_key_id"]) == (365, KEY)


def test_log_format_reaches_aws_as_written(defaults: Synthesized) -> None:
    written = defaults.only("aws_flow_log")["log_format"]
    fields = written.split(" ")
    assert all(re.fullmatch(r"\$\$\{[a-z-]+\}", field) for field in fields), "Terraform would interpolate it"
    assert len(set(fields)) == len(fields)
    asked = {field[3:-1] for field in fields}
    assert {"srcaddr", "dstaddr", "action", "log-status", "pkt-srcaddr", "flow-direction"} <= asked


def test_only_flow_logs_of_this_account_assume_the_role(defaults: Synthesized) -> None:
    role = defaults.only("aws_iam_role")
    assert role["path"] == builders.ROLES.path
    assert role["permissions_boundary"] == builders.ROLES.boundary_arn
    assert statements(role["assume_role_policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": builders.ACCOUNT}},
        }
    ]


def test_the_role_writes_to_its_own_group_and_nothing_else(defaults: Synthesized) -> None:
    delivery = defaults.only("aws_iam_role_policy")
    assert defaults.follow(delivery["role"]) == "FlowLogs/Delivery/Role"
    [statement] = statements(delivery["policy"])
    assert statement["Effect"] == "Allow"
    assert set(statement["Action"]) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogStreams",
    }
    group, streams = statement["Resource"]
    assert defaults.follow(group) == "FlowLogs/LogGroup"
    assert streams == f"{group}:*"
    assert "aws_iam_role_policy_attachment" not in defaults.kinds()
