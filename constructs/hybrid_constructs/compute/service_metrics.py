"""The metrics of a service, over all of its target groups. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

from environments.service import ServiceConfig
from hybrid_constructs.observability.watch import Expression, Metric

LOG_METRICS = "Services"
"""Namespace of what is counted in logs."""

FEWEST_REQUESTS = 20
"""Per minute. With fewer, one failure is a share that says nothing."""

_BALANCER = "AWS/ApplicationELB"


@dataclass(frozen=True)
class WatchedService:
    """What the alarms and graphs of a service must know."""

    service: str
    """Ends every id, so that several services fit into one stack."""

    name: str
    """Of the ECS service."""

    cluster: str
    load_balancer: str
    """ARN suffix."""

    target_groups: tuple[str, ...]
    """ARN suffixes. Users are on one of them; a deployment moves them to the other."""

    log_group: str
    interruptions: str
    """Log group with a line for each task that Spot took away."""

    config: ServiceConfig
    always_on: bool
    """Tasks are meant to run at any time: no standby, no off hours."""

    def balancer(self, name: str, statistic: str) -> list[Metric]:
        """A metric of each target group."""
        return [
            Metric(_BALANCER, name, {"LoadBalancer": self.load_balancer, "TargetGroup": group}, statistic)
            for group in self.target_groups
        ]

    def ecs(self, name: str, *, insights: bool = False) -> Metric:
        """A metric of all tasks, of Container Insights or of ECS itself."""
        namespace = "ECS/ContainerInsights" if insights else "AWS/ECS"
        return Metric(namespace, name, {"ClusterName": self.cluster, "ServiceName": self.name})

    def counted(self, what: str, period_seconds: int) -> Metric:
        """Lines of a log; a metric filter knows no dimensions, so the name tells services apart."""
        return Metric(LOG_METRICS, f"{what}-{self.name}", {}, "Sum", period_seconds)


def error_percent(watched: WatchedService) -> Expression:
    """Share of the requests that the service answers with 5xx; 0 while hardly anybody asks."""
    errors = _named("errors", watched.balancer("HTTPCode_Target_5XX_Count", "Sum"))
    requests = _named("requests", watched.balancer("RequestCount", "Sum"))
    share = f"100 * ({_sum(errors)}) / ({_sum(requests)})"
    # Without requests the share would be a division by zero, which gives no data point.
    return Expression(
        f"IF(({_sum(requests)}) >= {FEWEST_REQUESTS}, {share}, 0)", {**errors, **requests}, "5xx, percent"
    )


def total(metrics: Sequence[Metric], label: str) -> Expression:
    """Sum over the target groups."""
    named = _named("group", metrics)
    return Expression(_sum(named), named, label)


def highest(metrics: Sequence[Metric], label: str) -> Expression:
    """Percentiles cannot be added up; the group that users are on has the higher one, the other none."""
    named = _named("group", metrics)
    filled = ", ".join(f"FILL({name}, 0)" for name in named)
    return Expression(f"MAX([{filled}])", named, label)


def _named(prefix: str, metrics: Sequence[Metric]) -> dict[str, Metric]:
    return {f"{prefix}{number}": metric for number, metric in enumerate(metrics, 1)}


def _sum(names: dict[str, Metric]) -> str:
    """A target group without tasks, or without errors, reports nothing."""
    return " + ".join(f"FILL({name}, 0)" for name in names)
