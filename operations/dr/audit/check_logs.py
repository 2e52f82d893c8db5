"""Application logs on their way to the archives."""

from collections.abc import Iterator

from environments import naming
from environments.observability import SUBSCRIPTION_SECONDS
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, View, objective

_STREAM = "aws_kinesis_firehose_delivery_stream"


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
        if group is not None and not _streams_to(view, group, fleet.dr.region):
            yield Gap(
                f"lines of {view.name(group)} ({where}) reach no archive in {fleet.dr.region} by Firehose",
                "subscribe a log stream to it that delivers to a bucket there (LogStream)",
            )
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
        alarms = view.alarms(stream.region, "DeliveryToS3.DataFreshness", DeliveryStreamName=name)
        if not [alarm for alarm in alarms if alarm.body["threshold"] <= limit]:
            yield Gap(
                f"no alarm on lines of {name} later than the RPO, {limit} s",
                "add an alarm on DeliveryToS3.DataFreshness (LogStream, alarms)",
            )


def _streams_to(view: View, group: Block, region: str) -> list[Block]:
    streams = [
        stream
        for found in view.synthesis.attached(group)
        if found.kind == "aws_cloudwatch_log_subscription_filter"
        for stream in view.synthesis.references(found.stack, str(found.body.get("destination_arn")))
        if stream.kind == _STREAM
    ]
    buckets = {
        f"arn:aws:s3:::{view.name(bucket)}" for bucket in view.synthesis.all("aws_s3_bucket", region=region)
    }
    return [
        stream
        for stream in streams
        if (stream.body.get("extended_s3_configuration") or {}).get("bucket_arn") in buckets
    ]
