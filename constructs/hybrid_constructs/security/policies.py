"""IAM policy statements as plain dictionaries. Pure functions; constructs add what concerns only them."""

from typing import Any

Statement = dict[str, Any]


def service_trust(service: str, *, account_id: str | None = None) -> Statement:
    """Let an AWS service assume the role; with `account_id`, only when it acts for that account."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if account_id:
        statement["Condition"] = for_account(account_id)
    return statement


def for_account(account_id: str) -> dict[str, dict[str, str]]:
    """Condition: the service acts for this account (IAM, "Cross-service confused deputy prevention")."""
    return {"StringEquals": {"aws:SourceAccount": account_id}}


def tls_only(bucket_arn: str) -> list[Statement]:
    """Refuse every request to a bucket that does not use TLS 1.2 or newer.

    Two statements: plain HTTP has no version, so a condition on the version alone lets it pass.
    """
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
    }
    return [
        {"Sid": "TlsOnly", **refused, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "CurrentTls", **refused, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]


def encrypted_transport(action: str, arn: str) -> Statement:
    """Refuse requests to a queue or topic that do not use TLS."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def own_account_only(account_id: str) -> Statement:
    """VPC endpoint policy: only principals of this account pass, so the endpoint is no way out for data."""
    return {
        "Sid": "OwnAccount",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account_id}},
    }


def ecr_layers(region: str) -> Statement:
    """VPC endpoint policy: image layers come from ECR's own bucket, by requests that ECR signs."""
    return {
        "Sid": "EcrLayers",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*",
    }
