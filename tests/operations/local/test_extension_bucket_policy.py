"""S3 bucket policies as the extension makes them: a statement applies only if its conditions match."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

BUCKET = "policy-bucket"


@pytest.fixture
def s3(aws: Clients) -> Any:
    client = aws("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    client.put_object(Bucket=BUCKET, Key="key", Body=b"body")
    return client


def deny(s3: Any, condition: dict[str, Any] | None) -> None:
    statement: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    if condition:
        statement["Condition"] = condition
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


@pytest.mark.parametrize(
    "condition",
    [
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
    ],
)
def test_a_condition_that_does_not_match_denies_nothing(s3: Any, condition: dict[str, Any]) -> None:
    deny(s3, condition)
    assert s3.get_object(Bucket=BUCKET, Key="key")["Body"].read() == b"body"


@pytest.mark.parametrize(
    "condition",
    [None, {"NumericLessThan": {"s3:TlsVersion": ["1.2", "1.4"]}}, {"Bool": {"aws:SecureTransport": "true"}}],
)
def test_a_statement_that_applies_denies(s3: Any, condition: dict[str, Any] | None) -> None:
    deny(s3, condition)
    with pytest.raises(ClientError, match="Forbidden"):
        s3.get_object(Bucket=BUCKET, Key="key")
