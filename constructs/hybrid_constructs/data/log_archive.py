"""The bucket in which logs are kept for years, and its copy in the second region."""

from collections.abc import Sequence

from cdktf import TerraformProvider
from constructs import Construct

from environments.shared import LogArchiveConfig
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.lifecycle import LifecycleRule, StorageClass, Transition, way_down
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement


class LogArchive(SecureBucket):
    """Logs by prefix: cheaper classes with age, deletion at the end. Objects arrive in class `arrives_in`.

    Below the prefixes in `direct` something writes by itself, and its objects arrive in STANDARD.

    Each kind of log has its prefix and so its own way down; a rule for the whole bucket would also move what
    lies below the prefix for access logs, and S3 knows no filter that leaves a prefix out.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        config: LogArchiveConfig,
        access_logs: AccessLogBucket,
        arrives_in: StorageClass = StorageClass.STANDARD,
        direct: Sequence[str] = (),
        statements: Sequence[Statement] = (),
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            name=name,
            key=key,
            access_logs=access_logs,
            lifecycle=archive_rules(config, arrives_in, direct),
            arrives_in=arrives_in,
            noncurrent_versions_days=config.noncurrent_versions_days,
            statements=statements,
            provider=provider,
        )


def archive_rules(
    config: LogArchiveConfig, arrives_in: StorageClass, direct: Sequence[str] = ()
) -> list[LifecycleRule]:
    """The rules of an archive: one that deletes everything, and one way down for each prefix."""
    life = config.lifecycle
    days = {StorageClass.STANDARD_IA: life.standard_ia_days, StorageClass.GLACIER: life.glacier_days}
    rules = [LifecycleRule("expiry", expiration_days=life.expiration_days)]
    classes = {
        prefix: StorageClass.STANDARD if prefix in direct else arrives_in for prefix in config.prefixes
    }
    rules += [
        LifecycleRule(
            _id(prefix),
            prefix,
            transitions=way_down(days, classes[prefix]),
            arrives_in=classes[prefix],
        )
        for prefix in config.prefixes
    ]
    if arrives_in is StorageClass.STANDARD:
        # Elsewhere moving costs more than it saves: each class is paid for its minimum time.
        tiering = (Transition(0, StorageClass.INTELLIGENT_TIERING),)
        prefix = config.access_logs_prefix
        rules.append(LifecycleRule(_id(prefix), prefix, transitions=tiering))
    return rules


def delivery(bucket_arn: str, *, service: str, prefix: str, account_id: str) -> list[Statement]:
    """Let an AWS service such as `cloudtrail` deliver this account's logs below `prefix`."""
    common = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
    return [
        {**common, "Action": "s3:GetBucketAcl", "Resource": bucket_arn},
        {**common, "Action": "s3:PutObject", "Resource": f"{bucket_arn}/{prefix}AWSLogs/{account_id}/*"},
    ]


def _id(prefix: str) -> str:
    return prefix.rstrip("/").replace("/", "-")
