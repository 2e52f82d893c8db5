"""Monitoring: what constructs want watched becomes alarms that reach the right people once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.observability.watch import (
    Comparison,
    Expression,
    Metric,
    MissingData,
    Severity,
)
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.synthesized import Body, Synthesized
from tests.synth.watching import (
    ERRORS,
    LINES,
    METRIC,
    PREFIX,
    SHARE,
    TOPICS,
    Thing,
    alarm,
    composite,
    monitoring,
)

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def synth_alarms(synth: Synth, *watch: Thing, **options: Any) -> Synthesized:
    return synth(lambda scope: monitoring(scope, *watch, **options))


def by_name(stack: Synthesized, kind: str = "aws_cloudwatch_metric_alarm") -> dict[str, Body]:
    return {body["alarm_name"]: body for body in stack.all(kind).values()}


def without_path(body: Body) -> Body:
    return {key: value for key, value in body.items() if key != "//"}


def test_alarm_with_defaults(synth: Synth) -> None:
    stack = synth_alarms(synth, Thing([alarm()]))
    assert without_path(stack.only("aws_cloudwatch_metric_alarm")) == {
        "alarm_name": "acme-test-late",
        "alarm_description": "late happened\nRunbook: docs/runbooks/queue.md",
        "namespace": "AWS/SQS",
        "metric_name": "ApproximateAgeOfOldestMessage",
        "dimensions": {"QueueName": "work"},
        "statistic": "Maximum",
        "period": 300,
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 300,
        "evaluation_periods": 5,
        "datapoints_to_alarm": 5,
        "treat_missing_data": "breaching",
        "alarm_actions": [TOPICS[WARNING]],
        "ok_actions": [TOPICS[WARNING]],
        "tags": {"Severity": "warning"},
    }


def test_everything_configured(synth: Synth) -> None:
    found = alarm(
        metric=replace(METRIC, statistic="p99.9", dimensions={}),
        severity=CRITICAL,
        comparison=Comparison.BELOW,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        missing_data=MissingData.KEEP,
    )
    stack = synth_alarms(synth, Thing([found]), runbook_url="https://example.com/docs/")
    body = stack.only("aws_cloudwatch_metric_alarm")
    assert body["alarm_description"].endswith("\nRunbook: https://example.com/docs/runbooks/queue.md")
    assert "statistic" not in body
    assert "dimensions" not in body
    assert (body["extended_statistic"], body["evaluate_low_sample_count_percentiles"]) == ("p99.9", "ignore")
    assert body["comparison_operator"] == "LessThanThreshold"
    assert (body["evaluation_periods"], body["datapoints_to_alarm"]) == (3, 2)
    assert body["treat_missing_data"] == "ignore"
    assert body["alarm_actions"] == body["ok_actions"] == [TOPICS[CRITICAL]]


def test_metric_math(synth: Synth) -> None:
    body = synth_alarms(synth, Thing([alarm(metric=SHARE)])).only("aws_cloudwatch_metric_alarm")
    assert {"namespace", "metric_name", "statistic", "period", "dimensions"}.isdisjoint(body)
    result, errors, requests = body["metric_query"]
    assert result == {
        "id": "result",
        "expression": "100 * errors / requests",
        "label": "5xx, %",
        "return_data": True,
    }
    assert errors["id"] == "errors"
    assert errors["metric"] == {
        "namespace": "AWS/ApplicationELB",
        "metric_name": "HTTPCode_Target_5XX_Count",
        "dimensions": ERRORS.dimensions,
        "stat": "Sum",
        "period": 60,
    }
    assert requests["metric"]["metric_name"] == "RequestCount"
    assert "return_data" not in errors


def test_composite_alarm_tells_instead_of_its_members(synth: Synth) -> None:
    found = [alarm("errors", severity=CRITICAL), alarm("slow"), alarm("other")]
    stack = synth_alarms(synth, Thing(found, [composite("errors", "slow")]))
    body = stack.only("aws_cloudwatch_composite_alarm")
    assert body["alarm_name"] == "acme-test-down"
    assert body["alarm_rule"] == 'ALARM("acme-test-errors") OR ALARM("acme-test-slow")'
    assert body["alarm_actions"] == body["ok_actions"] == [TOPICS[CRITICAL]]
    assert body["tags"] == {"Severity": "critical"}
    assert stack.depends_on(body) == {"Monitoring/Alarm-errors", "Monitoring/Alarm-slow"}
    told = {name: body.get("alarm_actions") for name, body in by_name(stack).items()}
    assert told == {"acme-test-errors": None, "acme-test-slow": None, "acme-test-other": [TOPICS[WARNING]]}
    assert all("ok_actions" in body for body in by_name(stack).values() if "alarm_actions" in body)


def test_composite_alarm_never_hides_what_is_more_urgent(synth: Synth) -> None:
    found = [alarm("errors", severity=CRITICAL), alarm("slow")]
    stack = synth_alarms(synth, Thing(found, [composite("errors", "slow", severity=WARNING)]))
    told = {name: body.get("alarm_actions") for name, body in by_name(stack).items()}
    assert told == {"acme-test-errors": [TOPICS[CRITICAL]], "acme-test-slow": None}


def test_lines_of_a_log_are_counted(synth: Synth) -> None:
    stack = synth_alarms(synth, Thing([alarm("errors", metric=LINES.metric)], metrics=[LINES]))
    assert without_path(stack.only("aws_cloudwatch_log_metric_filter")) == {
        "name": "acme-test-errors",
        "log_group_name": "/ecs/work/application",
        "pattern": "ERROR",
        "metric_transformation": {
            "namespace": "Services",
            "name": "errors-work",
            "value": "1",
            "default_value": "0",
        },
    }
    assert by_name(stack)["acme-test-errors"]["metric_name"] == "errors-work"


def test_alarms_are_known_by_their_arn(synth: Synth) -> None:
    thing = Thing([alarm()], [composite("late")])
    other = Thing([alarm("other")])
    known: list[Any] = []
    synth(lambda scope: known.append(monitoring(scope, thing, other)))
    base = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{PREFIX}"
    mine = {f"{base}-down": thing.composites[0], f"{base}-late": thing.found[0]}
    assert known[0].alarms == {**mine, f"{base}-other": other.found[0]}
    assert known[0].alarms_of([thing]) == mine
    assert known[0].alarm_name("late") == "acme-test-late"


def test_alarms_of_another_region_take_its_provider(synth: Synth) -> None:
    def build(scope: TerraformStack) -> object:
        far = aws_provider(scope, region="eu-west-1", account_id=ACCOUNT, tags={}, alias="far")
        there = alarm(metric=replace(METRIC, region="eu-west-1"))
        thing = Thing([there], [composite("late")], [LINES])
        return monitoring(scope, thing, region="eu-west-1", provider=far)

    stack = synth(build)
    kinds = (
        "aws_cloudwatch_metric_alarm",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_log_metric_filter",
    )
    assert {stack.only(kind)["provider"] for kind in kinds} == {"aws.far"}


def test_fails_when_nothing_is_to_be_watched(synth: Synth) -> None:
    with pytest.raises(TypeError, match=r"str has nothing to watch: give it alarms\(\)"):
        synth_alarms(synth, "queue")  # type: ignore[arg-type]


def math(**metrics: Metric) -> Expression:
    return Expression(" + ".join(metrics), metrics, "sum")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: Thing([alarm(), alarm(description="else")]),
            'alarm late: stands for "late happened" and "else"',
        ),
        (lambda: Thing([alarm("down")], [composite("down")]), "alarm down: stands for"),
        (lambda: Thing(metrics=[LINES, LINES]), "log metric errors: stands for"),
        (
            lambda: Thing([alarm(metric=replace(METRIC, region="eu-west-1"))]),
            f"is in eu-west-1, the alarm in {REGION}; an alarm sees its own region only",
        ),
        (
            lambda: Thing([alarm(datapoints_to_alarm=6)]),
            "datapoints_to_alarm 6 of 5 evaluation_periods never comes",
        ),
        (
            lambda: Thing([alarm(evaluation_periods=289)]),
            "looks at 86700 seconds, CloudWatch at 86400 at most",
        ),
        (
            lambda: Thing([alarm(metric=math(**{f"m{n}": METRIC for n in range(11)}))]),
            "11 metrics in one expression, 10 at most",
        ),
        (lambda: Thing([alarm(metric=math(Errors=METRIC))]), "metric name Errors; use letters"),
        (lambda: Thing([alarm(metric=math(result=METRIC))]), "metric name result; use letters"),
        (lambda: Thing([alarm(metric=math(a=METRIC, b=ERRORS))]), r"periods \[60, 300\] in one expression"),
        (
            lambda: Thing([alarm()], [composite("late", "gone")]),
            r"there is no alarm gone in this stack; use one of \['late'\]",
        ),
        (lambda: Thing([alarm()], [composite()]), "0 members; use 1 to 100"),
        (
            lambda: Thing(metrics=[replace(LINES, metric=METRIC)]),
            "log metric errors: dimensions {'QueueName': 'work'}; a filter takes them",
        ),
        (lambda: Thing([alarm("x" * 246)]), "name of 256 characters, 255 at most"),
        (
            lambda: Thing([alarm(description="x" * 1000)]),
            "description of 1032 characters, 1024 at most",
        ),
    ],
)
def test_fails_when_cloudwatch_would(synth: Synth, build: Callable[[], Thing], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        synth_alarms(synth, build())
    assert len(str(refused.value).splitlines()) == 1


def test_fails_with_all_problems_at_once(synth: Synth) -> None:
    thing = Thing([alarm(datapoints_to_alarm=6), alarm(metric=math(result=METRIC))], [composite("gone")])
    with pytest.raises(ValueError, match="stands for") as refused:
        synth_alarms(synth, thing)
    assert len(str(refused.value).splitlines()) == 4


def test_the_limits_themselves_are_fine(synth: Synth) -> None:
    most = [
        alarm("x" * 245, evaluation_periods=288),
        alarm("math", metric=math(**{f"m{n}": METRIC for n in range(10)})),
        alarm("here", metric=replace(METRIC, region=REGION)),
    ]
    assert len(by_name(synth_alarms(synth, Thing(most)))) == 3
