"""What the policy of each key allows, as statements. Pure functions; one table says who needs which key.

A key of a purpose is managed by its account and used only through the services of that purpose: nobody, not
even an administrator, decrypts with it directly (KMS developer guide, "Key policies", "kms:ViaService").
"""

from environments.shared import KeyPurpose
from hybrid_constructs.security.policies import Statement

_ADMINISTRATION = [
    *("kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey"),
    *("kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy"),
    *("kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListGrants", "kms:ListKeyPolicies"),
    *("kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource"),
    *("kms:UpdateAlias", "kms:UpdateKeyDescription"),
]
"""Everything that manages a key, nothing that encrypts or decrypts (KMS, "Key administrators")."""

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

_SERVICE_USE = ["kms:Decrypt", "kms:GenerateDataKey*"]

_THROUGH: dict[KeyPurpose, tuple[str, ...]] = {
    "database": ("rds",),
    "objects": ("s3", "ecr"),
    "secrets": ("secretsmanager",),
    "logs": ("s3", "firehose", "aps", "xray"),
    "messaging": ("sqs", "sns"),
    "cache": ("elasticache",),
    "audit": ("s3",),
}
"""Services through which principals of the account use each key."""

_GRANTED = {"rds", "ecr", "elasticache", "firehose", "aps", "xray"}
"""Services that take a grant, so that they can read what they store when nobody asks them to."""


def whole_account(account_id: str) -> Statement:
    """Let IAM policies of the account say who manages and who uses the key."""
    # Without it nobody could ever manage the key again (KMS developer guide, "Default key policy").
    return _account(account_id, "AccountAdministration", ["kms:*"])


def for_purpose(purpose: KeyPurpose, *, account_id: str, region: str) -> list[Statement]:
    """The whole policy of the key that encrypts `purpose`."""
    return [
        _account(account_id, "AccountAdministration", _ADMINISTRATION),
        *_through_services(_THROUGH[purpose], account_id, region),
        *_by_services(purpose, account_id, region),
    ]


def _account(account_id: str, sid: str, actions: list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": "*",
    }


def _through_services(services: tuple[str, ...], account_id: str, region: str) -> list[Statement]:
    """Principals of the account whose IAM policies allow it, as long as a service asks on their behalf."""
    use = _account(account_id, "UseThroughServices", _USE)
    use["Condition"] = {"StringEquals": _via(services, account_id, region)}
    granted = tuple(service for service in services if service in _GRANTED)
    if not granted:
        return [use]
    grant = _account(account_id, "GrantToServices", ["kms:CreateGrant"])
    grant["Condition"] = {
        "StringEquals": _via(granted, account_id, region),
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    }
    return [use, grant]


def _via(services: tuple[str, ...], account_id: str, region: str) -> dict[str, str | list[str]]:
    hosts = [f"{service}.{region}.amazonaws.com" for service in services]
    return {"kms:CallerAccount": account_id, "kms:ViaService": hosts}


def _by_services(purpose: KeyPurpose, account_id: str, region: str) -> list[Statement]:
    """Services that use the key in their own name."""
    if purpose == "logs":
        return [
            _cloudwatch_logs(account_id, region),
            _log_delivery(account_id, region),
            # AWS Config developer guide, "Permissions for the KMS key": the service-linked role has none.
            _service("Configuration", "config", _SERVICE_USE, {"StringEquals": _source(account_id)}),
        ]
    if purpose == "audit":
        return [_cloudtrail(account_id), _cloudtrail_describes(account_id)]
    if purpose == "messaging":
        return [
            # Alarms publish to topics, topics deliver to queues (SNS developer guide, "Key management").
            _service("Alarms", "cloudwatch", _SERVICE_USE, {"StringEquals": _source(account_id)}),
            _service("Topics", "sns", _SERVICE_USE, {"StringEquals": _source(account_id)}),
            # "Adding aws:SourceAccount ... is not supported for EventBridge-to-encrypted topics" (same page).
            # The topic's own policy says which rules may publish.
            _service("Events", "events", _SERVICE_USE, None),
            # AWS cost management user guide, "Amazon SNS topics for budget notifications" and "... anomaly".
            _service("Budgets", "budgets", _SERVICE_USE, {"StringEquals": _source(account_id)}),
            # CloudTrail user guide, "Encrypted SNS topics": it says that a file was delivered.
            _service("TrailDeliveries", "cloudtrail", _SERVICE_USE, {"StringEquals": _source(account_id)}),
            _service("CostAnomalies", "costalerts", _SERVICE_USE, {"StringEquals": _source(account_id)}),
        ]
    return []


def _cloudwatch_logs(account_id: str, region: str) -> Statement:
    """CloudWatch Logs user guide, "Encrypt log data using AWS KMS": one log group is one context."""
    groups = f"arn:aws:logs:{region}:{account_id}:log-group:*"
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    return _service("LogGroups", f"logs.{region}", [*_USE], condition)


def _log_delivery(account_id: str, region: str) -> Statement:
    """CloudWatch Logs user guide, "Enable logging from AWS services": logs that services send to S3."""
    deliveries = f"arn:aws:logs:{region}:{account_id}:*"
    condition = {"StringEquals": _source(account_id), "ArnLike": {"aws:SourceArn": deliveries}}
    return _service("LogDelivery", "delivery.logs", ["kms:GenerateDataKey*"], condition)


def _cloudtrail(account_id: str) -> Statement:
    """CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"."""
    trails = f"arn:aws:cloudtrail:*:{account_id}:trail/*"
    condition = {
        "StringEquals": _source(account_id),
        "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails},
    }
    return _service("Trail", "cloudtrail", ["kms:GenerateDataKey*"], condition)


def _cloudtrail_describes(account_id: str) -> Statement:
    condition = {"StringEquals": _source(account_id)}
    return _service("TrailLooksUp", "cloudtrail", ["kms:DescribeKey"], condition)


def _source(account_id: str) -> dict[str, str]:
    # Against the confused deputy (IAM user guide, "Cross-service confused deputy prevention").
    return {"aws:SourceAccount": account_id}


def _service(
    sid: str, service: str, actions: list[str], condition: dict[str, dict[str, str]] | None
) -> Statement:
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": actions,
        "Resource": "*",
    }
    return statement if condition is None else {**statement, "Condition": condition}
