"""Managed rules that this platform claims to obey (AWS Config, "List of AWS Config Managed Rules")."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ManagedRule:
    """One of AWS's own rules."""

    identifier: str
    """AWS's name of it, such as `ENCRYPTED_VOLUMES`."""

    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name in the account: the identifier, written as AWS's console does."""
        return self.identifier.lower().replace("_", "-")

    @property
    def input_parameters(self) -> str | None:
        """The parameters as Config takes them."""
        return json.dumps(self.parameters, separators=(",", ":")) if self.parameters else None


def required_tags(*keys: str) -> ManagedRule:
    """Every resource carries these tags, six at most."""
    if not 1 <= len(keys) <= 6:
        raise ValueError(
            f"required_tags got {len(keys)} tags: {', '.join(keys)}; give 1 to 6 "
            '(AWS Config, "required-tags")'
        )
    return ManagedRule("REQUIRED_TAGS", {f"tag{index}Key": key for index, key in enumerate(keys, 1)})


REGIONAL = tuple(
    ManagedRule(identifier)
    for identifier in (
        *("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "CMK_BACKING_KEY_ROTATION_ENABLED"),
        *("ENCRYPTED_VOLUMES", "RDS_STORAGE_ENCRYPTED", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
        *("SECRETSMANAGER_USING_CMK", "SNS_ENCRYPTED_KMS", "S3_BUCKET_SSL_REQUESTS_ONLY"),
        *("S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
        *("S3_BUCKET_VERSIONING_ENABLED", "KMS_CMK_NOT_SCHEDULED_FOR_DELETION"),
        *(
            "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
            "RDS_SNAPSHOTS_PUBLIC_PROHIBITED",
            "DB_INSTANCE_BACKUP_ENABLED",
        ),
        *("INCOMING_SSH_DISABLED", "RESTRICTED_INCOMING_TRAFFIC", "VPC_DEFAULT_SECURITY_GROUP_CLOSED"),
        *("VPC_FLOW_LOGS_ENABLED", "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED"),
        *(
            "ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK",
            "ALB_HTTP_DROP_INVALID_HEADER_ENABLED",
            "ELB_LOGGING_ENABLED",
        ),
        *("ECR_PRIVATE_IMAGE_SCANNING_ENABLED", "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED"),
        *("ECS_CONTAINERS_NONPRIVILEGED", "ECS_CONTAINERS_READONLY_ACCESS"),
        "CLOUD_TRAIL_ENABLED",
    )
)
"""What holds in every region."""

HOME = (
    ManagedRule("RDS_MULTI_AZ_SUPPORT"),  # the replica of the second region has one zone until it is promoted
    ManagedRule("RDS_INSTANCE_DELETION_PROTECTION_ENABLED"),
    # Days; 15 unless told. The cache can be made anew from the database, so one day is what is kept.
    ManagedRule("ELASTICACHE_REDIS_CLUSTER_AUTOMATIC_BACKUP_CHECK", {"snapshotRetentionPeriod": "1"}),
    ManagedRule("MULTI_REGION_CLOUD_TRAIL_ENABLED"),
    ManagedRule("CLOUD_TRAIL_ENCRYPTION_ENABLED"),
    ManagedRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
    ManagedRule("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED"),
    ManagedRule("ROOT_ACCOUNT_MFA_ENABLED"),
    ManagedRule("IAM_ROOT_ACCESS_KEY_CHECK"),
    ManagedRule("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
    ManagedRule("ACCESS_KEYS_ROTATED", {"maxAccessKeyAge": "90"}),
    ManagedRule("IAM_USER_NO_POLICIES_CHECK"),
)
"""What concerns the account, its trail or the primary region: evaluated once."""
