"""DescribeAlarms by name and state at once.

Moto 5.2.5 takes the first of ActionPrefix, AlarmNamePrefix, AlarmNames and StateValue, and ignores the
others. AWS answers the alarms that all of them match (API reference, DescribeAlarms, "StateValue").
"""

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from operations.local.moto_extension.adopt import adopt

_describe_alarms = CloudWatchResponse.describe_alarms


def install() -> None:
    """Register the fix."""
    adopt(CloudWatchResponse, Filtering)


class Filtering(CloudWatchResponse):
    """What AWS answers."""

    def describe_alarms(self) -> ActionResult:
        answer = _describe_alarms(self)
        if state := self._get_param("StateValue"):
            found: Any = answer.result
            for kind, alarms in found.items():
                found[kind] = [alarm for alarm in alarms if alarm.state_value == state]
        return answer
