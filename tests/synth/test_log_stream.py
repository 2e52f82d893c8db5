"""LogStream: application logs reach an archive in any region, in time, encrypted, with least rights."""

from typing import Any

import pytest
from cdktf import TerraformStack

from environments.observability import LogStreamingConfig
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.observability.log_stream import LogStream, LogTarget
from hybrid_constructs.observability.watch import Alarm, Comparison, Metric, MissingData, Severity
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.synthesized import Body, Synthesized, statements

GROUPS = {"orders": "/ecs/orders/application", "files": "/ecs/files/application"}
ELSEWHERE = "eu-west-1"


def build(scope: TerraformStack, **options: Any) -> LogStream:
    provider = options.get("provider")
    return LogStream(
        scope,
        "Logs",
        **{
            "name": "acme-logs",
            "log_groups": GROUPS,
            "target": LogTarget("acme-archive", builders.key(scope, "ArchiveKey"), ELSEWHERE),
            "prefix": "application/test/",
            "key": builders.key(scope, "LogsKey", provider=provider),
            "config": LogStreamingConfig(),
            "rpo_seconds": 300,
            "roles": ROLES,
            "region": REGION,
            **options,
        },
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(build)


def destination(stack: Synthesized) -> Body:
    found: Body = stack.only("aws_kinesis_firehose_delivery_stream")["extended_s3_configuration"]
    return found


def role(stack: Synthesized, which: str) -> tuple[Body, list[Body]]:
    """Trust and rights of a role."""
    [trust] = statements(stack.all("aws_iam_role")[f"Logs/{which}/Role"]["assume_role_policy"])
    return trust, statements(stack.all("aws_iam_role_policy")[f"Logs/{which}/Policy"]["policy"])


def test_the_stream_is_encrypted_with_the_key_of_its_own_region(defaults: Synthesized) -> None:
    encryption = defaults.only("aws_kinesis_firehose_delivery_stream")["server_side_encryption"]
    assert (encryption["enabled"], encryption["key_type"]) == (True, "CUSTOMER_MANAGED_CMK")
    assert defaults.follow(encryption["key_arn"]) == "LogsKey/Key"


def test_objects_are_encrypted_with_the_key_of_the_target(defaults: Synthesized) -> None:
    found = destination(defaults)
    assert found["bucket_arn"] == "arn:aws:s3:::acme-archive"
    assert defaults.follow(found["kms_key_arn"]) == "ArchiveKey/Key"


def test_objects_are_dated_and_compressed_once(defaults: Synthesized) -> None:
    found = destination(defaults)
    assert found["prefix"] == "application/test/!{timestamp:yyyy/MM/dd/HH}/"
    assert found["error_output_prefix"].startswith("application/test/failed/!{firehose:error-output-type}/")
    assert (found["compression_format"], found["file_extension"]) == ("GZIP", ".json.gz")
    processing = found["processing_configuration"]
    assert processing["enabled"] is True
    assert [(each["type"], each["parameters"]) for each in processing["processors"]] == [
        ("Decompression", [{"parameter_name": "CompressionFormat", "parameter_value": "GZIP"}]),
        ("AppendDelimiterToRecord", [{"parameter_name": "Delimiter", "parameter_value": "\\n"}]),
    ]


def test_what_firehose_cannot_deliver_is_said_in_an_encrypted_log(defaults: Synthesized) -> None:
    group = defaults.only("aws_cloudwatch_log_group")
    assert (group["name"], group["retention_in_days"]) == ("/aws/firehose/acme-logs", 30)
    assert defaults.follow(group["kms_key_id"]) == "LogsKey/Key"
    logging = destination(defaults)["cloudwatch_logging_options"]
    assert logging["enabled"] is True
    assert logging["log_group_name"] == group["name"]
    stream = defaults.only("aws_cloudwatch_log_stream")
    assert stream["name"] == logging["log_stream_name"]
    assert defaults.follow(stream["log_group_name"]) == "Logs/ErrorLog"


def test_every_line_of_every_group_is_streamed(defaults: Synthesized) -> None:
    filters = defaults.all("aws_cloudwatch_log_subscription_filter")
    assert set(filters) == {"Logs/Filter-orders", "Logs/Filter-files"}
    for id_, name in GROUPS.items():
        found = filters[f"Logs/Filter-{id_}"]
        assert (found["log_group_name"], found["filter_pattern"]) == (name, "")
        assert defaults.follow(found["destination_arn"]) == "Logs/Stream"
        assert defaults.follow(found["role_arn"]) == "Logs/Subscription/Role"
        assert defaults.depends_on(found) == {"Logs/Subscription/Policy"}


def test_firehose_acts_for_this_account_only(defaults: Synthesized) -> None:
    trust, _ = role(defaults, "Delivery")
    assert trust["Principal"] == {"Service": "firehose.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": ACCOUNT}}
    assert defaults.depends_on(defaults.only("aws_kinesis_firehose_delivery_stream")) == {
        "Logs/Delivery/Policy",
        "Logs/ErrorStream",
    }


def test_firehose_writes_below_its_prefix_and_nowhere_else(defaults: Synthesized) -> None:
    bucket, objects, key, log = role(defaults, "Delivery")[1]
    assert bucket["Resource"] == "arn:aws:s3:::acme-archive"
    assert set(bucket["Action"]) == {
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
    }
    assert objects["Resource"] == "arn:aws:s3:::acme-archive/application/test/*"
    assert set(objects["Action"]) == {"s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"}
    assert defaults.follow(key["Resource"]) == "ArchiveKey/Key"
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": f"s3.{ELSEWHERE}.amazonaws.com"}}
    assert log == {
        "Effect": "Allow",
        "Action": "logs:PutLogEvents",
        "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/firehose/acme-logs:log-stream:delivery",
    }


def test_log_groups_of_this_account_and_region_put_into_this_stream(defaults: Synthesized) -> None:
    trust, rights = role(defaults, "Subscription")
    assert trust["Principal"] == {"Service": "logs.amazonaws.com"}
    assert trust["Condition"] == {"StringLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}}
    assert rights == [
        {
            "Effect": "Allow",
            "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
            "Resource": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/acme-logs",
        }
    ]
    for body in defaults.all("aws_iam_role").values():
        assert (body["path"], body["permissions_boundary"]) == (ROLES.path, ROLES.boundary_arn)


def test_everything_configured(synth: Synth) -> None:
    def everything(scope: TerraformStack) -> None:
        other = aws_provider(scope, region=ELSEWHERE, account_id=ACCOUNT, tags={}, alias="other")
        build(scope, config=LogStreamingConfig(buffer_seconds=120), provider=other, log_groups={"one": "/g"})

    stack = synth(everything)
    assert destination(stack)["buffering_interval"] == 120
    for kind in (
        *("aws_kinesis_firehose_delivery_stream", "aws_cloudwatch_log_group"),
        *("aws_cloudwatch_log_stream", "aws_cloudwatch_log_subscription_filter"),
    ):
        assert stack.only(kind)["provider"] == "aws.other", kind


def alarms(synth: Synth, **options: Any) -> dict[str, Alarm]:
    found: list[Alarm] = []
    synth(lambda scope: found.extend(build(scope, **options).alarms()))
    assert len({alarm.id for alarm in found}) == len(found)
    return {alarm.id: alarm for alarm in found}


def test_the_alarm_is_raised_when_the_objective_is_missed(synth: Synth) -> None:
    alarm = alarms(synth, rpo_seconds=240)["logs-late"]
    assert isinstance(alarm.metric, Metric)
    assert (alarm.metric.namespace, alarm.metric.name) == ("AWS/Firehose", "DeliveryToS3.DataFreshness")
    assert (alarm.metric.dimensions, alarm.metric.statistic) == (
        {"DeliveryStreamName": "acme-logs"},
        "Maximum",
    )
    assert (alarm.threshold, alarm.comparison) == (240, Comparison.ABOVE)
    assert (alarm.severity, alarm.missing_data) == (Severity.CRITICAL, MissingData.FINE)


def test_refused_and_lost_logs_raise_alarms(synth: Synth) -> None:
    found = alarms(synth)
    refused = found["logs-refused"]
    assert (refused.comparison, refused.threshold) == (Comparison.BELOW, 1)
    for id_, group in GROUPS.items():
        lost = found[f"logs-{id_}-lost"].metric
        assert isinstance(lost, Metric)
        assert (lost.namespace, lost.name) == ("AWS/Logs", "DeliveryErrors")
        assert lost.dimensions == {
            "LogGroupName": group,
            "DestinationType": "Firehose",
            "FilterName": "acme-logs",
        }


def test_the_dashboard_shows_the_delay(synth: Synth) -> None:
    found: list[Any] = []
    synth(lambda scope: found.extend(build(scope).dashboard_rows()))
    [row] = found
    [behind] = row.graphs["Behind, seconds"]
    assert behind.name == "DeliveryToS3.DataFreshness"
