"""The rows of the operations dashboard: both regions side by side, and what it all costs."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from environments import naming
from environments.naming import Side
from environments.schema import EnvironmentBase, Fleet
from hybrid_constructs.data import database_watch
from hybrid_constructs.observability.alarms import AnyAlarm, alarm_arn
from hybrid_constructs.observability.objectives import objective_row
from hybrid_constructs.observability.watch import DashboardRow, Expression, Metric
from stacks.base import GLOBAL_REGION, PlatformStack

_CHARGES_PERIOD_SECONDS = 21_600
"""AWS estimates charges several times a day (CloudWatch user guide, "Create a billing alarm")."""


def operations_rows(fleet: Fleet, load_balancers: Mapping[Side, str]) -> list[DashboardRow]:
    """What a person on call looks at first; `load_balancers` are ARN suffixes."""
    sides: dict[Side, EnvironmentBase] = {"primary": fleet.primary, "dr": fleet.dr}
    return [
        _objectives(fleet, load_balancers["primary"]),
        *(_tasks(fleet, environment) for environment in sides.values()),
        *(_answers(environment, load_balancers[side]) for side, environment in sides.items()),
        *in_region(database_watch.rows(fleet.shared.database.identifier), fleet.shared.region),
        *in_region(database_watch.rows(fleet.dr.database_replica.identifier, replica=True), fleet.dr.region),
        _charges(),
    ]


def lag_alarms(stack: PlatformStack) -> dict[str, AnyAlarm]:
    """Alarms of the replica by ARN; its own stack renders them, the dashboard shows state and limits."""
    dr = stack.fleet.dr
    prefix = "-".join((stack.organisation.prefix, dr.name))
    replica = dr.database_replica
    return {
        alarm_arn(prefix, alarm.id, region=dr.region, account_id=dr.account_id): alarm
        for alarm in database_watch.replica_alarms(replica.identifier, lag_seconds=replica.lag_alarm_seconds)
    }


def in_region(rows: Iterable[DashboardRow], region: str) -> list[DashboardRow]:
    """The same rows, for a dashboard of another region."""

    def there(metric: Metric | Expression) -> Metric | Expression:
        if isinstance(metric, Metric):
            return replace(metric, region=region)
        return replace(
            metric, metrics={name: replace(each, region=region) for name, each in metric.metrics.items()}
        )

    return [
        replace(row, graphs={title: [*map(there, graph)] for title, graph in row.graphs.items()})
        for row in rows
    ]


def _objectives(fleet: Fleet, load_balancer: str) -> DashboardRow:
    """What users of the failover name were promised."""
    promised = next(
        service.alarms for service in fleet.primary.services.values() if service.host == fleet.dr.edge.host
    )

    def metric(name: str) -> Metric:
        return _balancer(name, load_balancer, fleet.primary.region)

    return objective_row(
        fleet.dr.edge.host,
        requests=[metric("RequestCount")],
        errors=[metric("HTTPCode_Target_5XX_Count"), metric("HTTPCode_ELB_5XX_Count")],
        latency=[metric("TargetResponseTime")],
        available_percent=promised.available_percent,
        latency_seconds=promised.p95_seconds,
    )


def _tasks(fleet: Fleet, environment: EnvironmentBase) -> DashboardRow:
    """Services of the primary environment, or of its standby."""
    cluster = naming.cluster(environment)

    def of_each_service(namespace: str, name: str) -> list[Metric]:
        return [
            Metric(
                namespace,
                name,
                {"ClusterName": cluster, "ServiceName": naming.ecs_service(service, environment.name)},
                region=environment.region,
            )
            for service in fleet.primary.services
        ]

    return DashboardRow(
        f"Tasks in {environment.name}, {environment.region}",
        {
            "Running": of_each_service("ECS/ContainerInsights", "RunningTaskCount"),
            "Desired": of_each_service("ECS/ContainerInsights", "DesiredTaskCount"),
            "CPU": of_each_service("AWS/ECS", "CPUUtilization"),
            "Memory": of_each_service("AWS/ECS", "MemoryUtilization"),
        },
    )


def _answers(environment: EnvironmentBase, load_balancer: str) -> DashboardRow:
    def graph(statistic: str, *names: str) -> list[Metric]:
        return [_balancer(name, load_balancer, environment.region, statistic) for name in names]

    return DashboardRow(
        f"Answers of {environment.name}, {environment.region}",
        {
            "Requests": graph("Sum", "RequestCount"),
            "5xx": graph("Sum", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"),
            "Latency p95": graph("p95", "TargetResponseTime"),
        },
    )


def _balancer(name: str, load_balancer: str, region: str, statistic: str = "Sum") -> Metric:
    return Metric("AWS/ApplicationELB", name, {"LoadBalancer": load_balancer}, statistic, region=region)


def _charges() -> DashboardRow:
    """The whole account; budgets tell environments apart."""
    estimated = Metric(
        "AWS/Billing",
        "EstimatedCharges",
        {"Currency": "USD"},
        "Maximum",
        _CHARGES_PERIOD_SECONDS,
        region=GLOBAL_REGION,
    )
    return DashboardRow("Cost", {"Charges this month, USD": [estimated]})
