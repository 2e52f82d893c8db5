"""What to watch on the nodes of a Redis: alarms and dashboard rows. Pure functions."""

from environments.datastores import CacheConfig
from hybrid_constructs.observability.watch import Alarm, DashboardRow, Metric, MissingData, Severity

RUNBOOK = "runbooks/cache.md"
MEMORY_PERCENT = 90
EVICTIONS_PER_MINUTE = 100
LAG_SECONDS = 30
CONNECTIONS = 16_000
"""80 % of 20,000: no node type takes fewer clients (ElastiCache user guide, parameter `maxclients`)."""

BUSY_CORE_PERCENT = 90
"""Redis works on one core; AWS advises an alarm at 90 % of it (user guide, "Which metrics to monitor")."""

_CORES = {"micro": 2, "small": 2, "medium": 2, "large": 2}
"""On more cores CPUUtilization hides a busy engine, and EngineCPUUtilization is the one to watch."""


def alarms(name: str, config: CacheConfig) -> list[Alarm]:
    """The alarms of each node."""
    return [alarm for node in _nodes(name, config) for alarm in _node_alarms(node, config)]


def _node_alarms(node: str, config: CacheConfig) -> list[Alarm]:
    cpu, cpu_limit = _cpu(config.node_type)
    found = [
        _alarm(node, "cpu", cpu, cpu_limit, "is busy: commands wait", severity=Severity.CRITICAL),
        _alarm(node, "memory", "DatabaseMemoryUsagePercentage", MEMORY_PERCENT, "runs out of memory"),
        _alarm(
            node,
            "evictions",
            "Evictions",
            EVICTIONS_PER_MINUTE,
            "drops keys to make room",
            statistic="Sum",
        ),
        _alarm(node, "connections", "CurrConnections", CONNECTIONS, "has nearly all connections in use"),
    ]
    if config.nodes > 1:
        # Any node may be the primary, which reports no lag.
        text = "is far behind the primary: a failover would lose writes"
        found.append(_alarm(node, "lag", "ReplicationLag", LAG_SECONDS, text, missing_data=MissingData.FINE))
    return found


def dashboard_rows(name: str, config: CacheConfig) -> list[DashboardRow]:
    """One row; each graph shows all nodes."""
    nodes = _nodes(name, config)
    graphs = {
        "CPU": [_metric(node, _cpu(config.node_type)[0]) for node in nodes],
        "Memory": [_metric(node, "DatabaseMemoryUsagePercentage") for node in nodes],
        "Evictions": [_metric(node, "Evictions", "Sum") for node in nodes],
        "Connections": [_metric(node, "CurrConnections") for node in nodes],
    }
    if config.nodes > 1:
        graphs["Replication lag"] = [_metric(node, "ReplicationLag") for node in nodes]
    return [DashboardRow(title=f"Redis {name}", graphs=graphs)]


def _nodes(name: str, config: CacheConfig) -> list[str]:
    """Cache clusters of a replication group, as ElastiCache names them."""
    return [f"{name}-{number:03d}" for number in range(1, config.nodes + 1)]


def _cpu(node_type: str) -> tuple[str, float]:
    """Metric that shows a busy engine on this node type, and its limit in percent."""
    _, family, size = node_type.split(".")
    if size not in _CORES:
        return "EngineCPUUtilization", BUSY_CORE_PERCENT
    cores = 1 if (family, size) in {("t2", "micro"), ("t2", "small")} else _CORES[size]
    return "CPUUtilization", BUSY_CORE_PERCENT / cores


def _metric(node: str, name: str, statistic: str = "Average") -> Metric:
    return Metric("AWS/ElastiCache", name, {"CacheClusterId": node}, statistic)


def _alarm(
    node: str,
    id_: str,
    metric: str,
    threshold: float,
    what: str,
    *,
    severity: Severity = Severity.WARNING,
    statistic: str = "Average",
    missing_data: MissingData = MissingData.BREACHING,
) -> Alarm:
    return Alarm(
        id=f"cache-{id_}-{node}",
        description=f"Redis node {node} {what} ({metric} above {threshold:g})",
        metric=_metric(node, metric, statistic),
        threshold=threshold,
        severity=severity,
        runbook=RUNBOOK,
        missing_data=missing_data,
    )
