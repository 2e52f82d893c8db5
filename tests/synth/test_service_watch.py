"""What is watched of a service."""

from dataclasses import replace
from typing import Any

import pytest

from hybrid_constructs.compute.service_metrics import WatchedService
from hybrid_constructs.compute.service_watch import (
    alarms,
    composite_alarms,
    dashboard_rows,
    deployment_alarms,
    log_metrics,
)
from hybrid_constructs.observability.alarms import AnyAlarm, refuse_impossible
from hybrid_constructs.observability.watch import Alarm, Comparison, Expression, Metric, MissingData, Severity
from hybrid_constructs.observability.watched import Watched
from tests.synth import services
from tests.synth.synthesized import ROOT

ROLLING = WatchedService(
    service="files",
    name="files-test-service",
    cluster="acme-cluster",
    load_balancer="app/acme/1",
    target_groups=("targetgroup/blue/1",),
    log_group="/ecs/files",
    interruptions="/aws/events/spot",
    config=services.config(tasks=4),
    always_on=True,
)
BLUE_GREEN = replace(ROLLING, target_groups=("targetgroup/blue/1", "targetgroup/green/2"))


def found(watched: WatchedService) -> dict[str, Alarm]:
    """Alarms by what they watch."""
    return {alarm.id.removeprefix("service-").removesuffix("-files"): alarm for alarm in alarms(watched)}


def expression(alarm: Alarm) -> Expression:
    assert isinstance(alarm.metric, Expression)
    return alarm.metric


def configured(**changes: Any) -> WatchedService:
    return replace(ROLLING, config=services.config(**changes))


@pytest.mark.parametrize("watched", [ROLLING, BLUE_GREEN])
def test_cloudwatch_takes_all_of_it(watched: WatchedService) -> None:
    both = [watched, replace(watched, service="mail", name="mail-test-service")]
    refuse_impossible(
        Watched(
            alarms=tuple(alarm for each in both for alarm in alarms(each)),
            composites=tuple(alarm for each in both for alarm in composite_alarms(each)),
            log_metrics=tuple(metric for each in both for metric in log_metrics(each)),
        ),
        prefix="acme-test",
        region="eu-central-1",
        runbook_url=None,
    )


def test_every_alarm_is_in_the_runbook() -> None:
    runbook = (ROOT / "docs/runbooks/service.md").read_text(encoding="utf-8")
    every: list[AnyAlarm] = [*alarms(ROLLING), *composite_alarms(ROLLING)]
    for alarm in every:
        assert alarm.runbook == "runbooks/service.md"
        assert f"`{alarm.id.removesuffix('-files')}`" in runbook


def test_errors_are_a_share_of_enough_requests() -> None:
    alarm = found(ROLLING)["errors"]
    share = expression(alarm)
    assert share.expression == (
        "IF((FILL(requests1, 0)) >= 20, 100 * (FILL(errors1, 0)) / (FILL(requests1, 0)), 0)"
    )
    names = {key: (metric.name, metric.statistic) for key, metric in share.metrics.items()}
    assert names == {
        "errors1": ("HTTPCode_Target_5XX_Count", "Sum"),
        "requests1": ("RequestCount", "Sum"),
    }
    assert share.metrics["errors1"].dimensions == {
        "LoadBalancer": "app/acme/1",
        "TargetGroup": "targetgroup/blue/1",
    }
    assert (alarm.threshold, alarm.severity) == (5, Severity.CRITICAL)
    assert (alarm.datapoints_to_alarm, alarm.evaluation_periods) == (2, 3)
    assert alarm.missing_data is MissingData.FINE


def test_both_target_groups_count_together() -> None:
    by_id = found(BLUE_GREEN)
    assert expression(by_id["errors"]).expression == (
        "IF((FILL(requests1, 0) + FILL(requests2, 0)) >= 20, "
        "100 * (FILL(errors1, 0) + FILL(errors2, 0)) / (FILL(requests1, 0) + FILL(requests2, 0)), 0)"
    )
    assert expression(by_id["latency-p95"]).expression == "MAX([FILL(group1, 0), FILL(group2, 0)])"
    assert expression(by_id["unhealthy"]).expression == "FILL(group1, 0) + FILL(group2, 0)"
    groups = [metric.dimensions["TargetGroup"] for metric in expression(by_id["unhealthy"]).metrics.values()]
    assert groups == list(BLUE_GREEN.target_groups)


@pytest.mark.parametrize(("percentile", "seconds"), [("p95", 1), ("p99", 3)])
def test_latency(percentile: str, seconds: float) -> None:
    alarm = found(ROLLING)[f"latency-{percentile}"]
    (metric,) = expression(alarm).metrics.values()
    assert (metric.name, metric.statistic) == ("TargetResponseTime", percentile)
    assert (alarm.threshold, alarm.severity) == (seconds, Severity.WARNING)


def test_nobody_is_served_without_a_healthy_task() -> None:
    alarm = found(ROLLING)["no-healthy"]
    (metric,) = expression(alarm).metrics.values()
    assert (metric.name, metric.statistic) == ("HealthyHostCount", "Maximum")
    assert (alarm.threshold, alarm.comparison, alarm.severity) == (1, Comparison.BELOW, Severity.CRITICAL)
    assert alarm.missing_data is MissingData.BREACHING


def test_a_service_is_down_in_one_message() -> None:
    (down,) = composite_alarms(ROLLING)
    assert down.id == "service-down-files"
    assert down.severity is Severity.CRITICAL
    assert down.any_of == ("service-errors-files", "service-no-healthy-files")


def test_a_service_that_may_stop_is_never_down() -> None:
    resting = replace(ROLLING, always_on=False)
    assert composite_alarms(resting) == []
    assert "no-healthy" not in found(resting)


def test_missing_tasks() -> None:
    alarm = found(ROLLING)["too-few-tasks"]
    missing = expression(alarm)
    assert missing.expression == "desired - running"
    assert {key: (metric.namespace, metric.name) for key, metric in missing.metrics.items()} == {
        "desired": ("ECS/ContainerInsights", "DesiredTaskCount"),
        "running": ("ECS/ContainerInsights", "RunningTaskCount"),
    }
    assert missing.metrics["desired"].dimensions == {
        "ClusterName": "acme-cluster",
        "ServiceName": "files-test-service",
    }
    assert (alarm.threshold, alarm.datapoints_to_alarm) == (0, 10)


@pytest.mark.parametrize(
    ("what", "metric", "limit"), [("cpu", "CPUUtilization", 85), ("memory", "MemoryUtilization", 90)]
)
def test_load(what: str, metric: str, limit: int) -> None:
    alarm = found(ROLLING)[what]
    dimensions = {"ClusterName": "acme-cluster", "ServiceName": "files-test-service"}
    assert alarm.metric == Metric("AWS/ECS", metric, dimensions)
    assert alarm.threshold == limit


def test_thresholds_come_from_the_configuration() -> None:
    limits = {
        "error_percent": 2.5,
        "p95_seconds": 0.5,
        "p99_seconds": 0.9,
        "cpu_percent": 70,
        "memory_percent": 71,
        "log_errors_per_minute": 7,
    }
    by_id = found(configured(alarms=limits))
    ids = ("errors", "latency-p95", "latency-p99", "cpu", "memory", "log-errors")
    assert [by_id[id_].threshold for id_ in ids] == list(limits.values())
    assert "more than 2.5 %" in by_id["errors"].description


def test_logged_errors_are_counted_in_any_format() -> None:
    errors, _ = log_metrics(ROLLING)
    assert (errors.log_group, errors.pattern) == ("/ecs/files", "?ERROR ?FATAL")
    assert found(ROLLING)["log-errors"].metric == errors.metric
    assert errors.metric == Metric("Services", "ErrorLines-files-test-service", {}, "Sum", 60)


def test_interruptions_are_counted_for_this_service_only() -> None:
    _, interruptions = log_metrics(ROLLING)
    assert interruptions.log_group == "/aws/events/spot"
    assert interruptions.pattern == '{ $.detail.group = "service:files-test-service" }'
    alarm = found(ROLLING)["interruptions"]
    assert alarm.metric == interruptions.metric
    assert interruptions.metric.period_seconds == 900


@pytest.mark.parametrize(("tasks", "limit"), [(1, 1), (4, 2), (11, 7)])
def test_more_interruptions_than_spot_tasks_are_told(tasks: int, limit: int) -> None:
    assert found(configured(tasks=tasks))["interruptions"].threshold == limit


def test_without_spot_nothing_is_interrupted() -> None:
    on_demand = configured(tasks=4, capacity={"fargate_spot": {"weight": 0}})
    assert "interruptions" not in found(on_demand)
    graphs = [title for row in dashboard_rows(on_demand) for title in row.graphs]
    assert "Spot interruptions" not in graphs


def test_a_deployment_stops_on_errors_and_slow_answers() -> None:
    assert deployment_alarms("files") == ("service-errors-files", "service-latency-p95-files")
    by_id = {alarm.id: alarm for alarm in alarms(ROLLING)}
    for id_ in deployment_alarms("files"):
        # The old tasks stay five minutes: an alarm that comes later stops nothing.
        assert by_id[id_].evaluation_periods <= 3


def test_dashboard_shows_users_and_tasks() -> None:
    users, tasks = dashboard_rows(BLUE_GREEN)
    assert users.title == "Service files-test-service: users"
    assert {title: len(lines) for title, lines in users.graphs.items()} == {
        "Requests": 2,
        "5xx, percent": 1,
        "Latency": 6,
        "Healthy tasks": 2,
    }
    assert list(tasks.graphs) == ["Tasks", "CPU", "Memory", "Logged errors", "Spot interruptions"]
