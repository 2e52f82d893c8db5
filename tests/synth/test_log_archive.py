"""LogArchive: logs grow cheaper with age and go at the end, in both regions; and the files of services."""

from typing import Any

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from environments.shared import LifecycleConfig, LogArchiveConfig
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.lifecycle import LifecycleError, StorageClass
from hybrid_constructs.data.log_archive import LogArchive, delivery
from tests.synth import builders
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.published import Exchange
from tests.synth.synthesized import Body, Synthesized

IA_90 = {"days": 90, "storage_class": "STANDARD_IA"}
GLACIER_365 = {"days": 365, "storage_class": "GLACIER"}
PREFIXES = ("application/", "cloudtrail/", "config/", "flow-logs/")


def build(scope: TerraformStack, config: LogArchiveConfig | None = None, **options: Any) -> None:
    LogArchive(
        scope,
        "Archive",
        name="acme-logs",
        key=builders.key(scope),
        config=config or LogArchiveConfig(),
        access_logs=AccessLogBucket(scope, "AccessLogs", name="acme-access-logs", account_id=ACCOUNT),
        **options,
    )


def rules(stack: Synthesized, bucket: str = "Archive") -> dict[str, Body]:
    [body] = [
        body
        for body in stack.all("aws_s3_bucket_lifecycle_configuration").values()
        if stack.follow(body["bucket"]) == f"{bucket}/Bucket"
    ]
    return {rule["id"]: rule for rule in body["rule"]}


def transitions(stack: Synthesized, bucket: str = "Archive") -> dict[str, list[Body]]:
    return {
        rule["filter"][0]["prefix"]: rule["transition"]
        for rule in rules(stack, bucket).values()
        if "transition" in rule
    }


def test_each_kind_of_log_has_its_way_down(synth: Synth) -> None:
    stack = synth(build)
    assert transitions(stack) == {
        **{prefix: [IA_90, GLACIER_365] for prefix in PREFIXES},
        "access-logs/": [{"days": 0, "storage_class": "INTELLIGENT_TIERING"}],
    }


def test_everything_expires_and_leaves_no_version_behind(synth: Synth) -> None:
    found = rules(synth(build))
    assert found["expiry"]["filter"] == [{"prefix": ""}]
    assert found["expiry"]["expiration"] == [{"days": 2555}]
    assert [id_ for id_, rule in found.items() if "expiration" in rule] == ["expiry"]
    assert found["noncurrent-versions"]["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert found["noncurrent-versions"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]


def test_everything_configured(synth: Synth) -> None:
    config = LogArchiveConfig(
        lifecycle=LifecycleConfig(standard_ia_days=30, glacier_days=60, expiration_days=100),
        prefixes=("orders/app/",),
        access_logs_prefix="cdn/",
        noncurrent_versions_days=1,
    )
    found = rules(synth(lambda scope: build(scope, config)))
    assert set(found) == {"noncurrent-versions", "expiry", "orders-app", "cdn"}
    assert [step["days"] for step in found["orders-app"]["transition"]] == [30, 60]
    assert found["expiry"]["expiration"] == [{"days": 100}]
    assert found["noncurrent-versions"]["noncurrent_version_expiration"] == [{"noncurrent_days": 1}]


def test_copies_go_down_from_the_class_they_arrive_in(synth: Synth) -> None:
    stack = synth(lambda scope: build(scope, arrives_in=StorageClass.STANDARD_IA))
    assert transitions(stack) == {prefix: [GLACIER_365] for prefix in PREFIXES}
    assert rules(stack)["expiry"]["expiration"] == [{"days": 2555}]


def test_fails_when_copies_would_leave_their_class_too_early(synth: Synth) -> None:
    config = LogArchiveConfig(lifecycle=LifecycleConfig(standard_ia_days=30, glacier_days=60))
    with pytest.raises(
        LifecycleError, match="rule cloudtrail: GLACIER after 60 days: an object stays 90 days"
    ):
        synth(lambda scope: build(scope, config, arrives_in=StorageClass.GLACIER_IR))


def test_a_service_delivers_below_its_prefix_for_this_account() -> None:
    look, put = delivery("arn:aws:s3:::logs", service="cloudtrail", prefix="cloudtrail/", account_id=ACCOUNT)
    for body in (look, put):
        assert (body["Effect"], body["Principal"]) == ("Allow", {"Service": "cloudtrail.amazonaws.com"})
        assert body["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert (look["Action"], look["Resource"]) == ("s3:GetBucketAcl", "arn:aws:s3:::logs")
    assert put["Action"] == "s3:PutObject"
    assert put["Resource"] == f"arn:aws:s3:::logs/cloudtrail/AWSLogs/{ACCOUNT}/*"


def test_deliveries_stand_beside_the_rule_for_tls(synth: Synth) -> None:
    statement = {
        "Sid": "Mine",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "*",
    }
    stack = synth(lambda scope: build(scope, statements=[statement]))
    policy = stack.all("aws_s3_bucket_policy")["Archive/Policy"]["policy"]
    assert policy.index("TlsOnly") < policy.index("Mine")


def test_the_archive_and_its_copies_have_each_their_own_life_and_key(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    shared, dr = stacks[fleet.shared.name], stacks[fleet.dr.name]
    assert transitions(shared, "LogArchive")["cloudtrail/"] == [IA_90, GLACIER_365]
    # What a region writes itself arrives in STANDARD, copies in STANDARD_IA.
    direct = {"application/", "config/"}
    assert transitions(dr, "LogCopies") == {
        prefix: [IA_90, GLACIER_365] if prefix in direct else [GLACIER_365] for prefix in PREFIXES
    }
    for stack, path, name in (
        (shared, "LogArchive", "ryuqqq-shared-logs"),
        (dr, "LogCopies", "ryuqqq-dr-logs"),
    ):
        assert stack.all("aws_s3_bucket")[f"{path}/Bucket"]["bucket"] == name
        [rule] = stack.all("aws_s3_bucket_server_side_encryption_configuration")[f"{path}/Encryption"]["rule"]
        key = rule["apply_server_side_encryption_by_default"]["kms_master_key_id"]
        assert stack.follow(key) == "Keys/logs/Key"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("dev", None), ("staging", [IA_90]), ("prod", [IA_90, GLACIER_365]), ("dr", [GLACIER_365])],
)
def test_files_of_services_move_through_the_tiers_of_their_environment(
    stacks: dict[str, Synthesized],
    fleet: schema.Fleet,
    exchange: Exchange,
    environment: str,
    expected: list[Body] | None,
) -> None:
    stack = stacks[environment]
    name = naming.files_bucket(fleet.shared.organisation.prefix, environment, "fileflow")
    assert stack.all("aws_s3_bucket")["Files-fileflow/Bucket"]["bucket"] == name
    assert transitions(stack, "Files-fileflow") == ({"": expected} if expected else {})
    assert not any("expiration" in rule for rule in rules(stack, "Files-fileflow").values())
    [rule] = stack.all("aws_s3_bucket_server_side_encryption_configuration")["Files-fileflow/Encryption"][
        "rule"
    ]
    key = rule["apply_server_side_encryption_by_default"]["kms_master_key_id"]
    if environment in fleet.workloads:
        publisher, key = exchange.resolve(stack, key)
        stack = stacks[publisher]
    assert stack.follow(key) == "Keys/objects/Key"
