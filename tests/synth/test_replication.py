"""BucketReplication: what is copied, how fast, and with exactly which rights."""

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.replication import BucketReplication
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Body, Synthesized, as_list, statements

ENABLED = {"status": "Enabled"}


@pytest.fixture
def copies(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        far = aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="far")
        near_key = builders.key(scope, "NearKey")
        far_key = builders.key(scope, "FarKey", provider=far)
        BucketReplication(
            scope,
            "Copies",
            role_name="acme-copies",
            roles=builders.ROLES,
            source_region="eu-central-1",
            target_region="eu-west-1",
            sources={name: builders.bucket(scope, name, encrypted_with=near_key) for name in ("one", "two")},
            target=builders.bucket(scope, "copy", encrypted_with=far_key, provider=far),
        )

    return synth(build)


def rule(stack: Synthesized) -> Body:
    bodies = list(stack.all("aws_s3_bucket_replication_configuration").values())
    found: Body = bodies[0]["rule"][0]
    assert all(body["rule"] == [found] for body in bodies)
    return found


def test_every_source_has_its_rule_and_waits_for_versions_on_both_sides(copies: Synthesized) -> None:
    found = copies.all("aws_s3_bucket_replication_configuration")
    assert set(found) == {"Copies/one", "Copies/two"}
    for name in ("one", "two"):
        body = found[f"Copies/{name}"]
        assert copies.follow(body["bucket"]) == f"Bucket-{name}/Bucket"
        assert copies.follow(body["role"]) == "Copies/Role/Role"
        assert copies.depends_on(body) == {f"Bucket-{name}/Versioning", "Bucket-copy/Versioning"}


def test_everything_is_copied_also_encrypted_objects_and_deletions(copies: Synthesized) -> None:
    found = rule(copies)
    assert found["status"] == "Enabled"
    assert found["filter"] == {"prefix": ""}
    assert found["delete_marker_replication"] == ENABLED
    assert found["source_selection_criteria"] == {"sse_kms_encrypted_objects": ENABLED}


def test_copies_are_encrypted_with_the_key_of_their_own_region(copies: Synthesized) -> None:
    destination = rule(copies)["destination"]
    assert destination["bucket"] == "arn:aws:s3:::copy"
    key = destination["encryption_configuration"]["replica_kms_key_id"]
    assert copies.follow(key) == "FarKey/Key"


def test_copies_arrive_within_fifteen_minutes_and_lateness_is_measured(copies: Synthesized) -> None:
    destination = rule(copies)["destination"]
    assert destination["replication_time"] == {**ENABLED, "time": {"minutes": 15}}
    assert destination["metrics"] == {**ENABLED, "event_threshold": {"minutes": 15}}


def test_only_s3_assumes_the_role(copies: Synthesized) -> None:
    role = copies.only("aws_iam_role")
    assert (role["name"], role["path"]) == ("acme-copies", "/acme/test/")
    assert statements(role["assume_role_policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]


def test_the_role_may_do_exactly_this(copies: Synthesized) -> None:
    access = copies.only("aws_iam_role_policy")
    assert copies.follow(access["role"]) == "Copies/Role/Role"
    found = {tuple(as_list(statement["Action"])): statement for statement in statements(access["policy"])}
    assert all(statement["Effect"] == "Allow" for statement in found.values())
    assert {actions: as_list(statement["Resource"]) for actions, statement in found.items()} == {
        ("s3:GetReplicationConfiguration", "s3:ListBucket"): ["arn:aws:s3:::one", "arn:aws:s3:::two"],
        (
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
        ): ["arn:aws:s3:::one/*", "arn:aws:s3:::two/*"],
        ("kms:Decrypt",): [key_arn(copies, "NearKey")],
        ("kms:Encrypt", "kms:GenerateDataKey"): [key_arn(copies, "FarKey")],
        ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"): ["arn:aws:s3:::copy/*"],
    }


def test_keys_are_used_through_s3_of_their_region_only(copies: Synthesized) -> None:
    found = {
        copies.follow(statement["Resource"][0]): statement["Condition"]
        for statement in statements(copies.only("aws_iam_role_policy")["policy"])
        if statement["Action"][0].startswith("kms:")
    }
    assert found == {
        "NearKey/Key": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
        "FarKey/Key": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
    }


def key_arn(stack: Synthesized, name: str) -> str:
    """The expression for a key's ARN, as other parts of the stack use it."""
    [encryption] = {
        body["rule"][0]["apply_server_side_encryption_by_default"]["kms_master_key_id"]
        for body in stack.all("aws_s3_bucket_server_side_encryption_configuration").values()
        if stack.follow(body["rule"][0]["apply_server_side_encryption_by_default"]["kms_master_key_id"])
        == f"{name}/Key"
    }
    return str(encryption)


def test_every_state_bucket_of_the_fleet_is_copied_to_the_other_region(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    bootstrap, prefix = stacks["bootstrap"], fleet.shared.organisation.prefix
    buckets = bootstrap.all("aws_s3_bucket")
    copied = {
        buckets[bootstrap.follow(body["bucket"])]["bucket"]: (
            body["provider"],
            body["rule"][0]["destination"]["bucket"],
        )
        for body in bootstrap.all("aws_s3_bucket_replication_configuration").values()
    }
    assert copied == {
        naming.state_bucket(prefix, name): (
            "aws.dr" if environment.region == fleet.dr.region else "aws",
            f"arn:aws:s3:::{naming.state_replica_bucket(prefix, environment.region)}",
        )
        for name, environment in fleet.environments.items()
    }
    regions = {
        body["bucket"]: body["provider"]
        for body in buckets.values()
        if body["bucket"].startswith(f"{prefix}-tfstate-replica")
    }
    assert regions == {
        naming.state_replica_bucket(prefix, fleet.shared.region): "aws.dr",
        naming.state_replica_bucket(prefix, fleet.dr.region): "aws",
    }


def test_copies_keep_their_class_unless_told(copies: Synthesized) -> None:
    assert "storage_class" not in rule(copies)["destination"]
