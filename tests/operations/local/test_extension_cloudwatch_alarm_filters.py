"""DescribeAlarms with several filters."""

from tests.operations.local.conftest import Clients


def test_names_and_state_both_count(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")
    for name, state in (("a", "ALARM"), ("b", "OK"), ("c", "ALARM")):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    found = cloudwatch.describe_alarms(AlarmNames=["a", "b"], StateValue="ALARM")["MetricAlarms"]

    assert [one["AlarmName"] for one in found] == ["a"]
