"""Topics through which alarms reach people."""

from collections.abc import Mapping

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from environments.exposure import NotificationsConfig
from hybrid_constructs.aws import policy
from hybrid_constructs.observability.budget import publish_statements
from hybrid_constructs.observability.watch import Severity
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement, encrypted_transport


class Notifications(Construct):
    """An encrypted topic for each severity, and the addresses that hear of it.

    `key` must let CloudWatch, EventBridge, Budgets and cost anomaly detection use it, as the messaging key
    does. Slack is not here, but in `slack.SlackChannel`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topic_names: Mapping[Severity, str],
        key: Key,
        config: NotificationsConfig,
        region: str,
        account_id: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        emails = {Severity.CRITICAL: config.critical_emails, Severity.WARNING: config.warning_emails}
        self.topic_arns: dict[Severity, str] = {}
        for severity, name in topic_names.items():
            # Built, not read: the policy is part of the topic, which never stands without it.
            arn = f"arn:aws:sns:{region}:{account_id}:{name}"
            topic = SnsTopic(
                self,
                f"Topic-{severity}",
                name=name,
                kms_master_key_id=key.arn,
                policy=policy(*topic_policy(arn, region=region, account_id=account_id)),
                provider=provider,
            )
            self.topic_arns[severity] = topic.arn
            for email in emails[severity]:
                SnsTopicSubscription(
                    self,
                    f"Email-{severity}-{email}",
                    topic_arn=self.topic_arns[severity],
                    protocol="email",
                    endpoint=email,
                    provider=provider,
                )


def topic_policy(topic_arn: str, *, region: str, account_id: str) -> list[Statement]:
    """Alarms, rules, budgets of this account publish; whoever else wants to needs an IAM policy."""
    alarms = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*"
    rules = f"arn:aws:events:{region}:{account_id}:rule/*"
    return [
        # SNS developer guide, "Example cases for Amazon SNS access control".
        _may_publish(
            "Alarms",
            "cloudwatch",
            topic_arn,
            {"StringEquals": {"aws:SourceAccount": account_id}, "ArnLike": {"aws:SourceArn": alarms}},
        ),
        # A rule is known by its ARN (EventBridge user guide, "Amazon SNS permissions").
        _may_publish("Events", "events", topic_arn, {"ArnLike": {"aws:SourceArn": rules}}),
        *publish_statements(topic_arn, account_id),
        encrypted_transport("sns:Publish", topic_arn),
    ]


def _may_publish(sid: str, service: str, topic_arn: str, condition: dict[str, dict[str, str]]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": condition,
    }
