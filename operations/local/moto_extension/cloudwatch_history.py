"""CloudWatch: what alarms did.

Moto 5.2.5 does not implement DescribeAlarmHistory, and keeps of a state only that it ended. AWS answers with
changes of configuration and of state, newest first, page by page, of metric alarms unless it is asked for
composite ones; history outlives the alarm (CloudWatch API reference, DescribeAlarmHistory).
"""

import json
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from operations.local.moto_extension.adopt import adopt

PAGE = 100
_update_state = Alarm.update_state


def install() -> None:
    """Register the fixes."""
    adopt(Alarm, FixedAlarm)
    adopt(CloudWatchBackend, Backend)
    adopt(CloudWatchResponse, Responses)


class FixedAlarm(Alarm):
    """An alarm that tells its region what happens to it."""

    def update_state(self, reason: str, reason_data: str, state_value: str) -> None:
        before = self.state_value
        _update_state(self, reason, reason_data, state_value)
        if before == state_value:
            return
        account = self.alarm_arn.split(":")[4]
        data = {
            "version": "1.0",
            "oldState": {"stateValue": before},
            "newState": {"stateValue": state_value, "stateReason": reason},
        }
        cloudwatch_backends[account][self.region_name].alarm_history.append(  # type: ignore[attr-defined]
            {
                "AlarmName": self.name,
                "AlarmType": "CompositeAlarm" if self.rule else "MetricAlarm",
                "Timestamp": utcnow(),
                "HistoryItemType": "StateUpdate",
                "HistorySummary": f"Alarm updated from {before} to {state_value}",
                "HistoryData": json.dumps(data),
            }
        )


class Backend(CloudWatchBackend):
    """What AWS stores."""

    @property
    def alarm_history(self) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = vars(self).setdefault("_alarm_history", [])
        return history


class Responses(CloudWatchResponse):
    """What AWS answers."""

    def describe_alarm_history(self) -> ActionResult:
        backend: Any = self.cloudwatch_backend
        kinds = self._get_param("AlarmTypes") or ["MetricAlarm"]
        name, item_type = self._get_param("AlarmName"), self._get_param("HistoryItemType")
        start, end = _time(self._get_param("StartDate")), _time(self._get_param("EndDate"))
        found = [
            one
            for one in backend.alarm_history
            if one["AlarmType"] in kinds
            and name in (None, one["AlarmName"])
            and item_type in (None, one["HistoryItemType"])
            and (start is None or one["Timestamp"].replace(tzinfo=UTC) >= start)
            and (end is None or one["Timestamp"].replace(tzinfo=UTC) <= end)
        ]
        if self._get_param("ScanBy") != "TimestampAscending":
            found.reverse()
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxRecords") or PAGE)
        token = str(last) if last < len(found) else None
        return ActionResult({"AlarmHistoryItems": found[first:last], "NextToken": token})


def _time(given: Any) -> datetime | None:
    """As the protocols send it: a number, or a text."""
    if given is None or given == "":
        return None
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except ValueError:
        return datetime.fromisoformat(str(given)).astimezone(UTC)
