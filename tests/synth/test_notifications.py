"""Notifications and SlackChannel: encrypted topics that only AWS's own services publish to."""

from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments.exposure import NotificationsConfig, SlackConfig
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.observability.notifications import Notifications
from hybrid_constructs.observability.slack import SlackChannel
from hybrid_constructs.observability.watch import Severity
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.synthesized import Body, Synthesized, statements

NAMES = {severity: f"acme-{severity}" for severity in Severity}
ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:acme-critical"
SLACK = SlackConfig(workspace_id="T0123ABCD", channel_id="C0123ABCD")
OWN = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def notifications(scope: TerraformStack, *, provider: Any = None, **config: Any) -> Notifications:
    return Notifications(
        scope,
        "Notifications",
        topic_names=NAMES,
        key=builders.key(scope),
        config=NotificationsConfig(**config),
        region=REGION,
        account_id=ACCOUNT,
        provider=provider,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        for severity, arn in notifications(scope).topic_arns.items():
            TerraformOutput(scope, severity, value=arn)

    return synth(build)


def policies(stack: Synthesized) -> dict[str, dict[str, Body]]:
    """Statements by Sid, by topic."""
    return {
        topic["name"]: {statement["Sid"]: statement for statement in statements(topic["policy"])}
        for topic in stack.all("aws_sns_topic").values()
    }


def test_a_topic_for_each_severity(defaults: Synthesized) -> None:
    topics = defaults.all("aws_sns_topic")
    assert {path: topic["name"] for path, topic in topics.items()} == {
        "Notifications/Topic-critical": "acme-critical",
        "Notifications/Topic-warning": "acme-warning",
    }
    assert {defaults.follow(topic["kms_master_key_id"]) for topic in topics.values()} == {"Key/Key"}
    told = {name: defaults.follow(output["value"]) for name, output in defaults.json["output"].items()}
    assert told == {severity: f"Notifications/Topic-{severity}" for severity in Severity}
    assert not defaults.all("aws_sns_topic_subscription")


def test_only_services_of_this_account_publish(defaults: Synthesized) -> None:
    found = policies(defaults)["acme-critical"]
    allowed = {sid: statement for sid, statement in found.items() if statement["Effect"] == "Allow"}
    assert {sid: (each["Principal"], each["Condition"]) for sid, each in allowed.items()} == {
        "Alarms": (
            {"Service": "cloudwatch.amazonaws.com"},
            {**OWN, "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"}},
        ),
        "Events": (
            {"Service": "events.amazonaws.com"},
            {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"}},
        ),
        "Budgets": ({"Service": "budgets.amazonaws.com"}, OWN),
        "Anomalies": ({"Service": "costalerts.amazonaws.com"}, OWN),
    }
    assert {(each["Action"], each["Resource"]) for each in found.values()} == {("sns:Publish", ARN)}


def test_nothing_is_published_without_tls(defaults: Synthesized) -> None:
    for topic in policies(defaults).values():
        (denied,) = (each for each in topic.values() if each["Effect"] == "Deny")
        assert denied["Principal"] == "*"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_people_hear_of_the_severities_they_asked_for(synth: Synth) -> None:
    stack = synth(
        lambda scope: notifications(
            scope,
            critical_emails=["a@example.com"],
            warning_emails=["a@example.com", "b@example.com"],
            slack=SLACK,
        )
    )
    found = stack.all("aws_sns_topic_subscription").values()
    assert {each["protocol"] for each in found} == {"email"}
    assert {(stack.follow(each["topic_arn"]), each["endpoint"]) for each in found} == {
        ("Notifications/Topic-critical", "a@example.com"),
        ("Notifications/Topic-warning", "a@example.com"),
        ("Notifications/Topic-warning", "b@example.com"),
    }


def test_topics_of_another_region_take_its_provider(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        far = aws_provider(scope, region="eu-west-1", account_id=ACCOUNT, tags={}, alias="far")
        notifications(scope, provider=far, critical_emails=["a@example.com"])

    stack = synth(build)
    made = [*stack.all("aws_sns_topic").values(), stack.only("aws_sns_topic_subscription")]
    assert {each["provider"] for each in made} == {"aws.far"}


def test_channel_shows_all_topics_and_lets_nobody_change_anything(synth: Synth) -> None:
    stack = synth(
        lambda scope: SlackChannel(
            scope, "Slack", name="acme-alarms", config=SLACK, topic_arns=[ARN, "arn:b"], within=ROLES
        )
    )
    channel = stack.only("aws_chatbot_slack_channel_configuration")
    assert (channel["slack_team_id"], channel["slack_channel_id"]) == ("T0123ABCD", "C0123ABCD")
    assert (channel["configuration_name"], channel["logging_level"]) == ("acme-alarms", "ERROR")
    assert channel["sns_topic_arns"] == [ARN, "arn:b"]
    assert channel["guardrail_policy_arns"] == ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]
    assert stack.follow(channel["iam_role_arn"]) == "Slack/Role/Role"
    assert stack.depends_on(channel) == {"Slack/Role/Policy"}

    role = stack.only("aws_iam_role")
    (trust,) = statements(role["assume_role_policy"])
    assert trust["Principal"] == {"Service": "chatbot.amazonaws.com"}
    assert (role["path"], role["permissions_boundary"]) == (ROLES.path, ROLES.boundary_arn)
    (may,) = statements(stack.only("aws_iam_role_policy")["policy"])
    verbs = {action.removeprefix("cloudwatch:")[:3] for action in may["Action"]}
    assert verbs == {"Des", "Get", "Lis"}
