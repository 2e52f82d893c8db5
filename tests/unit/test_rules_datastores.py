# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules of the cache of an environment and of the queue of a service; cases as in test_rules_within."""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "a_node_is_of_a_previous_generation": (
        [("dev.yaml", "cache.t3.micro", "cache.t1.micro"), ("prod.yaml", "cache.r6g", "cache.r3")],
        [
            "dev.yaml:44: cache.node_type: cache.t1.micro: is of a previous generation; ElastiCache makes no new nodes of it (API reference, CreateReplicationGroup), use e.g. cache.t4g.small",
            "prod.yaml:33: cache.node_type: cache.r3.large: is of a previous generation; ElastiCache makes no new nodes of it (API reference, CreateReplicationGroup), use e.g. cache.t4g.small",
        ],
    ),
    "cache_windows_overlap": (
        [("prod.yaml", "nodes: 2", "nodes: 2\n  snapshot_window: 18:30-19:30")],
        [
            "prod.yaml:35: cache.snapshot_window: 18:30-19:30: overlaps maintenance_window sat:18:00-sat:19:00; a node that restarts takes no snapshot, move one of them (touching is fine)"
        ],
    ),
    "a_cache_window_is_too_short": (
        [
            ("dev.yaml", "cache.t3.micro", "cache.t3.micro\n  snapshot_window: 01:00-01:59"),
            ("prod.yaml", "nodes: 2", "nodes: 2\n  maintenance_window: sat:20:00-sat:20:30"),
        ],
        [
            "dev.yaml:45: cache.snapshot_window: 01:00-01:59: lasts 59 minutes; ElastiCache asks for 60 or more (ElastiCache user guide)",
            "prod.yaml:35: cache.maintenance_window: sat:20:00-sat:20:30: lasts 30 minutes; ElastiCache asks for 60 or more (ElastiCache user guide)",
        ],
    ),
    "dead_letters_have_no_time": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    queue: { retention_days: 14 }")],
        [
            "prod.yaml:29: services.fileflow.queue.retention_days: 14: leaves no time in the dead-letter queue, which keeps 14 days counted from the first sending (SQS developer guide); use 13 or less"
        ],
    ),
    "a_queue_alarm_comes_after_the_loss": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    queue: { retention_days: 1, age_alarm_seconds: 86400 }")],
        [
            "prod.yaml:29: services.fileflow.queue.age_alarm_seconds: 86400: is not below retention_days, 1 = 86400 seconds; lower it"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]


def test_cache_windows_may_touch(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    edit("prod.yaml", "nodes: 2", "nodes: 2\n  snapshot_window: 19:00-20:00")
    assert not lines()
