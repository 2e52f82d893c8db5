"""Firehose as the extension makes it: what a log group says arrives as packed lines below a dated prefix."""

import gzip
import json
import re
import time
from typing import Any

import pytest

from tests.operations.local.conftest import Clients

BUCKET, GROUP, ROLE = "archive-bucket", "/ecs/app/application", "arn:aws:iam::123456789012:role/delivery"
ELSEWHERE = "ap-northeast-1"
UNPACK = {
    "Type": "Decompression",
    "Parameters": [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}],
}
SEPARATE = {
    "Type": "AppendDelimiterToRecord",
    "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
}


@pytest.fixture
def s3(aws: Clients) -> Any:
    client = aws("s3", ELSEWHERE)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": ELSEWHERE})
    return client


def stream(aws: Clients, *processors: dict[str, Any], **options: Any) -> str:
    made = aws("firehose").create_delivery_stream(
        DeliveryStreamName="logs",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{BUCKET}",
            "ProcessingConfiguration": {"Enabled": bool(processors), "Processors": list(processors)},
            **options,
        },
    )
    arn: str = made["DeliveryStreamARN"]
    return arn


def say(aws: Clients, stream_arn: str, *lines: str) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="task")
    logs.put_subscription_filter(
        logGroupName=GROUP, filterName="f", filterPattern="", destinationArn=stream_arn, roleArn=ROLE
    )
    for line in lines:
        event = {"timestamp": int(time.time() * 1000), "message": line}
        logs.put_log_events(logGroupName=GROUP, logStreamName="task", logEvents=[event])


def objects(s3: Any) -> dict[str, bytes]:
    listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        each["Key"]: s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
        for each in sorted(listed, key=lambda each: each["LastModified"])
    }


def test_lines_of_a_log_group_arrive_in_another_region(aws: Clients, s3: Any) -> None:
    options = {"Prefix": "application/prod/!{timestamp:yyyy/MM/dd/HH}/", "FileExtension": ".json.gz"}
    arn = stream(aws, UNPACK, SEPARATE, CompressionFormat="GZIP", **options)
    say(aws, arn, "hello", "world")
    found = objects(s3)
    for key in found:
        assert re.fullmatch(r"application/prod/\d{4}/\d\d/\d\d/\d\d/logs-1-.*\.json\.gz", key)
    texts = [gzip.decompress(body) for body in found.values()]
    assert all(text.endswith(b"}\n") for text in texts)
    bundles = [json.loads(text) for text in texts]
    assert {bundle["logGroup"] for bundle in bundles} == {GROUP}
    said = {event["message"] for bundle in bundles for event in bundle["logEvents"]}
    assert said == {"hello", "world"}


def test_records_are_left_alone_unless_asked(aws: Clients, s3: Any) -> None:
    stream(aws, Prefix="plain/")
    firehose = aws("firehose")
    firehose.put_record_batch(DeliveryStreamName="logs", Records=[{"Data": b"one"}, {"Data": b"two"}])
    [(key, body)] = objects(s3).items()
    assert body == b"onetwo"
    assert re.match(r"plain/\d{4}/\d\d/\d\d/\d\d/logs-1-", key)


def test_fails_when_a_processor_is_not_known(aws: Clients, s3: Any) -> None:
    firehose = aws("firehose")
    stream(aws, {"Type": "RecordDeAggregation"})
    with pytest.raises(firehose.exceptions.ClientError, match="processor RecordDeAggregation"):
        firehose.put_record(DeliveryStreamName="logs", Record={"Data": b"one"})
    assert objects(s3) == {}
