"""A Slack channel that hears of alarms, through Amazon Q Developer in chat applications (AWS Chatbot)."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.chatbot_slack_channel_configuration import ChatbotSlackChannelConfiguration
from constructs import Construct

from environments.exposure import SlackConfig
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, TrustedRole

GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
"""The most that anybody may do from the channel; without one it would be AdministratorAccess."""


class SlackChannel(Construct):
    """Shows what is published to topics of any region in one channel; its members may look, never change.

    An account can configure a channel once only ("Slack channel ... has already been configured for AWS
    account"), so that all topics of a channel belong here, those of several environments as well. The service
    subscribes to the topics, which must exist. An administrator has to authorise the workspace in the
    console once; no API does it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        config: SlackConfig,
        topic_arns: Sequence[str],
        within: RoleScope,
    ) -> None:
        super().__init__(scope, id_)
        role = TrustedRole(
            self,
            "Role",
            name=name,
            service="chatbot.amazonaws.com",
            # Its guide names no condition ("IAM policies"); only who may pass the role can use it.
            condition=None,
            within=within,
            statements=[look_at_metrics()],
        )
        ChatbotSlackChannelConfiguration(
            self,
            "Channel",
            configuration_name=name,
            slack_team_id=config.workspace_id,
            slack_channel_id=config.channel_id,
            iam_role_arn=role.arn,
            guardrail_policy_arns=[GUARDRAIL],
            sns_topic_arns=list(topic_arns),
            logging_level="ERROR",
            depends_on=[role.rights],
        )


def look_at_metrics() -> Statement:
    """Draw the graph beside an alarm's message; these actions know no resource but `*`."""
    return {
        "Effect": "Allow",
        "Action": [
            "cloudwatch:DescribeAlarmsForMetric",
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:GetMetricWidgetImage",
            "cloudwatch:ListMetrics",
        ],
        "Resource": "*",
    }
