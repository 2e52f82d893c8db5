"""Slack channels in the embedded AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

TOPIC = "arn:aws:sns:ap-northeast-2:123456789012:alarms"
REGION = "us-west-2"


def channel(**options: Any) -> dict[str, Any]:
    return {
        "ConfigurationName": "alarms",
        "IamRoleArn": "arn:aws:iam::123456789012:role/slack",
        "SlackTeamId": "T0123ABCD",
        "SlackChannelId": "C0123ABCD",
        "SnsTopicArns": [TOPIC],
        **options,
    }


def test_channel_is_kept_changed_and_deleted(aws: Clients) -> None:
    chatbot = aws("chatbot", REGION)
    made = chatbot.create_slack_channel_configuration(**channel(Tags=[{"TagKey": "a", "TagValue": "1"}]))
    arn = made["ChannelConfiguration"]["ChatConfigurationArn"]
    assert arn == "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/alarms"
    assert made["ChannelConfiguration"]["GuardrailPolicyArns"] == [
        "arn:aws:iam::aws:policy/AdministratorAccess"
    ]

    chatbot.update_slack_channel_configuration(
        ChatConfigurationArn=arn, SlackChannelId="C9", LoggingLevel="ERROR", SnsTopicArns=[]
    )
    elsewhere = aws("chatbot", "eu-west-1")
    (found,) = elsewhere.describe_slack_channel_configurations(ChatConfigurationArn=arn)[
        "SlackChannelConfigurations"
    ]
    assert (found["SlackChannelId"], found["LoggingLevel"], found["SnsTopicArns"]) == ("C9", "ERROR", [])

    chatbot.delete_slack_channel_configuration(ChatConfigurationArn=arn)
    assert chatbot.describe_slack_channel_configurations()["SlackChannelConfigurations"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        chatbot.delete_slack_channel_configuration(ChatConfigurationArn=arn)


def test_tags_change(aws: Clients) -> None:
    chatbot = aws("chatbot", REGION)
    made = chatbot.create_slack_channel_configuration(**channel(Tags=[{"TagKey": "a", "TagValue": "1"}]))
    arn = made["ChannelConfiguration"]["ChatConfigurationArn"]
    chatbot.tag_resource(
        ResourceARN=arn, Tags=[{"TagKey": "a", "TagValue": "2"}, {"TagKey": "b", "TagValue": "3"}]
    )
    chatbot.untag_resource(ResourceARN=arn, TagKeys=["b"])
    assert chatbot.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"TagKey": "a", "TagValue": "2"}]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"SlackChannelId": "C9"}, "ConflictException.*alarms already exists"),
        ({"ConfigurationName": "b"}, "C0123ABCD .* has already been configured for AWS account 123456789012"),
    ],
)
def test_fails_when_a_name_or_channel_is_taken(aws: Clients, second: dict[str, str], message: str) -> None:
    chatbot = aws("chatbot", REGION)
    chatbot.create_slack_channel_configuration(**channel())
    with pytest.raises(ClientError, match=message):
        chatbot.create_slack_channel_configuration(**channel(**second))
    chatbot.create_slack_channel_configuration(**channel(ConfigurationName="b", SlackChannelId="C9"))


def test_fails_when_an_operation_is_not_there(aws: Clients) -> None:
    with pytest.raises(ClientError, match="chatbot:DescribeSlackWorkspaces"):
        aws("chatbot", REGION).describe_slack_workspaces()
