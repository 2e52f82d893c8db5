"""S3 server access logging as the extension makes it: the target's policy is read as AWS reads it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

SOURCE, TARGET = "logged-bucket", "access-log-bucket"
TLS_ONLY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{TARGET}/*"}


@pytest.fixture
def s3(aws: Clients) -> Any:
    client = aws("s3")
    for bucket in (SOURCE, TARGET):
        client.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
        )
    return client


def allow(s3: Any, **changes: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{TARGET}/s3/*",
        **changes,
    }
    tls = {**TLS_ONLY, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}
    policy = {"Version": "2012-10-17", "Statement": [tls, statement]}
    s3.put_bucket_policy(Bucket=TARGET, Policy=json.dumps(policy))


def log(s3: Any) -> None:
    enabled = {"TargetBucket": TARGET, "TargetPrefix": f"s3/{SOURCE}/"}
    s3.put_bucket_logging(Bucket=SOURCE, BucketLoggingStatus={"LoggingEnabled": enabled})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"Service": ["cloudtrail.amazonaws.com", "logging.s3.amazonaws.com"]}},
        {"Resource": ["arn:aws:s3:::elsewhere/*", f"arn:aws:s3:::{TARGET}/s3/{SOURCE}/*"]},
        {"Action": ["s3:GetBucketAcl", "s3:Put*"]},
    ],
)
def test_a_policy_that_covers_the_prefix_lets_logs_in(s3: Any, changes: dict[str, Any]) -> None:
    allow(s3, **changes)
    log(s3)
    found = s3.get_bucket_logging(Bucket=SOURCE)["LoggingEnabled"]
    assert (found["TargetBucket"], found["TargetPrefix"]) == (TARGET, f"s3/{SOURCE}/")


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Principal": "*", "Effect": "Deny"},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Action": "s3:GetObject"},
        {"Resource": f"arn:aws:s3:::{TARGET}/alb/*"},
    ],
)
def test_fails_when_no_statement_lets_s3_deliver(s3: Any, changes: dict[str, Any]) -> None:
    allow(s3, **changes)
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        log(s3)


def test_fails_when_the_target_has_no_policy(s3: Any) -> None:
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        log(s3)
