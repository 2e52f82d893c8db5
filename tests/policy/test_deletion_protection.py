"""What holds data in production cannot be deleted by an apply or a slip of the hand."""

from collections.abc import Iterator

import pytest

from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.resources import resources
from tests.synth.synthesized import Body, Synthesized

PRODUCTION = ("bootstrap", "shared", "prod", "dr", "replication", "edge")

HOLDS_DATA = {
    *("aws_db_instance", "aws_rds_cluster", "aws_dynamodb_table", "aws_efs_file_system"),
    *("aws_ecr_repository", "aws_kms_key", "aws_prometheus_workspace", "aws_s3_bucket"),
    *("aws_secretsmanager_secret", "aws_sqs_queue"),
}
"""Kinds whose loss takes data with it: Terraform refuses to destroy or replace them. A cache may be lost, and
log groups are copied to the archive."""

SWITCHES = {
    "aws_db_instance": "deletion_protection",
    "aws_dynamodb_table": "deletion_protection_enabled",
    "aws_lb": "enable_deletion_protection",
    "aws_rds_cluster": "deletion_protection",
}
"""Kinds that AWS itself refuses to delete, whoever asks."""


def audit(stacks: dict[str, Synthesized]) -> Iterator[Finding]:
    for one in resources({name: stack for name, stack in stacks.items() if name in PRODUCTION}):
        for why in unprotected(one.kind, one.body):
            yield Finding("deletion-protection", one.path, why)


def unprotected(kind: str, body: Body) -> Iterator[str]:
    switch = SWITCHES.get(kind)
    if kind in HOLDS_DATA and not body.get("lifecycle", {}).get("prevent_destroy"):
        yield "lifecycle.prevent_destroy is not set"
    if switch and body.get(switch) is not True:
        yield f"{switch} is not true"
    if body.get("force_destroy") or body.get("force_delete"):
        yield "is deleted with all that is in it"


@pytest.fixture(scope="module")
def unsafe(stacks: dict[str, Synthesized]) -> set[Finding]:
    return set(audit(stacks))


def test_the_audit_sees_what_holds_data(stacks: dict[str, Synthesized]) -> None:
    seen = {one.path for one in resources(stacks, *HOLDS_DATA)}
    assert seen >= {"shared/Database/Instance", "bootstrap/State-prod/Bucket", "shared/Keys/database/Key"}
    assert set(PRODUCTION) == set(stacks) - {"dev", "staging"}


def test_data_is_protected(unsafe: set[Finding], exceptions: list[Entry]) -> None:
    assert unexcepted(unsafe, exceptions) == []


def test_no_exception_is_stale(unsafe: set[Finding], exceptions: list[Entry]) -> None:
    assert stale(unsafe, exceptions, owned=["deletion-protection"]) == []


KEPT = {"lifecycle": {"prevent_destroy": True}}


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("aws_s3_bucket", {}, "prevent_destroy"),
        ("aws_s3_bucket", {"lifecycle": {"prevent_destroy": False}}, "prevent_destroy"),
        ("aws_s3_bucket", {**KEPT, "force_destroy": True}, "all that is in it"),
        ("aws_db_instance", KEPT, "deletion_protection"),
        ("aws_db_instance", {"deletion_protection": True}, "prevent_destroy"),
        ("aws_lb", {"enable_deletion_protection": False}, "enable_deletion_protection"),
    ],
)
def test_fails_when_data_can_be_deleted(kind: str, body: Body, why: str) -> None:
    [found] = unprotected(kind, body)
    assert why in found


def test_what_is_protected() -> None:
    assert list(unprotected("aws_db_instance", {**KEPT, "deletion_protection": True})) == []
    assert list(unprotected("aws_elasticache_replication_group", {})) == []
