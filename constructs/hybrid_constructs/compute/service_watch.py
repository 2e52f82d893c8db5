"""What shows that a service serves its users: alarms, log metrics and dashboard rows. Pure functions."""

from hybrid_constructs.compute.service_metrics import WatchedService, error_percent, highest, total
from hybrid_constructs.observability.watch import (
    Alarm,
    Comparison,
    CompositeAlarm,
    DashboardRow,
    Expression,
    LogMetric,
    Metric,
    MissingData,
    Severity,
)

RUNBOOK = "runbooks/service.md"
INTERRUPTION_SECONDS = 900
ERROR_LINES = "?ERROR ?FATAL"
"""Finds the words in plain lines as well as in JSON, whatever the field is called."""


_Graphs = dict[str, list[Metric | Expression]]


def deployment_alarms(service: str) -> tuple[str, ...]:
    """Ids of the alarms that stop a deployment of the service: errors, and response time."""
    return f"service-errors-{service}", f"service-latency-p95-{service}"


def alarms(watched: WatchedService) -> list[Alarm]:
    """Users first: errors and latency; then tasks, load and logs."""
    return [
        *_for_users(watched),
        *_for_tasks(watched),
        *_for_load(watched),
    ]


def composite_alarms(watched: WatchedService) -> list[CompositeAlarm]:
    """One message for "it is down", however it shows."""
    if not watched.always_on:
        return []
    return [
        CompositeAlarm(
            id=f"service-down-{watched.service}",
            description=f"{watched.name} is down: no healthy task, or too many errors",
            any_of=(f"service-errors-{watched.service}", f"service-no-healthy-{watched.service}"),
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
        )
    ]


def log_metrics(watched: WatchedService) -> list[LogMetric]:
    """Lines of level ERROR or FATAL, and tasks that Spot took away."""
    return [
        LogMetric(
            id=f"service-log-errors-{watched.service}",
            log_group=watched.log_group,
            pattern=ERROR_LINES,
            metric=watched.counted("ErrorLines", 60),
        ),
        LogMetric(
            id=f"service-interruptions-{watched.service}",
            log_group=watched.interruptions,
            pattern=f'{{ $.detail.group = "service:{watched.name}" }}',
            metric=watched.counted("SpotInterruptions", INTERRUPTION_SECONDS),
        ),
    ]


def dashboard_rows(watched: WatchedService) -> list[DashboardRow]:
    """What users see, and what the tasks do."""
    users: _Graphs = {
        "Requests": [*watched.balancer("RequestCount", "Sum")],
        "5xx, percent": [error_percent(watched)],
        "Latency": [
            each for p in ("p50", "p95", "p99") for each in watched.balancer("TargetResponseTime", p)
        ],
        "Healthy tasks": [*watched.balancer("HealthyHostCount", "Maximum")],
    }
    tasks: _Graphs = {
        "Tasks": [watched.ecs(name, insights=True) for name in ("DesiredTaskCount", "RunningTaskCount")],
        "CPU": [watched.ecs("CPUUtilization")],
        "Memory": [watched.ecs("MemoryUtilization")],
        "Logged errors": [watched.counted("ErrorLines", 60)],
    }
    if watched.config.mix.fargate_spot.weight:
        tasks["Spot interruptions"] = [watched.counted("SpotInterruptions", INTERRUPTION_SECONDS)]
    return [
        DashboardRow(title=f"Service {watched.name}: users", graphs=users),
        DashboardRow(title=f"Service {watched.name}: tasks", graphs=tasks),
    ]


def _for_users(watched: WatchedService) -> list[Alarm]:
    config = watched.config.alarms
    p95, p99 = config.p95_seconds, config.p99_seconds
    found = [
        # Two of three minutes: fast enough to stop a deployment while the old tasks still run.
        _alarm(
            watched,
            "errors",
            f"answers more than {config.error_percent:g} % of its requests with 5xx",
            error_percent(watched),
            config.error_percent,
            severity=Severity.CRITICAL,
            periods=(2, 3),
        ),
        _alarm(
            watched,
            "latency-p95",
            f"is slow: 5 % of its answers take longer than {p95:g} s",
            highest(watched.balancer("TargetResponseTime", "p95"), "p95"),
            p95,
            periods=(3, 3),
        ),
        _alarm(
            watched,
            "latency-p99",
            f"is slow for some: 1 % of its answers take longer than {p99:g} s",
            highest(watched.balancer("TargetResponseTime", "p99"), "p99"),
            p99,
        ),
        _alarm(
            watched,
            "unhealthy",
            "has tasks that fail their health check",
            total(watched.balancer("UnHealthyHostCount", "Maximum"), "Unhealthy tasks"),
            0,
        ),
    ]
    if watched.always_on:
        found.append(
            _alarm(
                watched,
                "no-healthy",
                "has no healthy task: nobody is served",
                total(watched.balancer("HealthyHostCount", "Maximum"), "Healthy tasks"),
                1,
                severity=Severity.CRITICAL,
                comparison=Comparison.BELOW,
                periods=(3, 3),
                # A target group without any task reports nothing.
                missing_data=MissingData.BREACHING,
            )
        )
    return found


def _for_tasks(watched: WatchedService) -> list[Alarm]:
    desired = watched.ecs("DesiredTaskCount", insights=True)
    running = watched.ecs("RunningTaskCount", insights=True)
    found = [
        _alarm(
            watched,
            "too-few-tasks",
            "runs fewer tasks than it should: they do not start, or Spot has none",
            # Container Insights reports nothing while no task runs at all; `no-healthy` sees that.
            Expression("desired - running", {"desired": desired, "running": running}, "Missing tasks"),
            0,
            periods=(10, 10),
        )
    ]
    mix = watched.config.mix
    if mix.fargate_spot.weight or mix.fargate_spot.base:
        limit = max(1, watched.config.placement.fargate_spot)
        found.append(
            _alarm(
                watched,
                "interruptions",
                f"lost more than {limit} tasks to Spot in {INTERRUPTION_SECONDS // 60} minutes, as many as "
                "normally run there: Spot is short",
                watched.counted("SpotInterruptions", INTERRUPTION_SECONDS),
                limit,
                periods=(1, 1),
            )
        )
    return found


def _for_load(watched: WatchedService) -> list[Alarm]:
    config = watched.config.alarms
    return [
        _alarm(
            watched,
            "cpu",
            f"uses more than {config.cpu_percent} % of its CPU, although scaling aims lower",
            watched.ecs("CPUUtilization"),
            config.cpu_percent,
        ),
        _alarm(
            watched,
            "memory",
            f"uses more than {config.memory_percent} % of its memory; at 100 tasks are killed",
            watched.ecs("MemoryUtilization"),
            config.memory_percent,
        ),
        _alarm(
            watched,
            "log-errors",
            f"logs more than {config.log_errors_per_minute} errors a minute",
            watched.counted("ErrorLines", 60),
            config.log_errors_per_minute,
        ),
    ]


def _alarm(
    watched: WatchedService,
    what: str,
    means: str,
    metric: Metric | Expression,
    threshold: float,
    *,
    severity: Severity = Severity.WARNING,
    comparison: Comparison = Comparison.ABOVE,
    periods: tuple[int, int] = (5, 5),
    missing_data: MissingData = MissingData.FINE,
) -> Alarm:
    """`periods`: how many of how many must be beyond the threshold. Without users there is no data."""
    datapoints, evaluated = periods
    return Alarm(
        id=f"service-{what}-{watched.service}",
        description=f"{watched.name} {means}",
        metric=metric,
        threshold=threshold,
        severity=severity,
        runbook=RUNBOOK,
        comparison=comparison,
        evaluation_periods=evaluated,
        datapoints_to_alarm=datapoints,
        missing_data=missing_data,
    )
