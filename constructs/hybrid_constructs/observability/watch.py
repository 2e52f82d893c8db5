"""What a construct wants watched, as data: alarms and dashboard rows.

A construct says what matters about it, next to the resource it concerns. Who renders it decides on topics,
names and layout, so that every alarm of the fleet looks alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How fast a person must act."""

    CRITICAL = "critical"
    """Users are harmed now, or data is at risk: wake somebody."""

    WARNING = "warning"
    """It will become critical if nobody looks at it during the day."""


class Comparison(StrEnum):
    """CloudWatch's own operators."""

    ABOVE = "GreaterThanThreshold"
    BELOW = "LessThanThreshold"


class MissingData(StrEnum):
    """What silence means (CloudWatch user guide, "Configuring how alarms treat missing data")."""

    BREACHING = "breaching"
    FINE = "notBreaching"
    KEEP = "ignore"
    """Keeps the alarm's state."""


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric with the dimensions that select it."""

    namespace: str
    name: str
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: str = "Average"
    period_seconds: int = 60
    region: str | None = None
    """Where the metric is, if elsewhere; a dashboard can look there, an alarm cannot."""


@dataclass(frozen=True)
class Expression:
    """Metric math, such as a share (CloudWatch user guide, "Using math expressions with metrics")."""

    expression: str
    """Over the names in `metrics`, such as `100 * errors / requests`."""

    metrics: dict[str, Metric]
    """By the name that `expression` uses; all of one period."""

    label: str


@dataclass(frozen=True)
class LogMetric:
    """Counts the lines of a log group that match a pattern."""

    id: str
    log_group: str
    pattern: str
    """CloudWatch user guide, "Filter pattern syntax for metric filters"."""

    metric: Metric


@dataclass(frozen=True)
class Alarm:
    """A threshold on a metric, and what to do when it is crossed."""

    id: str
    """Unique in its stack; stays as it is, because it names the alarm."""

    description: str
    metric: Metric | Expression
    threshold: float
    severity: Severity
    runbook: str
    """Path of the runbook in docs/, such as `runbooks/database.md`."""

    comparison: Comparison = Comparison.ABOVE
    evaluation_periods: int = 5
    datapoints_to_alarm: int = 5
    missing_data: MissingData = MissingData.BREACHING


@dataclass(frozen=True)
class CompositeAlarm:
    """Several alarms that mean one thing: a person hears of it once."""

    id: str
    description: str
    any_of: tuple[str, ...]
    """Ids of alarms of the same stack; one in ALARM is enough."""

    severity: Severity
    runbook: str


@dataclass(frozen=True)
class DashboardRow:
    """Graphs that belong together, left to right, each a title with its metrics."""

    title: str
    graphs: Mapping[str, Sequence[Metric | Expression]]
