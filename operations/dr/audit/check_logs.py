"""Application logs on their way to the archives."""

from collections.abc import Iterator

from environments import naming
from environments.observability import SUBSCRIPTION_SECONDS
from operations.dr.audit import alarms, rights
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, View, objective

_STREAM = "aws_kinesis_firehose_delivery_stream"
_TO_BUCKET = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_TO_OBJECTS = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
"""Firehose developer guide, "Grant Firehose access to an Amazon S3 destination"."""


def logs_streamed(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """Logs of services reach an archive in the second region by themselves, from either region."""
    fleet = view.fleet
    if objective_of(view, block) is None:
        yield Held("each region's lines stay there")
        return
    wanted = objective(view, "logs")
    if wanted is None or wanted.rpo_minutes is None:
        yield Held("loss accepted")
        return
    for group, where in ((block, "the primary"), (twin, "the standby")):
        if group is None:
            continue
        ways = _ways_to(view, group, fleet.dr.region)
        if not ways:
            yield Gap(
                f"lines of {view.name(group)} ({where}) reach no archive in {fleet.dr.region} by Firehose",
                "subscribe a log stream to it that delivers to a bucket there (LogStream)",
            )
            continue
        # One way that works is enough.
        yield from min((list(_hindered(view, group, *way)) for way in ways), key=len)
    if twin is not None:
        yield Held("Firehose to the archive of the second region")


def objective_of(view: View, block: Block) -> str | None:
    """Logs of services have one; what AWS services log about themselves has none."""
    primary = view.fleet.primary
    groups = {naming.service_log_group(name, primary.name) for name in primary.services}
    return "logs" if view.name(block) in groups else None


def stream_in_time(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """Lines may take as long as the subscription and the buffer together."""
    wanted = objective(view, "logs")
    if wanted is None or wanted.rpo_minutes is None:
        return
    limit = wanted.rpo_minutes * 60
    for stream in (block, *((twin,) if twin else ())):
        # 300 seconds unless told otherwise (Firehose API reference, BufferingHints).
        buffer = (stream.body.get("extended_s3_configuration") or {}).get("buffering_interval", 300)
        if buffer + SUBSCRIPTION_SECONDS > limit:
            yield Gap(
                f"{view.name(stream)} may be {buffer} + {SUBSCRIPTION_SECONDS} s late; the RPO is {limit} s",
                f"set log_streaming.buffer_seconds to {limit - SUBSCRIPTION_SECONDS} or less",
            )
        else:
            yield Held(f"at most {buffer} + {SUBSCRIPTION_SECONDS} s late")
        name = view.name(stream)
        found = view.alarms(stream.region, "DeliveryToS3.DataFreshness", DeliveryStreamName=name)
        if not alarms.above(found, limit):
            yield Gap(
                f"no alarm on lines of {name} later than the RPO, {limit} s, wakes anybody",
                f"add a critical alarm on DeliveryToS3.DataFreshness in {stream.region} (LogStream, alarms)",
            )


def _ways_to(view: View, group: Block, region: str) -> list[tuple[Block, Block]]:
    """Subscriptions of a log group, each with its stream, that lead to a bucket in `region`."""
    buckets = {
        f"arn:aws:s3:::{view.name(bucket)}" for bucket in view.synthesis.all("aws_s3_bucket", region=region)
    }
    return [
        (found, stream)
        for found in view.synthesis.attached(group)
        if found.kind == "aws_cloudwatch_log_subscription_filter"
        for stream in view.synthesis.references(found.stack, str(found.body.get("destination_arn")))
        if stream.kind == _STREAM
        and (stream.body.get("extended_s3_configuration") or {}).get("bucket_arn") in buckets
    ]


def _hindered(view: View, group: Block, subscription: Block, stream: Block) -> Iterator[Gap]:
    """What keeps lines from taking one way."""
    name = view.name(group)
    if pattern := subscription.body.get("filter_pattern"):
        yield Gap(
            f"lines of {name} other than {pattern} stay there: {subscription.body.get('name')} filters them",
            "set filter_pattern of the subscription to an empty text (LogStream)",
        )
    found = view.alarms(
        group.region,
        "DeliveryErrors",
        LogGroupName=name,
        FilterName=str(subscription.body.get("name")),
        DestinationType="Firehose",
    )
    if not alarms.above(found, 0):
        yield Gap(
            f"no alarm in {group.region} on lines of {name} that {view.name(stream)} did not take "
            "wakes anybody",
            "add a critical alarm on DeliveryErrors (LogStream, alarms)",
        )
    account = view.fleet.dr.account_id
    here = f"{stream.region}:{account}"
    delivery = f"arn:aws:firehose:{here}:deliverystream/{view.name(stream)}"
    yield from rights.may(
        view,
        f"lines of {name} to {view.name(stream)}",
        rights.Through(
            subscription.stack,
            str(subscription.body.get("role_arn") or ""),
            "logs.amazonaws.com",
            f"arn:aws:logs:{group.region}:{account}:log-group:{name}:*",
        ),
        [rights.Use(("firehose:PutRecord", "firehose:PutRecordBatch"), delivery, stream)],
    )
    target = stream.body["extended_s3_configuration"]
    yield from rights.may(
        view,
        f"deliveries of {view.name(stream)}",
        rights.Through(stream.stack, str(target.get("role_arn") or ""), "firehose.amazonaws.com", delivery),
        _delivering(view, stream),
    )


def _delivering(view: View, stream: Block) -> Iterator[rights.Use]:
    """What a stream does in its bucket, and with the key that it encrypts with there."""
    target = stream.body["extended_s3_configuration"]
    bucket = target["bucket_arn"]
    yield rights.Use(_TO_BUCKET, bucket)
    for attribute in ("prefix", "error_output_prefix"):
        # What follows `!{` is the time of the delivery.
        start = str(target.get(attribute) or "").partition("!{")[0]
        yield rights.Use(_TO_OBJECTS, f"{bucket}/{start}object")
    for key in view.synthesis.references(stream.stack, str(target.get("kms_key_arn") or "")):
        if key.kind == "aws_kms_key":
            yield rights.of_key(view, key, "kms:Decrypt", "kms:GenerateDataKey")
