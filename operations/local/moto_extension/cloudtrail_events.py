"""CloudTrail: who did what.

Moto 5.2.5 does not implement LookupEvents. AWS keeps the management events of 90 days without any trail, and
finds them by one attribute, newest first, 50 at a time. Events of global services are in us-east-1. Here
every request that moto takes for its action is an event, except those of S3, which moto takes in another way.
"""

import json
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, cloudtrail_backends
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import AWSError
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow

from operations.local.emulator.operation import READ_ACTIONS, READ_VERBS
from operations.local.moto_extension.adopt import adopt

PAGE = 50
MOST = 10_000
"""Kept here; AWS keeps 90 days."""

GLOBAL = {"cloudfront", "iam", "route53"}
GLOBAL_REGION = "us-east-1"
_ATTRIBUTES = {
    "EventId": "EventId",
    "EventName": "EventName",
    "EventSource": "EventSource",
    "ReadOnly": "ReadOnly",
    "Username": "Username",
    "AccessKeyId": "AccessKeyId",
}
_SOURCES = {"cloudwatch": "monitoring", "elbv2": "elasticloadbalancing"}
_call_action = BaseResponse.call_action


def install() -> None:
    """Register the fixes."""
    adopt(BaseResponse, Recorded)
    adopt(CloudTrailBackend, Backend)
    adopt(CloudTrailResponse, Responses)


class InvalidLookup(AWSError):
    """What AWS calls an attribute that it cannot look for."""

    TYPE = "InvalidLookupAttributesException"


class Recorded(BaseResponse):
    """Every service, with its requests noted."""

    def call_action(self) -> TYPE_RESPONSE:
        answer = _call_action(self)
        service = str(self.service_name or "")
        if service and service != "cloudtrail":
            _keep(self, service, int(answer[0]))
        return answer


class Backend(CloudTrailBackend):
    """What AWS stores."""

    @property
    def management_events(self) -> deque[dict[str, Any]]:
        events: deque[dict[str, Any]] = vars(self).setdefault("_management_events", deque(maxlen=MOST))
        return events


class Responses(CloudTrailResponse):
    """What AWS answers."""

    def lookup_events(self) -> str:
        backend: Any = self.cloudtrail_backend
        wanted = self._get_param("LookupAttributes") or []
        if len(wanted) > 1:
            raise InvalidLookup("You cannot specify more than one attribute")
        start, end = self._get_param("StartTime"), self._get_param("EndTime")
        found = [
            one
            for one in reversed(backend.management_events)
            if (start is None or one["EventTime"] >= start)
            and (end is None or one["EventTime"] <= end)
            and all(_is(one, attribute) for attribute in wanted)
        ]
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxResults") or PAGE)
        token = {"NextToken": str(last)} if last < len(found) else {}
        return json.dumps({"Events": found[first:last], **token})


def _is(event: dict[str, Any], attribute: dict[str, str]) -> bool:
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    if key in ("ResourceName", "ResourceType"):
        return any(one.get(key) == value for one in event["Resources"])
    if key not in _ATTRIBUTES:
        raise InvalidLookup(f"{key} is no attribute")
    return bool(event[_ATTRIBUTES[key]] == value)


def _keep(response: BaseResponse, service: str, status: int) -> None:
    name = str(response._get_action())
    # A web ACL of CloudFront, too: moto keeps it in no region.
    nowhere = service in GLOBAL or response.region in {"aws", "global"}
    region = GLOBAL_REGION if nowhere else response.region
    backend: Any = cloudtrail_backends[response.current_account][region]
    source = f"{_SOURCES.get(service, service)}.amazonaws.com"
    reads = name.startswith(READ_VERBS) or f"{service}:{name}" in READ_ACTIONS
    # The clock of the store, so that a replay tells the same; AWS has whole seconds.
    at = utcnow().replace(microsecond=0, tzinfo=UTC)
    key = str(response.access_key or "")
    whole = {
        "eventVersion": "1.11",
        "eventTime": at.isoformat().replace("+00:00", "Z"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "readOnly": reads,
        "userIdentity": {"accountId": response.current_account, "accessKeyId": key},
        **({} if status < 400 else {"errorCode": str(status)}),
    }
    backend.management_events.append(
        {
            "EventId": str(uuid.uuid4()),
            "EventName": name,
            "ReadOnly": str(reads).lower(),
            "AccessKeyId": key,
            "EventTime": datetime.timestamp(at),
            "EventSource": source,
            "Username": key,
            "Resources": [],
            "CloudTrailEvent": json.dumps(whole),
        }
    )
