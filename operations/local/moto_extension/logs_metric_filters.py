"""CloudWatch Logs: metric filters.

Moto 5.2.5 keeps a filter beside the one of its name that it should replace, takes filters of log groups that
do not exist, and keeps those of a log group that is deleted. Matching lines are not counted.
"""

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogsBackend

from operations.local.moto_extension.adopt import adopt

_put_metric_filter = LogsBackend.put_metric_filter
_delete_log_group = LogsBackend.delete_log_group


def install() -> None:
    """Register the fixes."""
    adopt(LogsBackend, FixedBackend)


class FixedBackend(LogsBackend):
    """Log groups of one region."""

    def put_metric_filter(
        self, filter_name: str, filter_pattern: str, log_group_name: str, metric_transformations: Any
    ) -> None:
        if log_group_name not in self.groups:
            raise ResourceNotFoundException
        self.filters.delete_filter(filter_name, log_group_name)
        _put_metric_filter(self, filter_name, filter_pattern, log_group_name, metric_transformations)

    def delete_log_group(self, log_group_name: str) -> None:
        _delete_log_group(self, log_group_name)
        kept = [each for each in self.filters.metric_filters if each["logGroupName"] != log_group_name]
        self.filters.metric_filters = kept
