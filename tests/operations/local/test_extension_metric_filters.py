"""Metric filters in the embedded AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

GROUP = "/ecs/files/application"


def count(logs: Any, pattern: str, name: str = "errors", group: str = GROUP) -> None:
    logs.put_metric_filter(
        logGroupName=group,
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    )


def patterns(logs: Any, group: str = GROUP) -> list[str]:
    return [
        each["filterPattern"] for each in logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    ]


def test_filter_replaces_the_one_of_its_name(aws: Clients) -> None:
    logs = aws("logs")
    for group in (GROUP, "/other"):
        logs.create_log_group(logGroupName=group)
        count(logs, "ERROR", group=group)
    count(logs, "slow", name="slow")
    count(logs, "WARN")
    assert (patterns(logs), patterns(logs, "/other")) == (["slow", "WARN"], ["ERROR"])


def test_filters_go_with_their_log_group(aws: Clients) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName=GROUP)
    count(logs, "ERROR")
    count(logs, "slow", name="slow")
    logs.delete_log_group(logGroupName=GROUP)
    logs.create_log_group(logGroupName=GROUP)
    assert patterns(logs) == []


def test_fails_when_the_log_group_is_missing(aws: Clients) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        count(aws("logs"), "ERROR")
