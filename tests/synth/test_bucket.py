"""SecureBucket: safe without an option, in the region it is told."""

from typing import Any

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.security.keys import PublishedKey
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import EMULATOR, Body, Synthesized, statements

KINDS = {
    "aws_s3_bucket",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_lifecycle_configuration",
}


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(lambda scope: builders.bucket(scope, "acme-files"))


def test_bucket_is_named_and_protected_from_deletion(defaults: Synthesized) -> None:
    bucket = defaults.only("aws_s3_bucket")
    assert bucket["bucket"] == "acme-files"
    assert bucket["force_destroy"] is False
    assert bucket["lifecycle"] == {"prevent_destroy": True}


def test_every_part_belongs_to_the_bucket(defaults: Synthesized) -> None:
    assert {kind for kind in defaults.kinds() if "s3" in kind} == KINDS
    for kind in KINDS - {"aws_s3_bucket"}:
        assert defaults.follow(defaults.only(kind)["bucket"]) == "Bucket-acme-files/Bucket"


def test_versions_are_kept(defaults: Synthesized) -> None:
    assert defaults.only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}


def test_encrypted_with_the_key_it_is_given(defaults: Synthesized) -> None:
    [rule] = defaults.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["bucket_key_enabled"] is True
    default = rule["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert defaults.follow(default["kms_master_key_id"]) == "Key-acme-files/Key"


def test_nothing_public(defaults: Synthesized) -> None:
    block = defaults.only("aws_s3_bucket_public_access_block")
    for setting in (
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    ):
        assert block[setting] is True
    ownership = defaults.only("aws_s3_bucket_ownership_controls")["rule"]
    assert ownership == {"object_ownership": "BucketOwnerEnforced"}


def test_requests_without_modern_tls_are_refused(defaults: Synthesized) -> None:
    policy = defaults.only("aws_s3_bucket_policy")
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::acme-files", "arn:aws:s3:::acme-files/*"],
    }
    assert statements(policy["policy"]) == [
        {"Sid": "TlsOnly", **refused, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "CurrentTls", **refused, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ], "plain HTTP has no version, so it takes both"
    assert defaults.depends_on(policy) == {"Bucket-acme-files/PublicAccess"}


@pytest.mark.parametrize(("options", "days"), [({}, 90), ({"noncurrent_versions_days": 7}, 7)])
def test_old_versions_and_abandoned_uploads_go_current_objects_stay(
    synth: Synth, options: dict[str, Any], days: int
) -> None:
    stack = synth(lambda scope: builders.bucket(scope, "acme-files", **options))
    lifecycle = stack.only("aws_s3_bucket_lifecycle_configuration")
    [rule] = lifecycle["rule"]
    assert rule["status"] == "Enabled"
    assert rule["filter"] == [{"prefix": ""}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": days}]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert "expiration" not in rule
    assert stack.depends_on(lifecycle) == {"Bucket-acme-files/Versioning"}


def test_every_part_lives_in_the_region_of_the_bucket(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        far = aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="far")
        builders.bucket(scope, "acme-files", provider=far)

    stack = synth(build)
    assert {stack.only(kind)["provider"] for kind in KINDS} == {"aws.far"}


def test_on_the_emulator_everything_can_be_deleted(synth: Synth) -> None:
    stack = synth(lambda scope: builders.bucket(scope, "acme-files"), endpoint=EMULATOR)
    bucket = stack.only("aws_s3_bucket")
    assert bucket["force_destroy"] is True
    assert "lifecycle" not in bucket


def test_grants_are_exact_and_carry_the_use_of_the_key(synth: Synth) -> None:
    granted: dict[str, list[Body]] = {}

    def build(scope: TerraformStack) -> None:
        bucket = SecureBucket(scope, "Files", name="acme-files", key=PublishedKey("arn:key"))
        for prefix in ("", "in/"):
            granted[f"read {prefix}"] = bucket.grant_read(prefix)
            granted[f"write {prefix}"] = bucket.grant_write(prefix)
            granted[f"delete {prefix}"] = bucket.grant_delete(prefix)

    synth(build)
    arn = "arn:aws:s3:::acme-files"
    use = {
        "Effect": "Allow",
        "Resource": ["arn:key"],
        "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
    }
    parts = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    for prefix in ("", "in/"):
        objects = f"{arn}/{prefix}*"
        listing: Body = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn}
        if prefix:
            listing["Condition"] = {"StringLike": {"s3:prefix": "in/*"}}
        assert granted[f"read {prefix}"] == [
            listing,
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
            {**use, "Action": ["kms:Decrypt"]},
        ]
        assert granted[f"write {prefix}"] == [
            {"Effect": "Allow", "Action": parts, "Resource": objects},
            {**use, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]},
        ]
        assert granted[f"delete {prefix}"] == [
            {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": objects}
        ]


def test_all_buckets_of_the_fleet_are_secure_buckets(stacks: dict[str, Synthesized]) -> None:
    for stack in stacks.values():
        counts = {kind: len(stack.all(kind)) for kind in KINDS}
        assert len(set(counts.values())) == 1, counts


def test_fails_when_two_buckets_share_a_name_in_one_stack(synth: Synth) -> None:
    def twice(scope: TerraformStack) -> None:
        key = builders.key(scope)
        for _ in range(2):
            builders.bucket(scope, "acme-files", encrypted_with=key)

    with pytest.raises(RuntimeError, match="There is already a Construct with name 'Bucket-acme-files'"):
        synth(twice)
