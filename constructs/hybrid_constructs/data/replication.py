"""Cross-region replication of S3 buckets."""

from cdktf_cdktf_provider_aws.s3_bucket_replication_configuration import (
    S3BucketReplicationConfigurationA,
    S3BucketReplicationConfigurationRule,
    S3BucketReplicationConfigurationRuleDeleteMarkerReplication,
    S3BucketReplicationConfigurationRuleDestination,
    S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration,
    S3BucketReplicationConfigurationRuleDestinationMetrics,
    S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold,
    S3BucketReplicationConfigurationRuleDestinationReplicationTime,
    S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime,
    S3BucketReplicationConfigurationRuleFilter,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteria,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects,
)
from constructs import Construct

from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, ServiceRole

RTC_MINUTES = 15
"""S3 Replication Time Control knows no other value (S3 user guide)."""


class BucketReplication(Construct):
    """Copies every new object of `sources` to `target`, in another region, within 15 minutes."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role_name: str,
        roles: RoleScope,
        source_region: str,
        target_region: str,
        sources: dict[str, SecureBucket],
        target: SecureBucket,
    ) -> None:
        super().__init__(scope, id_)
        buckets = list(sources.values())
        role = ServiceRole(
            self,
            "Role",
            name=role_name,
            service="s3.amazonaws.com",
            within=roles,
            statements=[
                *_read(buckets),
                *_use_keys(buckets, target, source_region, target_region),
                _write(target),
            ],
        )
        for key, source in sources.items():
            S3BucketReplicationConfigurationA(
                self,
                key,
                bucket=source.id,
                role=role.arn,
                rule=[_rule(target)],
                # S3 refuses a rule unless both sides are versioned; the ids alone do not say so.
                depends_on=[source.versioning, target.versioning],
                provider=source.provider,
            )


def _rule(target: SecureBucket) -> S3BucketReplicationConfigurationRule:
    on = "Enabled"
    return S3BucketReplicationConfigurationRule(
        id="all-objects",
        status=on,
        priority=1,
        filter=S3BucketReplicationConfigurationRuleFilter(prefix=""),
        delete_marker_replication=S3BucketReplicationConfigurationRuleDeleteMarkerReplication(status=on),
        # Without it S3 skips every object that is encrypted with a KMS key.
        source_selection_criteria=S3BucketReplicationConfigurationRuleSourceSelectionCriteria(
            sse_kms_encrypted_objects=S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects(
                status=on
            )
        ),
        destination=S3BucketReplicationConfigurationRuleDestination(
            bucket=target.arn,
            encryption_configuration=S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration(
                replica_kms_key_id=target.key.arn
            ),
            replication_time=S3BucketReplicationConfigurationRuleDestinationReplicationTime(
                status=on,
                time=S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime(minutes=RTC_MINUTES),
            ),
            metrics=S3BucketReplicationConfigurationRuleDestinationMetrics(
                status=on,
                event_threshold=S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold(
                    minutes=RTC_MINUTES
                ),
            ),
        ),
    )


def _read(sources: list[SecureBucket]) -> list[Statement]:
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": [source.arn for source in sources],
        },
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            "Resource": [f"{source.arn}/*" for source in sources],
        },
    ]


def _write(target: SecureBucket) -> Statement:
    return {
        "Effect": "Allow",
        "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        "Resource": f"{target.arn}/*",
    }


def _use_keys(
    sources: list[SecureBucket], target: SecureBucket, source_region: str, target_region: str
) -> list[Statement]:
    # GenerateDataKey beside Encrypt, because the target uses bucket keys (S3 user guide, "S3 Bucket Keys").
    source_keys = list(dict.fromkeys(source.key.arn for source in sources))
    return [
        _key_use(["kms:Decrypt"], source_keys, source_region),
        _key_use(["kms:Encrypt", "kms:GenerateDataKey"], [target.key.arn], target_region),
    ]


def _key_use(actions: list[str], keys: list[str], region: str) -> Statement:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": keys,
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    }
