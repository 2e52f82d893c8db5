"""Alarms, and what has them, as tests build them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformStack

from hybrid_constructs.observability.monitoring import Monitoring
from hybrid_constructs.observability.watch import (
    Alarm,
    CompositeAlarm,
    DashboardRow,
    Expression,
    LogMetric,
    Metric,
    Severity,
)
from tests.synth.builders import ACCOUNT, REGION

PREFIX = "acme-test"
RUNBOOK = "runbooks/queue.md"
TOPICS = {severity: f"arn:aws:sns:{REGION}:{ACCOUNT}:{severity}" for severity in Severity}
LOAD_BALANCER = {"LoadBalancer": "app/acme/1", "TargetGroup": "targetgroup/acme/2"}
REQUESTS = Metric("AWS/ApplicationELB", "RequestCount", LOAD_BALANCER, "Sum")
ERRORS = Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", LOAD_BALANCER, "Sum")
SHARE = Expression("100 * errors / requests", {"errors": ERRORS, "requests": REQUESTS}, "5xx, %")
METRIC = Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "work"}, "Maximum", 300)
LINES = LogMetric("errors", "/ecs/work/application", "ERROR", Metric("Services", "errors-work", {}, "Sum"))


@dataclass
class Thing:
    """Something that wants to be watched."""

    found: Sequence[Alarm] = ()
    composites: Sequence[CompositeAlarm] = ()
    metrics: Sequence[LogMetric] = ()
    rows: Sequence[DashboardRow] = ()

    def alarms(self) -> list[Alarm]:
        return [*self.found]

    def composite_alarms(self) -> list[CompositeAlarm]:
        return [*self.composites]

    def log_metrics(self) -> list[LogMetric]:
        return [*self.metrics]

    def dashboard_rows(self) -> list[DashboardRow]:
        return [*self.rows]


def alarm(id_: str = "late", **changes: Any) -> Alarm:
    return Alarm(
        **{
            "id": id_,
            "description": f"{id_} happened",
            "metric": METRIC,
            "threshold": 300,
            "severity": Severity.WARNING,
            "runbook": RUNBOOK,
            **changes,
        }
    )


def composite(*members: str, **changes: Any) -> CompositeAlarm:
    return CompositeAlarm(
        **{
            "id": "down",
            "description": "All is down",
            "any_of": members,
            "severity": Severity.CRITICAL,
            "runbook": RUNBOOK,
            **changes,
        }
    )


def monitoring(scope: TerraformStack, *watch: Any, **options: Any) -> Monitoring:
    return Monitoring(
        scope,
        "Monitoring",
        **{
            "name_prefix": PREFIX,
            "watch": watch,
            "topic_arns": TOPICS,
            "region": REGION,
            "account_id": ACCOUNT,
            **options,
        },
    )


def metric_of(alarm: Alarm) -> Metric:
    """The metric of an alarm that looks at one."""
    assert isinstance(alarm.metric, Metric), f"{alarm.id} looks at an expression"
    return alarm.metric


def metrics_of(rows: Sequence[DashboardRow]) -> list[Metric]:
    """Every metric that rows show by itself."""
    graphs = [graph for row in rows for graph in row.graphs.values()]
    return [metric for graph in graphs for metric in graph if isinstance(metric, Metric)]
