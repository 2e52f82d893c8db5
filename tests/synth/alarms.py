"""What a test wants to know of an alarm."""

from hybrid_constructs.observability.watch import Alarm, Metric


def metric_of(alarm: Alarm) -> Metric:
    """The one metric of an alarm without math."""
    assert isinstance(alarm.metric, Metric)
    return alarm.metric
