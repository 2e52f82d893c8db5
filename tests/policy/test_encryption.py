"""Everything that stores data is encrypted with a customer managed key, or excepted with a reason."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stacks.guardrails_json import is_on
from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.synth.synthesized import Body, Synthesized


def when(switch: str) -> Callable[[Body], Any]:
    """The key of a kind that says with `switch` whether it encrypts."""
    return lambda body: is_on(body.get(switch)) and body.get("kms_key_id")


KEY_OF: dict[str, Callable[[Body], Any]] = {
    "aws_cloudtrail": lambda body: body.get("kms_key_id"),
    "aws_cloudwatch_log_group": lambda body: body.get("kms_key_id"),
    "aws_db_instance": when("storage_encrypted"),
    "aws_docdb_cluster": when("storage_encrypted"),
    "aws_ebs_volume": when("encrypted"),
    "aws_ecr_repository": lambda body: body["encryption_configuration"][0].get("kms_key"),
    "aws_efs_file_system": when("encrypted"),
    "aws_elasticache_replication_group": when("at_rest_encryption_enabled"),
    "aws_kinesis_firehose_delivery_stream": lambda body: body["server_side_encryption"].get("key_arn"),
    "aws_neptune_cluster": lambda body: is_on(body.get("storage_encrypted")) and body.get("kms_key_arn"),
    "aws_rds_cluster": when("storage_encrypted"),
    "aws_redshift_cluster": when("encrypted"),
    "aws_secretsmanager_secret": lambda body: body.get("kms_key_id"),
    "aws_sns_topic": lambda body: body.get("kms_master_key_id"),
    "aws_sqs_queue": lambda body: body.get("kms_master_key_id"),
}
"""Where each kind of resource says which key it uses. Buckets say it in a resource of their own."""


def keys(stack: Synthesized) -> Iterator[tuple[str, Any]]:
    """Every resource that stores data, by construct path, and the key it names."""
    for kind, key_of in KEY_OF.items():
        for path, body in stack.all(kind).items():
            yield path, key_of(body)
    encrypted = {
        stack.follow(body["bucket"]): body["rule"][0]["apply_server_side_encryption_by_default"]
        for body in stack.all("aws_s3_bucket_server_side_encryption_configuration").values()
    }
    for path in stack.all("aws_s3_bucket"):
        rule = encrypted.get(path, {})
        yield path, rule.get("sse_algorithm") == "aws:kms" and rule.get("kms_master_key_id")


def is_customer_managed(key: Any) -> bool:
    return isinstance(key, str) and key.startswith(("${", "arn:aws:kms:")) and "alias/aws/" not in key


@pytest.fixture(scope="module")
def unencrypted(stacks: dict[str, Synthesized]) -> set[Finding]:
    return {
        Finding("encryption", f"{name}/{path}")
        for name, stack in stacks.items()
        for path, key in keys(stack)
        if not is_customer_managed(key)
    }


def test_the_audit_sees_what_stores_data(stacks: dict[str, Synthesized]) -> None:
    seen = {f"{name}/{path}" for name, stack in stacks.items() for path, _ in keys(stack)}
    assert {"shared/LogArchive/Bucket", "prod/FlowLogs/LogGroup", "bootstrap/State-prod/Bucket"} <= seen
    assert len(seen) > 20


def test_everything_is_encrypted_with_a_customer_managed_key(
    unencrypted: set[Finding], exceptions: list[Entry]
) -> None:
    assert unexcepted(unencrypted, exceptions) == []


def test_no_exception_is_stale(unencrypted: set[Finding], exceptions: list[Entry]) -> None:
    assert stale(unencrypted, exceptions, owned=["encryption"]) == []


@pytest.mark.parametrize(
    "key", [None, "", False, "alias/aws/s3", "arn:aws:kms:ap-northeast-2:1:alias/aws/rds", "AES256"]
)
def test_an_aws_managed_key_is_none_of_ours(key: Any) -> None:
    assert not is_customer_managed(key)


@pytest.mark.parametrize("kind", ["aws_db_instance", "aws_docdb_cluster", "aws_rds_cluster"])
@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"storage_encrypted": "false", "kms_key_id": "${aws_kms_key.Key.arn}"}, False),
        ({"storage_encrypted": True}, None),
        ({"storage_encrypted": "true", "kms_key_id": "${aws_kms_key.Key.arn}"}, "${aws_kms_key.Key.arn}"),
    ],
)
def test_a_database_names_a_key_and_encrypts(kind: str, body: Body, key: Any) -> None:
    metadata = {"//": {"metadata": {"path": "a/Thing"}}}
    stack = Synthesized({"resource": {kind: {"Thing": {**body, **metadata}}}})
    assert list(keys(stack)) == [("Thing", key)]
