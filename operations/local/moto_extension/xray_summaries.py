"""X-Ray: summaries of traces.

Moto 5.2.5 refuses every filter, knows a fault only by the presence of the member, tells neither HTTP status
nor services of a trace, compares UTC with local time, and wants whole seconds. AWS filters by expression,
refuses one that it cannot read, or a range of more than six hours, and answers page by page.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from moto.xray.models import XRayBackend
from moto.xray.responses import XRayResponse

from operations.local.moto_extension.adopt import adopt

PAGE = 100
LONGEST_SECONDS = 6 * 3600

_FLAG = re.compile(r"(fault|error|throttle)(?:\s*=\s*(true|false))?")
_STATUS = re.compile(r"http\.status\s*(>=|<=|!=|=|>|<)\s*(\d+)")
_SERVICE = re.compile(r'service\("([^"]+)"\)')
_COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def install() -> None:
    """Register the fixes."""
    adopt(XRayBackend, Backend)
    adopt(XRayResponse, Responses)


class Backend(XRayBackend):
    """What AWS stores."""

    def summaries(self, start: float, end: float) -> list[dict[str, Any]]:
        """Summaries of the traces that began in a time, newest first."""
        every = [_summary(id_, trace) for id_, trace in self._segment_collection._traces.items()]
        found = [one for one in every if start <= one["StartTime"] <= end]
        return sorted(found, key=lambda one: one["StartTime"], reverse=True)


class Responses(XRayResponse):
    """What AWS answers."""

    def trace_summaries(self) -> str | tuple[str, dict[str, int]]:
        backend: Any = self.xray_backend
        start, end = self._get_param("StartTime"), self._get_param("EndTime")
        if start is None or end is None or start > end:
            return self._error("InvalidRequestException", "A valid time range is required")
        if end - start > LONGEST_SECONDS:
            return self._error("InvalidRequestException", "Time range cannot be longer than 6 hours")
        found = backend.summaries(start, end)
        processed = len(found)
        if expression := self._get_param("FilterExpression"):
            try:
                found = [one for one in found if _matches(expression, one)]
                _matches(expression, _NOTHING)
            except ValueError as error:
                return self._error("InvalidRequestException", f"Invalid filter expression: {error}")
        first = int(self._get_param("NextToken") or 0)
        page = {
            "TraceSummaries": found[first : first + PAGE],
            "ApproximateTime": datetime.now(UTC).timestamp(),
            "TracesProcessedCount": processed,
        }
        return json.dumps(page | ({"NextToken": str(first + PAGE)} if first + PAGE < len(found) else {}))


_NOTHING: dict[str, Any] = {
    "HasFault": False,
    "HasError": False,
    "HasThrottle": False,
    "Http": {},
    "ServiceIds": [],
}


def _summary(id_: str, trace: dict[str, Any]) -> dict[str, Any]:
    segments = [json.loads(one.raw) for one in trace["segments"]]
    start = min(one["start_time"] for one in segments)
    end = max(one.get("end_time", start) for one in segments)
    http: dict[str, Any] = segments[0].get("http", {})
    request, response = http.get("request", {}), http.get("response", {})
    shown = {"HttpURL": request.get("url"), "HttpMethod": request.get("method")}
    shown["HttpStatus"] = response.get("status")
    return {
        "Id": id_,
        "StartTime": start,
        "Duration": end - start,
        "ResponseTime": segments[0].get("end_time", start) - segments[0]["start_time"],
        "HasFault": any(one.get("fault") for one in segments),
        "HasError": any(one.get("error") for one in segments),
        "HasThrottle": any(one.get("throttle") for one in segments),
        "IsPartial": not trace["finished"],
        "Http": {name: value for name, value in shown.items() if value is not None},
        "ServiceIds": [{"Name": name, "Names": [name]} for name in sorted({one["name"] for one in segments})],
        "Annotations": {},
        "Users": [],
    }


def _matches(expression: str, summary: dict[str, Any]) -> bool:
    """OR of ANDs of the keywords that the platform uses; a ValueError names what cannot be read."""
    # Every part is read, so that a mistake in the second is not hidden by the first.
    alternatives = [
        [_holds(part.strip(), summary) for part in re.split(r"\bAND\b", alternative)]
        for alternative in re.split(r"\bOR\b", expression)
    ]
    return any(all(parts) for parts in alternatives)


def _holds(part: str, summary: dict[str, Any]) -> bool:
    if match := _FLAG.fullmatch(part):
        return bool(summary[f"Has{match[1].capitalize()}"]) is (match[2] != "false")
    if match := _STATUS.fullmatch(part):
        status = summary["Http"].get("HttpStatus")
        return status is not None and _COMPARE[match[1]](status, int(match[2]))
    if match := _SERVICE.fullmatch(part):
        return any(one["Name"] == match[1] for one in summary["ServiceIds"])
    raise ValueError(part)
