"""BucketReplication between buckets of other stacks, what it watches, and what of the fleet is copied."""

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.replication import BucketReplication, StableBucket
from hybrid_constructs.data.replication_watch import SourceSide
from hybrid_constructs.observability.watch import Severity
from hybrid_constructs.security.keys import PublishedKey
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.published import Exchange
from tests.synth.synthesized import Synthesized, statements
from tests.synth.watching import metric_of, metrics_of


@pytest.fixture
def distant(synth: Synth) -> tuple[Synthesized, BucketReplication]:
    """Both buckets belong to other stacks."""
    made: list[BucketReplication] = []

    def build(scope: TerraformStack) -> None:
        near = aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="near")
        made.append(
            BucketReplication(
                scope,
                "Copies",
                role_name="acme-copies",
                roles=builders.ROLES,
                source_region="eu-west-1",
                target_region="eu-central-1",
                sources={
                    "logs": StableBucket("acme-logs", (PublishedKey("arn:a"), PublishedKey("arn:b")), near)
                },
                target=StableBucket("acme-copies", (PublishedKey("arn:c"),)),
                storage_class=StorageClass.STANDARD_IA,
            )
        )

    return synth(build), made[0]


def test_buckets_of_other_stacks_are_known_by_name(distant: tuple[Synthesized, BucketReplication]) -> None:
    stack, _ = distant
    body = stack.only("aws_s3_bucket_replication_configuration")
    assert (body["bucket"], body["provider"]) == ("acme-logs", "aws.near")
    assert "depends_on" not in body
    destination = body["rule"][0]["destination"]
    assert destination["bucket"] == "arn:aws:s3:::acme-copies"
    assert destination["storage_class"] == "STANDARD_IA"
    assert destination["encryption_configuration"] == {"replica_kms_key_id": "arn:c"}


def test_all_keys_of_a_source_may_decrypt_and_one_encrypts(
    distant: tuple[Synthesized, BucketReplication],
) -> None:
    policy = statements(distant[0].only("aws_iam_role_policy")["policy"])
    found = {tuple(body["Action"]): body["Resource"] for body in policy if "kms:" in body["Action"][0]}
    assert found == {
        ("kms:Decrypt",): ["arn:a", "arn:b"],
        ("kms:Encrypt", "kms:GenerateDataKey"): ["arn:c"],
    }


def test_lateness_and_loss_raise_alarms_where_s3_measures_them(
    distant: tuple[Synthesized, BucketReplication],
) -> None:
    stack, replication = distant
    late, pending = replication.alarms()
    [failed] = SourceSide(replication.copying).alarms()
    written = stack.only("aws_s3_bucket_replication_configuration")["rule"][0]["id"]
    for alarm in (late, pending, failed):
        assert metric_of(alarm).namespace == "AWS/S3"
        assert metric_of(alarm).dimensions == {
            "SourceBucket": "acme-logs",
            "DestinationBucket": "acme-copies",
            "RuleId": written,
        }
    assert (metric_of(late).name, late.threshold, late.severity) == (
        "ReplicationLatency",
        900,
        Severity.CRITICAL,
    )
    assert metric_of(pending).name == "OperationsPendingReplication"
    assert pending.evaluation_periods * metric_of(pending).period_seconds == 900
    assert (metric_of(failed).name, failed.threshold) == ("OperationsFailedReplication", 0)
    assert metric_of(failed).statistic == "Sum"


def test_the_dashboard_shows_what_the_alarms_watch(
    distant: tuple[Synthesized, BucketReplication],
) -> None:
    _, replication = distant
    for rows, alarms in (
        (replication.dashboard_rows(), replication.alarms()),
        (SourceSide(replication.copying).dashboard_rows(), SourceSide(replication.copying).alarms()),
    ):
        shown = metrics_of(rows)
        assert {metric_of(alarm).name for alarm in alarms} <= {metric.name for metric in shown}
        assert all("acme-logs" in row.title for row in rows)


def test_the_archive_and_the_files_of_the_primary_are_copied_to_buckets_that_exist(
    stacks: dict[str, Synthesized], fleet: schema.Fleet, exchange: Exchange
) -> None:
    found = stacks["replication"].all("aws_s3_bucket_replication_configuration")
    prefix, primary = fleet.shared.organisation.prefix, fleet.primary.name
    made = {
        name: {body["bucket"] for body in stack.all("aws_s3_bucket").values()}
        for name, stack in stacks.items()
    }
    copied = {body["bucket"]: body["rule"][0]["destination"] for body in found.values()}
    archive = naming.log_archive_bucket(prefix, fleet.shared.name)
    files = {
        naming.files_bucket(prefix, primary, name)
        for name, service in fleet.primary.services.items()
        if "bucket" in service.needs
    }
    assert set(copied) == {archive} | files
    assert archive in made[fleet.shared.name]
    assert files <= made[primary]
    for source, destination in copied.items():
        assert destination["bucket"].removeprefix("arn:aws:s3:::") in made[fleet.dr.name]
        publisher, key = exchange.resolve(
            stacks["replication"], destination["encryption_configuration"]["replica_kms_key_id"]
        )
        purpose = "logs" if source == archive else "objects"
        assert (publisher, stacks[publisher].follow(key)) == (fleet.dr.name, f"Keys/{purpose}/Key")
        assert destination["storage_class"] == fleet.dr.replication.storage_class


def test_one_stack_owns_the_replication_of_a_bucket(stacks: dict[str, Synthesized]) -> None:
    owners = [
        stack.all("aws_s3_bucket")[stack.follow(body["bucket"])]["bucket"]
        if body["bucket"].startswith("${")
        else body["bucket"]
        for stack in stacks.values()
        for body in stack.all("aws_s3_bucket_replication_configuration").values()
    ]
    assert len(owners) == len(set(owners)) > 2
