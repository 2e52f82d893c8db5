"""Where buckets and load balancers leave their access logs."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from constructs import Construct

from hybrid_constructs.data.bucket import PrivateBucket
from hybrid_constructs.data.lifecycle import LifecycleRule, StorageClass, Transition
from hybrid_constructs.security.policies import Statement

_BUCKETS = "s3"
_LOAD_BALANCERS = "alb"
_OLD_VERSIONS_DAYS = 7
"""Nothing overwrites a log; versions exist only of what was deleted by hand."""


class AccessLogBucket(PrivateBucket):
    """Takes the access logs of one region's buckets and load balancers, and deletes them after a time.

    Encrypted with S3's own key: neither service delivers to a bucket that encrypts with a KMS key (S3 user
    guide, "Enabling server access logging"; ELB guide, "Enable access logs").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account_id: str,
        expiration_days: int = 365,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            name=name,
            encryption=_own_key_of_s3(),
            lifecycle=[
                LifecycleRule(
                    "access-logs",
                    transitions=(Transition(0, StorageClass.INTELLIGENT_TIERING),),
                    expiration_days=expiration_days,
                )
            ],
            noncurrent_versions_days=_OLD_VERSIONS_DAYS,
            statements=deliveries(f"arn:aws:s3:::{name}", account_id),
            provider=provider,
        )

    def bucket_prefix(self, bucket: str) -> str:
        """Where a bucket's server access logs go."""
        return f"{_BUCKETS}/{bucket}/"

    def load_balancer_prefix(self, load_balancer: str) -> str:
        """Where a load balancer's logs go; ELB adds `/AWSLogs/<account>/` itself."""
        return f"{_LOAD_BALANCERS}/{load_balancer}"


def deliveries(bucket_arn: str, account_id: str) -> list[Statement]:
    """Let both services write, each only below its prefix and only on behalf of this account."""
    return [
        {
            "Sid": "BucketLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/{_BUCKETS}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        },
        {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            # ELB puts the load balancer's account into the path, and documents no condition that would say
            # more (ELB guide, "Enable access logs"); one that never matches would silence the logs.
            "Resource": f"{bucket_arn}/{_LOAD_BALANCERS}/*/AWSLogs/{account_id}/*",
        },
    ]


def _own_key_of_s3() -> S3BucketServerSideEncryptionConfigurationRuleA:
    return S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=(
            S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                sse_algorithm="AES256"
            )
        )
    )
