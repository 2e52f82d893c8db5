"""Composite alarms in the embedded AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients


def alarm(cloudwatch: Any, name: str, **options: Any) -> None:
    cloudwatch.put_metric_alarm(
        **{
            "AlarmName": name,
            "Namespace": "A",
            "MetricName": "M",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            **options,
        }
    )


def composite(cloudwatch: Any, name: str, rule: str) -> str:
    """State of a composite alarm of this rule."""
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, AlarmActions=["arn:aws:sns:r:1:t"])
    return state(cloudwatch, name)


def state(cloudwatch: Any, name: str) -> str:
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    (only,) = found["CompositeAlarms"]
    return str(only["StateValue"])


def test_composite_alarm_follows_its_members(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")
    for name in ("errors", "slow"):
        alarm(cloudwatch, name)
    assert composite(cloudwatch, "down", 'ALARM("errors") OR ALARM("slow")') == "OK"
    assert composite(cloudwatch, "outer", "ALARM(down)") == "OK"

    cloudwatch.set_alarm_state(AlarmName="slow", StateValue="ALARM", StateReason="test")
    assert (state(cloudwatch, "down"), state(cloudwatch, "outer")) == ("ALARM", "ALARM")

    cloudwatch.set_alarm_state(AlarmName="slow", StateValue="OK", StateReason="test")
    assert (state(cloudwatch, "down"), state(cloudwatch, "outer")) == ("OK", "OK")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("TRUE AND NOT FALSE", "ALARM"),
        ("NOT (TRUE OR FALSE)", "OK"),
        ("FALSE AND FALSE OR TRUE", "ALARM"),
        ('OK("errors") AND NOT INSUFFICIENT_DATA("errors")', "ALARM"),
        ("ALARM(arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:errors)", "OK"),
    ],
)
def test_rules_are_read(aws: Clients, rule: str, expected: str) -> None:
    cloudwatch = aws("cloudwatch")
    alarm(cloudwatch, "errors")
    assert composite(cloudwatch, "down", rule) == expected


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('ALARM("errors") OR ALARM("nobody")', "the alarm nobody does not exist"),
        ('ALARM("errors") MAYBE TRUE', "invalid at character"),
        ("TRUE FALSE", "invalid near 'False'"),
        ("(TRUE", "invalid near '\\('"),
        ("TRUE OR", "invalid near 'its end'"),
    ],
)
def test_fails_when_a_rule_makes_no_sense(aws: Clients, rule: str, message: str) -> None:
    cloudwatch = aws("cloudwatch")
    alarm(cloudwatch, "errors")
    with pytest.raises(ClientError, match=message):
        composite(cloudwatch, "down", rule)
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []


def test_kinds_of_alarms_are_told_apart(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")
    alarm(cloudwatch, "errors")
    composite(cloudwatch, "down", 'ALARM("errors")')

    def names(**wanted: Any) -> list[str]:
        found = cloudwatch.describe_alarms(**wanted)
        return [each["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for each in found[kind]]

    assert names() == ["errors"], "AWS answers metric alarms unless it is asked"
    assert names(AlarmTypes=["CompositeAlarm"]) == ["down"]
    assert names(AlarmTypes=["CompositeAlarm", "MetricAlarm"]) == ["errors", "down"]
    assert names(AlarmTypes=["CompositeAlarm"], StateValue="ALARM") == []


def test_composite_alarm_outlives_its_member(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")
    alarm(cloudwatch, "errors")
    composite(cloudwatch, "down", 'NOT ALARM("errors")')
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    alarm(cloudwatch, "other")
    assert state(cloudwatch, "down") == "ALARM"
    cloudwatch.delete_alarms(AlarmNames=["down"])
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []


def test_new_alarm_inherits_no_tags(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")
    alarm(cloudwatch, "errors", Tags=[{"Key": "Severity", "Value": "critical"}])
    (made,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=made["AlarmArn"])["Tags"]
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    alarm(cloudwatch, "errors")
    assert cloudwatch.list_tags_for_resource(ResourceARN=made["AlarmArn"])["Tags"] == []
