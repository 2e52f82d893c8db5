"""The audit trail: who called which API of the account, in every region."""

from collections.abc import Sequence
from typing import Protocol

from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
    CloudtrailInsightSelector,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

from environments.observability import TrailConfig
from hybrid_constructs.aws import policy
from hybrid_constructs.observability.watch import Alarm, LogMetric
from hybrid_constructs.security import trail_watch
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement, encrypted_transport
from hybrid_constructs.security.roles import RoleScope, TrustedRole

PREFIX = "cloudtrail/"
"""Where the trail's files lie in the archive."""


class Archive(Protocol):
    """The bucket that the trail's files go to; its policy has `delivery(service="cloudtrail", ...)`."""

    @property
    def name(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def policy(self) -> S3BucketPolicy: ...


class Trail(Construct):
    """Records management events of all regions, with digests that prove that no file was changed.

    With `object_events`, also who touches the objects of `state_buckets` (by ARN), and who reads or deletes
    objects of the archive. What AWS and Firehose deliver to the archive is left out: the trail would record
    its own deliveries (CloudTrail user guide, "Logging data events").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        archive: Archive,
        key: Key,
        log_group_name: str,
        logs_key: Key,
        topic_name: str,
        topic_key: Key,
        state_buckets: Sequence[str],
        config: TrailConfig,
        roles: RoleScope,
        region: str,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.arn = f"arn:aws:cloudtrail:{region}:{roles.account_id}:trail/{name}"
        log_group = CloudwatchLogGroup(
            self,
            "LogGroup",
            name=log_group_name,
            retention_in_days=config.log_retention_days,
            kms_key_id=logs_key.arn,
        )
        # Read, so that whoever counts in the group waits for it.
        self.log_group_name = log_group.name
        log_group_arn = log_group.arn
        role = TrustedRole(
            self,
            "Delivery",
            name=f"{name}-trail",
            service="cloudtrail.amazonaws.com",
            # "The role policy doesn't support the use of aws:SourceArn and aws:SourceAccount" (CloudTrail
            # user guide, "Role policy document for CloudTrail to use CloudWatch Logs for monitoring").
            condition=None,
            within=roles,
            statements=[_write_events(f"{log_group_arn}:log-stream:{roles.account_id}_CloudTrail_{region}*")],
        )
        topic = self._topic(topic_name, topic_key, region, roles.account_id)
        Cloudtrail(
            self,
            "Trail",
            name=name,
            sns_topic_name=topic.name,
            s3_bucket_name=archive.name,
            s3_key_prefix=PREFIX.rstrip("/"),
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=f"{log_group_arn}:*",
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selector=_selectors(archive, state_buckets if config.object_events else ()),
            insight_selector=[
                CloudtrailInsightSelector(insight_type=kind)
                for kind in (("ApiCallRateInsight", "ApiErrorRateInsight") if config.insights else ())
            ],
            # CloudTrail tries bucket and role at once.
            depends_on=[archive.policy, role.rights],
        )

    def _topic(self, name: str, key: Key, region: str, account_id: str) -> SnsTopic:
        """Says that a file was delivered, for tools that read the trail; nobody else subscribes."""
        arn = f"arn:aws:sns:{region}:{account_id}:{name}"
        return SnsTopic(
            self,
            "Deliveries",
            name=name,
            kms_master_key_id=key.arn,
            policy=policy(_announce(arn, self.arn), encrypted_transport("sns:Publish", arn)),
        )

    def log_metrics(self) -> list[LogMetric]:
        """What is counted in the trail's log group."""
        return trail_watch.log_metrics(self.log_group_name)

    def alarms(self) -> list[Alarm]:
        """Calls that a person must explain."""
        return trail_watch.alarms()


def _announce(topic_arn: str, trail_arn: str) -> Statement:
    """CloudTrail user guide, "Amazon SNS topic policy for CloudTrail"."""
    return {
        "Sid": "Trail",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
    }


def _write_events(log_streams: str) -> Statement:
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": log_streams,
    }


def _selectors(archive: Archive, state_buckets: Sequence[str]) -> list[CloudtrailAdvancedEventSelector]:
    field = CloudtrailAdvancedEventSelectorFieldSelector
    selectors = [
        CloudtrailAdvancedEventSelector(
            name="Management events", field_selector=[field(field="eventCategory", equal_to=["Management"])]
        )
    ]
    if state_buckets:
        objects = [
            field(field="eventCategory", equal_to=["Data"]),
            field(field="resources.type", equal_to=["AWS::S3::Object"]),
        ]
        selectors += [
            CloudtrailAdvancedEventSelector(
                name="Terraform state",
                field_selector=[
                    *objects,
                    field(field="resources.ARN", starts_with=[f"{arn}/" for arn in state_buckets]),
                ],
            ),
            CloudtrailAdvancedEventSelector(
                name="Archived logs",
                field_selector=[
                    *objects,
                    field(field="resources.ARN", starts_with=[f"{archive.arn}/"]),
                    field(field="eventName", not_equals=["PutObject"]),
                ],
            ),
        ]
    return selectors
