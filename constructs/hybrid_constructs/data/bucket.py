"""S3 buckets that are safe without further thought."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from hybrid_constructs.aws import on_emulator, policy, protected
from hybrid_constructs.data.lifecycle import LifecycleRule, StorageClass, check
from hybrid_constructs.data.lifecycle_blocks import rendered
from hybrid_constructs.security.key import Key, grant_decrypt, grant_encrypt_decrypt
from hybrid_constructs.security.policies import Statement, tls_only

if TYPE_CHECKING:  # an AccessLogBucket is a PrivateBucket itself
    from hybrid_constructs.data.access_logs import AccessLogBucket

MULTIPART_DAYS = 7
"""An upload that takes longer was abandoned; its parts cost money and show in no listing."""


class PrivateBucket(Construct):
    """What every bucket is, however it encrypts: versioned, private, TLS only, owned by this account.

    `lifecycle` adds to the rule that deletes old versions and abandoned uploads; rules that S3 would refuse
    raise `LifecycleError` with all problems.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        encryption: S3BucketServerSideEncryptionConfigurationRuleA,
        lifecycle: Sequence[LifecycleRule] = (),
        arrives_in: StorageClass = StorageClass.STANDARD,
        noncurrent_versions_days: int = 90,
        statements: Sequence[Statement] = (),
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        rules = [_keep_versions(noncurrent_versions_days), *lifecycle]
        check(rules, bucket=name, arrives_in=arrives_in)
        bucket = S3Bucket(
            self, "Bucket", bucket=name, force_destroy=on_emulator(), lifecycle=protected(), provider=provider
        )
        self.name = name
        self.provider = provider
        self.id = bucket.id
        self.arn = f"arn:aws:s3:::{name}"
        self.versioning = S3BucketVersioningA(
            self,
            "Versioning",
            bucket=self.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
            provider=provider,
        )
        S3BucketServerSideEncryptionConfigurationA(
            self, "Encryption", bucket=self.id, rule=[encryption], provider=provider
        )
        access_block = S3BucketPublicAccessBlock(
            self,
            "PublicAccess",
            bucket=self.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            provider=provider,
        )
        S3BucketOwnershipControls(
            self,
            "Ownership",
            bucket=self.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
            provider=provider,
        )
        self.policy = S3BucketPolicy(
            self,
            "Policy",
            bucket=self.id,
            policy=policy(*tls_only(self.arn), *statements),
            # S3 refuses two changes of a bucket's access settings at the same time.
            depends_on=[access_block],
            provider=provider,
        )
        S3BucketLifecycleConfiguration(
            self,
            "Lifecycle",
            bucket=self.id,
            rule=[rendered(rule) for rule in rules],
            depends_on=[self.versioning],
            provider=provider,
        )


class SecureBucket(PrivateBucket):
    """A `PrivateBucket` encrypted with `key`; requests to it are logged to `access_logs`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        access_logs: "AccessLogBucket | None" = None,
        lifecycle: Sequence[LifecycleRule] = (),
        arrives_in: StorageClass = StorageClass.STANDARD,
        noncurrent_versions_days: int = 90,
        statements: Sequence[Statement] = (),
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            name=name,
            encryption=_kms(key.arn),
            lifecycle=lifecycle,
            arrives_in=arrives_in,
            noncurrent_versions_days=noncurrent_versions_days,
            statements=statements,
            provider=provider,
        )
        self.key = key
        self.keys = (key,)
        if access_logs:
            S3BucketLoggingA(
                self,
                "AccessLogs",
                bucket=self.id,
                target_bucket=access_logs.id,
                target_prefix=access_logs.bucket_prefix(name),
                # S3 delivers nothing until the policy lets it.
                depends_on=[access_logs.policy],
                provider=provider,
            )

    def grant_read(self, prefix: str = "") -> list[Statement]:
        """List and read the objects below `prefix`."""
        return [
            self._list(prefix),
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{self.arn}/{prefix}*"},
            grant_decrypt(self.key, through="s3"),
        ]

    def grant_write(self, prefix: str = "") -> list[Statement]:
        """Store objects below `prefix`, also in parts."""
        return [
            {
                "Effect": "Allow",
                "Action": ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
                "Resource": f"{self.arn}/{prefix}*",
            },
            # Decrypt, because S3 reads the parts to put them together (S3 user guide, "Multipart upload").
            grant_encrypt_decrypt(self.key, through="s3"),
        ]

    def grant_delete(self, prefix: str = "") -> list[Statement]:
        """Delete objects below `prefix`; their versions stay restorable."""
        return [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"{self.arn}/{prefix}*"}]

    def _list(self, prefix: str) -> Statement:
        listing: Statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": self.arn}
        if prefix:
            listing["Condition"] = {"StringLike": {"s3:prefix": f"{prefix}*"}}
        return listing


def _kms(key_arn: str) -> S3BucketServerSideEncryptionConfigurationRuleA:
    return S3BucketServerSideEncryptionConfigurationRuleA(
        bucket_key_enabled=True,
        apply_server_side_encryption_by_default=(
            S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                sse_algorithm="aws:kms", kms_master_key_id=key_arn
            )
        ),
    )


def _keep_versions(days: int) -> LifecycleRule:
    return LifecycleRule(
        "noncurrent-versions", noncurrent_expiration_days=days, abort_multipart_days=MULTIPART_DAYS
    )
