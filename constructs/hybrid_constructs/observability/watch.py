"""What a construct wants watched, as data: alarms and dashboard rows.

A construct says what matters about it, next to the resource it concerns. Who renders it decides on topics,
names and layout, so that every alarm of the fleet looks alike.
"""

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


@dataclass(frozen=True)
class Alarm:
    """A threshold on a metric, and what to do when it is crossed."""

    id: str
    description: str
    metric: Metric
    threshold: float
    severity: Severity
    runbook: str
    """Path of the runbook in docs/, such as `runbooks/database.md`."""

    comparison: Comparison = Comparison.ABOVE
    evaluation_periods: int = 5
    datapoints_to_alarm: int = 5
    missing_data: MissingData = MissingData.BREACHING


@dataclass(frozen=True)
class DashboardRow:
    """Graphs that belong together, left to right, each a title with its metrics."""

    title: str
    graphs: dict[str, list[Metric]]
