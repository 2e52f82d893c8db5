"""Application logs on their way into an archive, in this region or in another, within minutes."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_stream import CloudwatchLogStream
from cdktf_cdktf_provider_aws.cloudwatch_log_subscription_filter import CloudwatchLogSubscriptionFilter
from cdktf_cdktf_provider_aws.kinesis_firehose_delivery_stream import (
    KinesisFirehoseDeliveryStream,
    KinesisFirehoseDeliveryStreamExtendedS3Configuration,
    KinesisFirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions,
    KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfiguration,
    KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessors,
    KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessorsParameters,
    KinesisFirehoseDeliveryStreamServerSideEncryption,
)
from constructs import Construct

from environments.observability import LogStreamingConfig
from hybrid_constructs.observability import log_stream_watch
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, TrustedRole

BUFFER_MIB = 5
"""Firehose's default; a busy stream writes before its time is up."""

ERROR_LOG_DAYS = 30
_ERROR_STREAM = "delivery"


@dataclass(frozen=True)
class LogTarget:
    """A bucket that logs are brought to, and the key that encrypts it, in their own region.

    "The ARN of the encryption key must belong to the same Region as the destination bucket" (Firehose API
    reference, KMSEncryptionConfig): a stream may well deliver to another region.
    """

    bucket: str
    key: Key
    region: str


class LogStream(Construct):
    """Brings every line of `log_groups` to `target`: CloudWatch Logs, Firehose, S3; encrypted all the way.

    A log group feeds two streams at most (CloudWatch Logs quotas, "Subscription filters"): one for each
    region. Objects are compressed lines of JSON; each line names its log group and log stream.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        log_groups: Mapping[str, str],
        target: LogTarget,
        prefix: str,
        key: Key,
        config: LogStreamingConfig,
        rpo_seconds: int,
        roles: RoleScope,
        region: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self._id = id_.lower()
        self._log_groups = dict(log_groups)
        self._rpo_seconds = rpo_seconds
        # Built, not read: the roles name what is made after them.
        self.arn = f"arn:aws:firehose:{region}:{roles.account_id}:deliverystream/{name}"
        self.error_log_group = f"/aws/firehose/{name}"
        errors = self._errors(key, provider)
        delivery = TrustedRole(
            self,
            "Delivery",
            name=f"{name}-delivery",
            service="firehose.amazonaws.com",
            # Firehose developer guide, "Allow Firehose to assume an IAM role".
            condition={"StringEquals": {"sts:ExternalId": roles.account_id}},
            within=roles,
            statements=delivery_statements(
                target,
                prefix,
                f"arn:aws:logs:{region}:{roles.account_id}:log-group:{self.error_log_group}",
            ),
        )
        stream = KinesisFirehoseDeliveryStream(
            self,
            "Stream",
            name=name,
            destination="extended_s3",
            server_side_encryption=KinesisFirehoseDeliveryStreamServerSideEncryption(
                enabled=True, key_type="CUSTOMER_MANAGED_CMK", key_arn=key.arn
            ),
            extended_s3_configuration=self._destination(target, prefix, config, delivery.arn),
            depends_on=[delivery.rights, errors],
            provider=provider,
        )
        subscription = TrustedRole(
            self,
            "Subscription",
            name=f"{name}-subscription",
            service="logs.amazonaws.com",
            # CloudWatch Logs user guide, "Subscription filters with Amazon Data Firehose".
            condition={"StringLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{roles.account_id}:*"}},
            within=roles,
            statements=[
                {
                    "Effect": "Allow",
                    "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
                    "Resource": self.arn,
                }
            ],
        )
        for id_of_group, log_group in self._log_groups.items():
            CloudwatchLogSubscriptionFilter(
                self,
                f"Filter-{id_of_group}",
                name=name,
                log_group_name=log_group,
                filter_pattern="",
                destination_arn=stream.arn,
                role_arn=subscription.arn,
                # CloudWatch Logs sends a test message at once.
                depends_on=[subscription.rights],
                provider=provider,
            )

    def alarms(self) -> list[Alarm]:
        """Logs that are late, and logs that do not arrive."""
        return log_stream_watch.alarms(self._id, self.name, self._log_groups, self._rpo_seconds)

    def dashboard_rows(self) -> list[DashboardRow]:
        """How far the archive is behind, and what arrives."""
        return log_stream_watch.dashboard_rows(self.name)

    def _errors(self, key: Key, provider: TerraformProvider | None) -> CloudwatchLogStream:
        group = CloudwatchLogGroup(
            self,
            "ErrorLog",
            name=self.error_log_group,
            retention_in_days=ERROR_LOG_DAYS,
            kms_key_id=key.arn,
            provider=provider,
        )
        return CloudwatchLogStream(
            self, "ErrorStream", name=_ERROR_STREAM, log_group_name=group.name, provider=provider
        )

    def _destination(
        self, target: LogTarget, prefix: str, config: LogStreamingConfig, role_arn: str
    ) -> KinesisFirehoseDeliveryStreamExtendedS3Configuration:
        options = KinesisFirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions
        return KinesisFirehoseDeliveryStreamExtendedS3Configuration(
            bucket_arn=f"arn:aws:s3:::{target.bucket}",
            role_arn=role_arn,
            kms_key_arn=target.key.arn,
            prefix=f"{prefix}!{{timestamp:yyyy/MM/dd/HH}}/",
            error_output_prefix=f"{prefix}failed/!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd}}/",
            buffering_interval=config.buffer_seconds,
            buffering_size=BUFFER_MIB,
            compression_format="GZIP",
            file_extension=".json.gz",
            cloudwatch_logging_options=options(
                enabled=True, log_group_name=self.error_log_group, log_stream_name=_ERROR_STREAM
            ),
            processing_configuration=_one_event_bundle_a_line(),
        )


def delivery_statements(target: LogTarget, prefix: str, error_log_group_arn: str) -> list[Statement]:
    """Write below `prefix`, and say what failed (Firehose, "Grant Firehose access to an S3 destination")."""
    bucket = f"arn:aws:s3:::{target.bucket}"
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": bucket,
        },
        {
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            "Resource": f"{bucket}/{prefix}*",
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": target.key.arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{target.region}.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": "logs:PutLogEvents",
            "Resource": f"{error_log_group_arn}:log-stream:{_ERROR_STREAM}",
        },
    ]


def _one_event_bundle_a_line() -> KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfiguration:
    """Unpack what CloudWatch Logs has packed already, or the objects would be compressed twice.

    Firehose writes records without anything between them, unless told (Firehose, "Data delivery format").
    """
    processor = KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessors
    parameter = (
        KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessorsParameters
    )
    return KinesisFirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfiguration(
        enabled=True,
        processors=[
            processor(
                type="Decompression",
                parameters=[parameter(parameter_name="CompressionFormat", parameter_value="GZIP")],
            ),
            processor(
                type="AppendDelimiterToRecord",
                parameters=[parameter(parameter_name="Delimiter", parameter_value="\\n")],
            ),
        ],
    )
