"""What is watched on the nodes of a Redis."""

import pytest

from environments.datastores import CacheConfig
from hybrid_constructs.data.cache_watch import alarms, dashboard_rows
from hybrid_constructs.observability.watch import MissingData
from tests.synth.watching import metric_of

NAME = "acme-test-redis"


def test_every_node_has_alarms() -> None:
    config = CacheConfig(node_type="cache.r6g.large", nodes=3, multi_az=True)
    found = {alarm.id: alarm for alarm in alarms(NAME, config)}
    for node in (f"{NAME}-00{number}" for number in (1, 2, 3)):
        for what in ("cpu", "memory", "evictions", "connections", "lag"):
            assert metric_of(found[f"cache-{what}-{node}"]).dimensions == {"CacheClusterId": node}
    assert len(found) == 15
    lag = found[f"cache-lag-{NAME}-001"]
    assert lag.missing_data is MissingData.FINE, "the primary reports no lag"
    assert found[f"cache-cpu-{NAME}-001"].missing_data is MissingData.BREACHING
    (row,) = dashboard_rows(NAME, config)
    assert len(row.graphs["Replication lag"]) == 3


@pytest.mark.parametrize(
    ("node_type", "metric", "limit"),
    [
        ("cache.t2.small", "CPUUtilization", 90),
        ("cache.t3.micro", "CPUUtilization", 45),
        ("cache.r6g.large", "CPUUtilization", 45),
        ("cache.r6g.xlarge", "EngineCPUUtilization", 90),
    ],
)
def test_a_busy_engine_is_seen_on_every_size(node_type: str, metric: str, limit: float) -> None:
    cpu = alarms(NAME, CacheConfig(node_type=node_type))[0]
    assert (metric_of(cpu).name, cpu.threshold) == (metric, limit)


def test_a_single_node_has_no_lag() -> None:
    config = CacheConfig(node_type="cache.t3.micro")
    assert len(alarms(NAME, config)) == 4
    assert "Replication lag" not in dashboard_rows(NAME, config)[0].graphs
