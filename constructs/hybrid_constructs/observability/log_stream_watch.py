"""What shows that streamed logs are late or lost (Firehose developer guide, "CloudWatch metrics")."""

from collections.abc import Mapping

from hybrid_constructs.observability.watch import (
    Alarm,
    Comparison,
    DashboardRow,
    Metric,
    MissingData,
    Severity,
)

RUNBOOK = "runbooks/logs.md"


def alarms(id_: str, stream: str, log_groups: Mapping[str, str], rpo_seconds: int) -> list[Alarm]:
    """Alarms of the stream's region, ids after `id_`. Firehose is silent while nobody logs."""
    return [
        Alarm(
            id=f"{id_}-late",
            description=f"Logs of {stream} wait for more than {rpo_seconds} seconds: the recovery point "
            "objective is missed",
            metric=_firehose(stream, "DeliveryToS3.DataFreshness", "Maximum"),
            threshold=rpo_seconds,
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            missing_data=MissingData.FINE,
        ),
        Alarm(
            id=f"{id_}-refused",
            description=f"S3 refuses what {stream} delivers; Firehose gives up after 24 hours",
            metric=_firehose(stream, "DeliveryToS3.Success", "Average"),
            threshold=1,
            comparison=Comparison.BELOW,
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
            missing_data=MissingData.FINE,
        ),
        *(_undelivered(f"{id_}-{group_id}", stream, group) for group_id, group in log_groups.items()),
    ]


def dashboard_rows(stream: str) -> list[DashboardRow]:
    """How far the archive is behind, and what arrives."""
    graphs = {
        "Behind, seconds": [_firehose(stream, "DeliveryToS3.DataFreshness", "Maximum")],
        "Bytes": [
            _firehose(stream, "IncomingBytes", "Sum"),
            _firehose(stream, "DeliveryToS3.Bytes", "Sum"),
        ],
        "Share delivered": [_firehose(stream, "DeliveryToS3.Success", "Average")],
    }
    return [DashboardRow(f"Logs to the archive, {stream}", dict(graphs))]


def _undelivered(id_: str, stream: str, log_group: str) -> Alarm:
    """What CloudWatch Logs could not hand over, it does not hand over later (CloudWatch Logs, "Metrics")."""
    dimensions = {"LogGroupName": log_group, "DestinationType": "Firehose", "FilterName": stream}
    return Alarm(
        id=f"{id_}-lost",
        description=f"CloudWatch Logs could not hand lines of {log_group} to {stream}; they are not archived",
        metric=Metric("AWS/Logs", "DeliveryErrors", dimensions, "Sum"),
        threshold=0,
        severity=Severity.CRITICAL,
        runbook=RUNBOOK,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        missing_data=MissingData.FINE,
    )


def _firehose(stream: str, name: str, statistic: str) -> Metric:
    return Metric("AWS/Firehose", name, {"DeliveryStreamName": stream}, statistic)
