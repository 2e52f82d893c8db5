"""AWS Chatbot (Amazon Q Developer in chat applications): Slack channels.

Moto 5.2.5 lacks the service. AWS keeps configurations for the whole account, refuses a second one of a name,
and a second one of a channel. Messages are not delivered to Slack.
"""

from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from operations.local.moto_extension.new_service import NewBackend, register

SERVICE = "chatbot"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
"""The guardrail of a configuration that names none."""


class ChatbotException(ServiceException):
    """A refusal, by the code that AWS's model gives it."""


@dataclass
class SlackChannel(BaseModel):
    """One configuration; fields bear AWS's names."""

    ConfigurationName: str
    IamRoleArn: str
    SlackTeamId: str
    SlackChannelId: str
    ChatConfigurationArn: str
    SlackChannelName: str = ""
    SlackTeamName: str = "embedded"
    SnsTopicArns: list[str] = field(default_factory=list)
    LoggingLevel: str = "NONE"
    GuardrailPolicyArns: list[str] = field(default_factory=lambda: [ADMINISTRATOR])
    UserAuthorizationRequired: bool = False
    Tags: list[dict[str, str]] = field(default_factory=list)
    State: str = "ENABLED"


class ChatbotResponse(BaseResponse):
    """Reads requests and writes answers."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def _channels(self) -> dict[str, SlackChannel]:
        backend: ChatbotBackend = chatbot_backends[self.current_account]["aws"]
        return backend.channels

    def create_slack_channel_configuration(self) -> ActionResult:
        given = self._get_params()
        name = given["ConfigurationName"]
        arn = f"arn:aws:chatbot::{self.current_account}:chat-configuration/slack-channel/{name}"
        if arn in self._channels:
            raise ChatbotException("ConflictException", f"The configuration {name} already exists.")
        for other in self._channels.values():
            if _place(given) == (other.SlackTeamId, other.SlackChannelId):
                raise ChatbotException(
                    "InvalidRequestException",
                    f"Slack channel with ID {other.SlackChannelId} in Slack team {other.SlackTeamId} has "
                    f"already been configured for AWS account {self.current_account}.",
                )
        self._channels[arn] = SlackChannel(**given, ChatConfigurationArn=arn)
        return _one(self._channels[arn])

    def describe_slack_channel_configurations(self) -> ActionResult:
        arn = self._get_param("ChatConfigurationArn")
        found = [asdict(each) for each in self._channels.values() if arn in (None, each.ChatConfigurationArn)]
        return ActionResult({"SlackChannelConfigurations": found})

    def update_slack_channel_configuration(self) -> ActionResult:
        given = self._get_params()
        channel = self._channel(given["ChatConfigurationArn"])
        for name, value in given.items():
            setattr(channel, name, value)
        return _one(channel)

    def delete_slack_channel_configuration(self) -> ActionResult:
        arn = self._get_param("ChatConfigurationArn")
        self._channel(arn)
        del self._channels[arn]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"Tags": self._channel(self._get_param("ResourceARN")).Tags})

    def tag_resource(self) -> ActionResult:
        self._retag(self._get_param("Tags"), gone={tag["TagKey"] for tag in self._get_param("Tags")})
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        self._retag([], gone=set(self._get_param("TagKeys")))
        return EmptyResult()

    def _retag(self, added: list[dict[str, str]], *, gone: set[str]) -> None:
        channel = self._channel(self._get_param("ResourceARN"))
        channel.Tags = [*(tag for tag in channel.Tags if tag["TagKey"] not in gone), *added]

    def _channel(self, arn: str) -> SlackChannel:
        if arn not in self._channels:
            raise ChatbotException("ResourceNotFoundException", f"{arn} does not exist.")
        return self._channels[arn]


class ChatbotBackend(NewBackend):
    """The configurations of an account, by ARN."""

    name = SERVICE
    paths = MappingProxyType({"{0}/(?P<operation>[a-z-]+)$": ChatbotResponse.dispatch})

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.channels: dict[str, SlackChannel] = {}


chatbot_backends = BackendDict(ChatbotBackend, SERVICE, use_boto3_regions=False, additional_regions=["aws"])


def install() -> None:
    """Register the service."""
    register(chatbot_backends)


def _place(given: dict[str, Any]) -> tuple[str, str]:
    return given["SlackTeamId"], given["SlackChannelId"]


def _one(channel: SlackChannel) -> ActionResult:
    return ActionResult({"ChannelConfiguration": asdict(channel)})
