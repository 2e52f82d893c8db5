"""What incidents ask for: history of alarms, summaries of traces, events of CloudTrail."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients, aws, emulator, session_server

__all__ = ["aws", "emulator", "session_server"]


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def alarm(aws: Clients, name: str, *states: str) -> None:
    cloudwatch = aws("cloudwatch")
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
    for state in states:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def history(aws: Clients, **options: Any) -> list[dict[str, Any]]:
    return list(aws("cloudwatch").describe_alarm_history(**options)["AlarmHistoryItems"])


def test_an_alarm_has_a_history_newest_first(aws: Clients) -> None:
    alarm(aws, "one", "ALARM", "ALARM", "OK")
    found = history(aws, AlarmName="one")
    assert [one["HistorySummary"] for one in found] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
    ]
    assert json.loads(found[1]["HistoryData"])["newState"]["stateReason"] == "test"
    assert datetime.now(UTC) - found[0]["Timestamp"] < timedelta(minutes=1)
    assert history(aws, AlarmName="one", ScanBy="TimestampAscending") == found[::-1]


def test_history_is_of_a_time_and_outlives_the_alarm(aws: Clients) -> None:
    alarm(aws, "one", "ALARM")
    aws("cloudwatch").delete_alarms(AlarmNames=["one"])
    now = datetime.now(UTC)
    assert len(history(aws, StartDate=now - timedelta(hours=1), EndDate=now + timedelta(minutes=1))) == 1
    assert not history(aws, StartDate=now + timedelta(minutes=1))
    assert not history(aws, EndDate=now - timedelta(hours=1))


def test_composite_alarms_are_in_the_history_if_asked_for(aws: Clients) -> None:
    alarm(aws, "one")
    aws("cloudwatch").put_composite_alarm(AlarmName="both", AlarmRule="ALARM(one)")
    alarm(aws, "one", "ALARM")
    assert {one["AlarmName"] for one in history(aws)} == {"one"}
    both = history(aws, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert {one["AlarmName"] for one in both} == {"one", "both"}


def test_history_comes_in_pages(aws: Clients) -> None:
    alarm(aws, "one", *["ALARM", "OK"] * 3)
    pages = (
        aws("cloudwatch")
        .get_paginator("describe_alarm_history")
        .paginate(AlarmName="one", PaginationConfig={"PageSize": 2})
    )
    assert [len(page["AlarmHistoryItems"]) for page in pages] == [2, 2, 2]


def segment(aws: Clients, number: int, at: float, *, name: str = "files-prod", **members: Any) -> None:
    document = {
        "trace_id": f"1-{int(at):08x}-{number:024x}",
        "id": f"{number:016x}",
        "name": name,
        "start_time": at,
        "end_time": at + 0.5,
        **members,
    }
    aws("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])


def summaries(aws: Clients, expression: str = "", hours: int = 1) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    options = {"FilterExpression": expression} if expression else {}
    pages = (
        aws("xray")
        .get_paginator("get_trace_summaries")
        .paginate(StartTime=now - timedelta(hours=hours), EndTime=now, **options)
    )
    return [one for page in pages for one in page["TraceSummaries"]]


def test_traces_are_filtered_by_fault_and_status(aws: Clients) -> None:
    now = time.time() - 60
    segment(aws, 1, now, http={"response": {"status": 200}})
    segment(aws, 2, now, fault=True, http={"response": {"status": 500}})
    segment(aws, 3, now, http={"request": {"url": "u", "method": "GET"}, "response": {"status": 503}})
    segment(aws, 4, now, fault=False, error=True, http={"response": {"status": 404}})
    segment(aws, 5, now, name="files-dev", fault=True)
    found = summaries(aws, "fault = true OR http.status >= 500")
    assert sorted(int(one["Id"][-1]) for one in found) == [2, 3, 5]
    assert {one["Http"].get("HttpStatus") for one in found} == {500, 503, None}
    ours = summaries(aws, 'service("files-prod") AND fault')
    assert [int(one["Id"][-1]) for one in ours] == [2]
    assert len(summaries(aws)) == 5


def test_traces_come_in_pages_and_of_a_time(aws: Clients) -> None:
    for number in range(1, 131):
        segment(aws, number, time.time() - 60)
    segment(aws, 999, time.time() - 2 * 3600)
    assert len(summaries(aws)) == 130
    assert len(summaries(aws, hours=3)) == 131


@pytest.mark.parametrize("expression", ["http.status = 5xx", "fault = true OR http.status = 5xx"])
def test_an_expression_that_cannot_be_read_is_refused(aws: Clients, expression: str) -> None:
    with pytest.raises(ClientError) as error:
        summaries(aws, expression)
    assert code(error) == "InvalidRequestException"


def test_a_range_of_more_than_six_hours_is_refused(aws: Clients) -> None:
    with pytest.raises(ClientError, match="6 hours"):
        summaries(aws, hours=7)


def events(aws: Clients, region: str = "ap-northeast-2", **options: Any) -> list[dict[str, Any]]:
    pages = aws("cloudtrail", region).get_paginator("lookup_events").paginate(**options)
    return [one for page in pages for one in page["Events"]]


def attribute(key: str, value: str) -> list[dict[str, str]]:
    return [{"AttributeKey": key, "AttributeValue": value}]


def test_changes_are_told_from_reads(aws: Clients) -> None:
    aws("sqs").create_queue(QueueName="one")
    aws("sqs").list_queues()
    changes = events(aws, LookupAttributes=attribute("ReadOnly", "false"))
    assert [one["EventName"] for one in changes] == ["CreateQueue"]
    [one] = events(aws, LookupAttributes=attribute("EventName", "ListQueues"))
    assert one["ReadOnly"] == "true"
    assert json.loads(one["CloudTrailEvent"])["eventSource"] == one["EventSource"] == "sqs.amazonaws.com"


def test_a_refused_change_is_an_event_with_an_error(aws: Clients) -> None:
    with pytest.raises(ClientError):
        aws("sqs").delete_queue(QueueUrl="http://127.0.0.1/none")
    [one] = events(aws, LookupAttributes=attribute("EventName", "DeleteQueue"))
    assert "errorCode" in json.loads(one["CloudTrailEvent"])


def test_events_of_global_services_are_in_us_east_1(aws: Clients) -> None:
    aws("iam").create_group(GroupName="g")
    wanted = attribute("EventName", "CreateGroup")
    assert len(events(aws, "us-east-1", LookupAttributes=wanted)) == 1
    assert not events(aws, LookupAttributes=wanted)


def test_events_come_in_pages_and_of_a_time(aws: Clients) -> None:
    for number in range(60):
        aws("sqs").create_queue(QueueName=f"q{number}")
    wanted = attribute("ReadOnly", "false")
    now = datetime.now(UTC)
    assert len(events(aws, LookupAttributes=wanted)) == 60
    assert not events(aws, LookupAttributes=wanted, EndTime=now - timedelta(hours=1))
    assert not events(aws, LookupAttributes=wanted, StartTime=now + timedelta(hours=1))


def test_two_attributes_are_refused(aws: Clients) -> None:
    both = [*attribute("ReadOnly", "false"), *attribute("EventName", "CreateQueue")]
    with pytest.raises(ClientError) as error:
        events(aws, LookupAttributes=both)
    assert code(error) == "InvalidLookupAttributesException"


def test_calls_for_cloudfront_are_events_of_us_east_1(aws: Clients) -> None:
    waf = aws("wafv2", "us-east-1")
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    waf.create_web_acl(Name="cdn", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=seen)
    found = aws("cloudtrail", "us-east-1").lookup_events()["Events"]
    assert "CreateWebACL" in {event["EventName"] for event in found}
