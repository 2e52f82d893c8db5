"""Cross-region replication of S3 buckets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cdktf import TerraformProvider
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
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA
from constructs import Construct

from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.replication_watch import (
    ALL_OBJECTS,
    RTC_MINUTES,
    Copying,
    TargetSide,
)
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, TrustedRole

EVERYTHING = ("",)
"""The prefix that every object has."""


class ReplicatedBucket(Protocol):
    """One end of a replication: a `SecureBucket`, or a `StableBucket` that another stack made."""

    @property
    def name(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key that may have encrypted an object in it; the first one is the bucket's own."""

    @property
    def versioning(self) -> S3BucketVersioningA | None:
        """What to wait for, where it is made in the same stack."""

    @property
    def provider(self) -> TerraformProvider | None: ...


@dataclass(frozen=True)
class StableBucket:
    """A bucket of another stack, known by its name; that stack is applied earlier, versioning and all."""

    name: str
    keys: tuple[Key, ...]
    provider: TerraformProvider | None = None
    versioning: None = None

    @property
    def id(self) -> str:
        """An S3 bucket's id is its name."""
        return self.name

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:aws:s3:::{self.name}"


class BucketReplication(Construct):
    """Copies new objects of `sources` to `target`, in another region, within 15 minutes.

    All of them, or those below one of `prefixes`: S3 has no filter that leaves something out.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role_name: str,
        roles: RoleScope,
        source_region: str,
        target_region: str,
        sources: Mapping[str, ReplicatedBucket],
        target: ReplicatedBucket,
        storage_class: StorageClass | None = None,
        prefixes: Sequence[str] = EVERYTHING,
    ) -> None:
        super().__init__(scope, id_)
        buckets = list(sources.values())
        self.copying = [
            Copying(source.name, target.name, _rule_id(prefix)) for source in buckets for prefix in prefixes
        ]
        role = TrustedRole(
            self,
            "Role",
            name=role_name,
            service="s3.amazonaws.com",
            # S3 documents none that it would send (S3 user guide, "Setting up permissions for live
            # replication").
            condition=None,
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
                rule=[
                    _rule(target, storage_class, prefix, priority)
                    for priority, prefix in enumerate(prefixes, 1)
                ],
                # S3 refuses a rule unless both sides are versioned; the ids alone do not say so.
                depends_on=[side.versioning for side in (source, target) if side.versioning] or None,
                provider=source.provider,
            )

    def alarms(self) -> list[Alarm]:
        """Copies that are late; S3 measures it in the target's region (S3, "Using replication metrics")."""
        return TargetSide(self.copying).alarms()

    def dashboard_rows(self) -> list[DashboardRow]:
        """Lateness, in the target's region."""
        return TargetSide(self.copying).dashboard_rows()


def _rule_id(prefix: str) -> str:
    return prefix.rstrip("/").replace("/", "-") or ALL_OBJECTS


def _rule(
    target: ReplicatedBucket, storage_class: StorageClass | None, prefix: str, priority: int
) -> S3BucketReplicationConfigurationRule:
    on = "Enabled"
    return S3BucketReplicationConfigurationRule(
        id=_rule_id(prefix),
        status=on,
        priority=priority,
        filter=S3BucketReplicationConfigurationRuleFilter(prefix=prefix),
        delete_marker_replication=S3BucketReplicationConfigurationRuleDeleteMarkerReplication(status=on),
        # Without it S3 skips every object that is encrypted with a KMS key.
        source_selection_criteria=S3BucketReplicationConfigurationRuleSourceSelectionCriteria(
            sse_kms_encrypted_objects=S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects(
                status=on
            )
        ),
        destination=S3BucketReplicationConfigurationRuleDestination(
            bucket=target.arn,
            storage_class=storage_class.value if storage_class else None,
            encryption_configuration=S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration(
                replica_kms_key_id=target.keys[0].arn
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


def _read(sources: Sequence[ReplicatedBucket]) -> list[Statement]:
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


def _write(target: ReplicatedBucket) -> Statement:
    return {
        "Effect": "Allow",
        "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        "Resource": f"{target.arn}/*",
    }


def _use_keys(
    sources: Sequence[ReplicatedBucket], target: ReplicatedBucket, source_region: str, target_region: str
) -> list[Statement]:
    # GenerateDataKey beside Encrypt, because the target uses bucket keys (S3 user guide, "S3 Bucket Keys").
    source_keys = list(dict.fromkeys(key.arn for source in sources for key in source.keys))
    return [
        _key_use(["kms:Decrypt"], source_keys, source_region),
        _key_use(["kms:Encrypt", "kms:GenerateDataKey"], [target.keys[0].arn], target_region),
    ]


def _key_use(actions: list[str], keys: list[str], region: str) -> Statement:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": keys,
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    }
