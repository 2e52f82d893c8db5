"""Trail: every region, nothing unencrypted, and alarms on what a person must explain."""

from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_stream import CloudwatchLogStream

from environments.observability import TrailConfig
from environments.shared import LogArchiveConfig
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.log_archive import LogArchive, delivery
from hybrid_constructs.observability.watch import MissingData, Severity
from hybrid_constructs.security.trail import PREFIX, Trail
from hybrid_constructs.security.trail_watch import SUSPICIONS
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.synthesized import Body, Synthesized, statements

LONGEST_PATTERN = 1024
"""CloudWatch Logs API reference, PutMetricFilter, filterPattern."""

STATE = ["arn:aws:s3:::acme-prod-tfstate", "arn:aws:s3:::acme-dr-tfstate"]


def archive(scope: TerraformStack) -> LogArchive:
    return LogArchive(
        scope,
        "Archive",
        name="acme-logs",
        key=builders.key(scope, "LogsKey"),
        config=LogArchiveConfig(),
        access_logs=AccessLogBucket(scope, "AccessLogs", name="acme-access-logs", account_id=ACCOUNT),
        statements=delivery(
            "arn:aws:s3:::acme-logs", service="cloudtrail", prefix=PREFIX, account_id=ACCOUNT
        ),
    )


def build(scope: TerraformStack, **config: Any) -> Trail:
    return Trail(
        scope,
        "Trail",
        name="acme-audit",
        archive=archive(scope),
        key=builders.key(scope, "AuditKey"),
        log_group_name="/audit/acme",
        logs_key=builders.key(scope, "GroupKey"),
        topic_name="acme-audit-deliveries",
        topic_key=builders.key(scope, "TopicKey"),
        state_buckets=STATE,
        config=TrailConfig(**config),
        roles=ROLES,
        region=REGION,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(build)


def selectors(stack: Synthesized) -> dict[str, dict[str, Body]]:
    """Fields of each selector by its name."""
    return {
        selector["name"]: {
            field["field"]: {key: value for key, value in field.items() if key != "field"}
            for field in selector["field_selector"]
        }
        for selector in stack.only("aws_cloudtrail")["advanced_event_selector"]
    }


def test_all_regions_validated_and_encrypted(defaults: Synthesized) -> None:
    trail = defaults.only("aws_cloudtrail")
    assert trail["is_multi_region_trail"] is True
    assert trail["include_global_service_events"] is True
    assert trail["enable_log_file_validation"] is True
    assert defaults.follow(trail["kms_key_id"]) == "AuditKey/Key"
    assert (trail["s3_bucket_name"], trail["s3_key_prefix"]) == ("acme-logs", "cloudtrail")
    assert not trail["insight_selector"]


def test_the_trail_waits_for_the_rights_that_it_tries_at_once(defaults: Synthesized) -> None:
    assert defaults.depends_on(defaults.only("aws_cloudtrail")) == {"Archive/Policy", "Trail/Delivery/Policy"}


def test_its_log_group_is_encrypted_and_expires(defaults: Synthesized) -> None:
    group = defaults.all("aws_cloudwatch_log_group")["Trail/LogGroup"]
    assert (group["name"], group["retention_in_days"]) == ("/audit/acme", 90)
    assert defaults.follow(group["kms_key_id"]) == "GroupKey/Key"
    destination = defaults.only("aws_cloudtrail")["cloud_watch_logs_group_arn"]
    assert destination.endswith(":*")
    assert defaults.follow(destination.removesuffix(":*")) == "Trail/LogGroup"


def test_cloudtrail_writes_into_its_streams_only(defaults: Synthesized) -> None:
    [trust] = statements(defaults.only("aws_iam_role")["assume_role_policy"])
    assert trust["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert "Condition" not in trust, "CloudTrail knows none and would be locked out"
    [rights] = statements(defaults.only("aws_iam_role_policy")["policy"])
    assert set(rights["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert rights["Resource"].endswith(f":log-stream:{ACCOUNT}_CloudTrail_{REGION}*")


def test_who_touches_state_and_archived_logs_is_recorded(defaults: Synthesized) -> None:
    found = selectors(defaults)
    assert found["Management events"] == {"eventCategory": {"equals": ["Management"]}}
    state = found["Terraform state"]
    assert state["resources.ARN"] == {"starts_with": [f"{arn}/" for arn in STATE]}
    assert "eventName" not in state
    logs = found["Archived logs"]
    assert logs["resources.ARN"] == {"starts_with": ["arn:aws:s3:::acme-logs/"]}
    assert logs["eventName"] == {"not_equals": ["PutObject"]}
    for each in (state, logs):
        assert each["eventCategory"] == {"equals": ["Data"]}
        assert each["resources.type"] == {"equals": ["AWS::S3::Object"]}


def test_everything_configured(synth: Synth) -> None:
    stack = synth(lambda scope: build(scope, object_events=False, insights=True, log_retention_days=365))
    assert set(selectors(stack)) == {"Management events"}
    assert {each["insight_type"] for each in stack.only("aws_cloudtrail")["insight_selector"]} == {
        "ApiCallRateInsight",
        "ApiErrorRateInsight",
    }
    assert stack.all("aws_cloudwatch_log_group")["Trail/LogGroup"]["retention_in_days"] == 365


def test_each_suspicion_is_counted_and_has_an_alarm(synth: Synth) -> None:
    made: list[Trail] = []
    synth(lambda scope: made.append(build(scope)))
    metrics, alarms = made[0].log_metrics(), made[0].alarms()
    assert len({metric.id for metric in metrics}) == len(metrics) == len(alarms) == len(SUSPICIONS)
    for metric, alarm in zip(metrics, alarms, strict=True):
        assert alarm.metric == metric.metric
        assert alarm.id == f"audit-{metric.id}"
        assert (alarm.missing_data, alarm.evaluation_periods) == (MissingData.FINE, 1)


def test_who_counts_in_the_group_waits_for_it(synth: Synth) -> None:
    def counted(scope: TerraformStack) -> None:
        for metric in build(scope).log_metrics():
            CloudwatchLogStream(scope, metric.id, name="probe", log_group_name=metric.log_group)

    stack = synth(counted)
    streams = stack.all("aws_cloudwatch_log_stream")
    assert len(streams) == len(SUSPICIONS)
    for stream in streams.values():
        assert stack.follow(stream["log_group_name"]) == "Trail/LogGroup"


def test_the_gravest_wake_somebody_at_the_first_event() -> None:
    grave = {each.id for each in SUSPICIONS if each.severity is Severity.CRITICAL}
    assert grave == {"root-use", "login-without-mfa", "trail-changes", "key-loss"}
    assert all(each.above == 0 for each in SUSPICIONS if each.id in grave)


@pytest.mark.parametrize(
    ("id_", "event"),
    [
        ("iam-changes", "PutRolePolicy"),
        ("trail-changes", "StopLogging"),
        ("key-loss", "ScheduleKeyDeletion"),
        ("bucket-policy-changes", "DeleteBucketPolicy"),
        ("config-changes", "StopConfigurationRecorder"),
        ("security-group-changes", "AuthorizeSecurityGroupIngress"),
        ("network-acl-changes", "CreateNetworkAclEntry"),
        ("gateway-changes", "AttachInternetGateway"),
        ("route-changes", "ReplaceRoute"),
        ("vpc-changes", "DeleteVpcPeeringConnection"),
    ],
)
def test_an_event_is_looked_for(id_: str, event: str) -> None:
    [found] = [each for each in SUSPICIONS if each.id == id_]
    assert f"($.eventName={event})" in found.pattern


def test_patterns_are_such_as_cloudwatch_takes() -> None:
    for each in SUSPICIONS:
        assert len(each.pattern) <= LONGEST_PATTERN, each.id
        assert each.pattern[0] + each.pattern[-1] == "{}"
        assert each.pattern.count("(") == each.pattern.count(")")
        assert each.pattern.count('"') % 2 == 0
        assert "${" not in each.pattern, "Terraform would interpolate it"


def test_the_topic_is_encrypted_and_only_the_trail_publishes(defaults: Synthesized) -> None:
    topic = defaults.only("aws_sns_topic")
    assert defaults.follow(topic["kms_master_key_id"]) == "TopicKey/Key"
    assert defaults.follow(defaults.only("aws_cloudtrail")["sns_topic_name"]) == "Trail/Deliveries"
    allowed, denied = statements(topic["policy"])
    trail = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/acme-audit"
    assert allowed["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceArn": trail}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
