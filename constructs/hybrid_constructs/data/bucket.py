"""S3 buckets that are safe without further thought."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
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
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import tls_only

MULTIPART_DAYS = 7
"""An upload that takes longer was abandoned; its parts cost money and show in no listing."""


class SecureBucket(Construct):
    """Versioned, encrypted with `key`, private, TLS only, owned by this account.

    Nothing of that is an option. Overwritten and deleted objects stay restorable for
    `noncurrent_versions_days`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        noncurrent_versions_days: int = 90,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(
            self, "Bucket", bucket=name, force_destroy=on_emulator(), lifecycle=protected(), provider=provider
        )
        self.name = name
        self.key = key
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
            self, "Encryption", bucket=self.id, rule=[_kms(key.arn)], provider=provider
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
        S3BucketPolicy(
            self,
            "Policy",
            bucket=self.id,
            policy=policy(tls_only(self.arn)),
            # S3 refuses two changes of a bucket's access settings at the same time.
            depends_on=[access_block],
            provider=provider,
        )
        S3BucketLifecycleConfiguration(
            self,
            "Lifecycle",
            bucket=self.id,
            rule=[_keep_versions(noncurrent_versions_days)],
            depends_on=[self.versioning],
            provider=provider,
        )


def _kms(key_arn: str) -> S3BucketServerSideEncryptionConfigurationRuleA:
    return S3BucketServerSideEncryptionConfigurationRuleA(
        bucket_key_enabled=True,
        apply_server_side_encryption_by_default=(
            S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                sse_algorithm="aws:kms", kms_master_key_id=key_arn
            )
        ),
    )


def _keep_versions(days: int) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id="noncurrent-versions",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=days)
        ],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=MULTIPART_DAYS
            )
        ],
    )
