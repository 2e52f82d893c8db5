"""AWS Config: what every resource looked like at any time, and which rules it breaks."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.config_config_rule import ConfigConfigRule, ConfigConfigRuleSource
from cdktf_cdktf_provider_aws.config_configuration_recorder import (
    ConfigConfigurationRecorder,
    ConfigConfigurationRecorderRecordingGroup,
)
from cdktf_cdktf_provider_aws.config_configuration_recorder_status import ConfigConfigurationRecorderStatus
from cdktf_cdktf_provider_aws.config_delivery_channel import (
    ConfigDeliveryChannel,
    ConfigDeliveryChannelSnapshotDeliveryProperties,
)
from cdktf_cdktf_provider_aws.iam_service_linked_role import IamServiceLinkedRole
from constructs import Construct

from hybrid_constructs.data.log_archive import delivery
from hybrid_constructs.security.config_rules import ManagedRule
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.trail import Archive

PREFIX = "config/"
"""Where histories and snapshots lie in the archive."""

SERVICE = "config"
_NAME = "default"
"""A region has one recorder and one channel, and the console calls them so."""


class ConfigRecorder(Construct):
    """Records every supported resource of the region into `archive`, and evaluates `rules`.

    IAM and other global resources are recorded in one region only (AWS Config, "Recording global resources"):
    the one with `global_types`, which also makes the service's role for the whole account.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        archive: Archive,
        key: Key,
        account_id: str,
        rules: Sequence[ManagedRule],
        global_types: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.role_arn = (
            f"arn:aws:iam::{account_id}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        )
        role = self._role() if global_types else None
        recorder = ConfigConfigurationRecorder(
            self,
            "Recorder",
            name=_NAME,
            role_arn=self.role_arn,
            recording_group=ConfigConfigurationRecorderRecordingGroup(
                all_supported=True, include_global_resource_types=global_types
            ),
            depends_on=[role] if role else None,
        )
        channel = ConfigDeliveryChannel(
            self,
            "Channel",
            name=_NAME,
            s3_bucket_name=archive.name,
            s3_key_prefix=PREFIX.rstrip("/"),
            s3_kms_key_arn=key.arn,
            snapshot_delivery_properties=ConfigDeliveryChannelSnapshotDeliveryProperties(
                delivery_frequency="TwentyFour_Hours"
            ),
            # Config refuses a channel without a recorder, and one whose bucket it cannot write to.
            depends_on=[recorder, archive.policy],
        )
        ConfigConfigurationRecorderStatus(
            self, "Recording", name=recorder.id, is_enabled=True, depends_on=[channel]
        )
        for rule in rules:
            ConfigConfigRule(
                self,
                f"Rule-{rule.name}",
                name=rule.name,
                source=ConfigConfigRuleSource(owner="AWS", source_identifier=rule.identifier),
                input_parameters=rule.input_parameters,
                depends_on=[recorder],
            )

    def _role(self) -> IamServiceLinkedRole:
        return IamServiceLinkedRole(
            self, "Role", aws_service_name=f"{SERVICE}.amazonaws.com", description="AWS Config"
        )


def config_delivery(bucket_arn: str, *, account_id: str) -> list[Statement]:
    """Let AWS Config deliver to an archive (AWS Config, "Permissions for the S3 bucket")."""
    statements = delivery(bucket_arn, service=SERVICE, prefix=PREFIX, account_id=account_id)
    # Config looks whether the bucket exists before it delivers.
    return [*statements, {**statements[0], "Action": "s3:ListBucket"}]
