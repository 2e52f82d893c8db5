"""Which alarms wake somebody, and soon enough: all others are no evidence of anything."""

import re
from dataclasses import dataclass
from typing import Literal

from environments import naming
from environments.recovery import Objective
from environments.schema import Fleet
from operations.dr.audit.blocks import Block, Synthesis


@dataclass(frozen=True)
class Metric:
    """Where AWS reports a metric, and the objective that it is watched for."""

    namespace: str
    objective: Literal["application", "database", "objects", "logs"]
    counts: bool = False
    """Whether it counts what happened, so that a sum says as much as a maximum."""


METRICS = {
    "DeliveryErrors": Metric("AWS/Logs", "logs", counts=True),
    "DeliveryToS3.DataFreshness": Metric("AWS/Firehose", "logs"),
    "HealthCheckStatus": Metric("AWS/Route53", "application"),
    "OperationsFailedReplication": Metric("AWS/S3", "objects", counts=True),
    "ReplicaLag": Metric("AWS/RDS", "database"),
    "ReplicationLatency": Metric("AWS/S3", "objects"),
}

_STATISTICS = {"Greater": ("Maximum", "Average"), "Less": ("Minimum", "Average")}
"""The other extreme hides what is looked for: the minimum of a lag is low if anything gets through."""

_BEARER = re.compile(r"^<\w+ (.+)>\.(?:name|id|identifier|bucket)$")
_TOPIC = re.compile(r"arn:aws:sns:(?P<region>[\w-]+):(?P<account>\d+):(?P<name>[\w-]+)")


def waking(
    synthesis: Synthesis, fleet: Fleet, region: str, metric: str, dimensions: dict[str, str]
) -> list[Block]:
    """Alarms on exactly this metric that ring for somebody, within the objective that it is watched for."""
    return [
        alarm
        for alarm in synthesis.all("aws_cloudwatch_metric_alarm", region=region)
        if _watches(synthesis, alarm, metric, dimensions)
        and _rings(alarm, METRICS[metric], _patience(fleet, metric))
        and _heard(synthesis, fleet, alarm)
    ]


def above(alarms: list[Block], limit: float) -> list[Block]:
    """Those that ring once a value exceeds `limit`, or earlier."""
    return [
        alarm
        for alarm in alarms
        if str(alarm.body["comparison_operator"]).startswith("Greater") and alarm.body["threshold"] <= limit
    ]


def below(alarms: list[Block], limit: float) -> list[Block]:
    """Those that ring once a value falls below `limit`."""
    return [
        alarm
        for alarm in alarms
        if alarm.body["comparison_operator"] == "LessThanThreshold" and alarm.body["threshold"] >= limit
    ]


def _watches(synthesis: Synthesis, alarm: Block, metric: str, dimensions: dict[str, str]) -> bool:
    """Dimensions must be equal: a metric with another set of them is another metric."""
    found = alarm.body.get("dimensions") or {}
    return (
        alarm.body.get("metric_name") == metric
        and alarm.body.get("namespace") == METRICS[metric].namespace
        and {key: _value(synthesis, alarm, str(value)) for key, value in found.items()} == dimensions
    )


def _value(synthesis: Synthesis, alarm: Block, text: str) -> str:
    """Of a dimension: a name, or what bears it."""
    return _BEARER.sub(r"\1", synthesis.render(alarm.stack, text))


def _rings(alarm: Block, metric: Metric, patience: int) -> bool:
    body = alarm.body
    operator = str(body.get("comparison_operator", ""))
    statistics: tuple[str, ...] = next(
        (fit for start, fit in _STATISTICS.items() if operator.startswith(start)), ()
    )
    if metric.counts:
        statistics = (*statistics, "Sum")
    period, periods, threshold = body.get("period"), body.get("evaluation_periods"), body.get("threshold")
    return (
        # Neither of a metric query nor of an anomaly band, which say nothing about a limit.
        isinstance(threshold, int | float)
        and isinstance(period, int)
        and isinstance(periods, int)
        and period * periods <= patience
        and operator.endswith("Threshold")
        and body.get("statistic") in statistics
    )


def _patience(fleet: Fleet, metric: str) -> int:
    """Seconds that may pass until the alarm rings: as much as may be lost, or as recovery may take."""
    wanted: Objective = getattr(fleet.dr.objectives, METRICS[metric].objective)
    return max(wanted.rpo_minutes or wanted.rto_minutes, 1) * 60


def _heard(synthesis: Synthesis, fleet: Fleet, alarm: Block) -> bool:
    """Somebody is woken by a critical topic of the alarm's own region; CloudWatch reaches no other."""
    prefix = fleet.shared.organisation.prefix
    critical = {naming.alarm_topic(prefix, stack, "critical") for stack in naming.stacks(fleet)}
    topics = [
        topic
        for action in alarm.body.get("alarm_actions") or ()
        for topic in _topics(synthesis, alarm, action)
    ]
    return (
        alarm.body.get("actions_enabled") not in (False, "false")
        and (alarm.body.get("tags") or {}).get("Severity") == "critical"
        and any(topic.region == alarm.region and synthesis.identity(topic) in critical for topic in topics)
    )


def _topics(synthesis: Synthesis, alarm: Block, action: str) -> list[Block]:
    if match := _TOPIC.fullmatch(action):
        named = synthesis.find("aws_sns_topic", match["region"], match["name"])
        return [named] if named else []
    return [each for each in synthesis.references(alarm.stack, action) if each.kind == "aws_sns_topic"]
