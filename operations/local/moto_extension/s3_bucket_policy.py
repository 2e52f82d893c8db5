"""S3 bucket policies.

Moto 5.2.5 ignores the conditions of a bucket policy's statements: a Deny for requests without TLS denies
every request. AWS applies a statement only if all of its conditions match (IAM user guide, "Condition
operators").

The embedded AWS stands for an HTTPS endpoint, so a request counts as sent with TLS 1.3.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from operations.local.moto_extension.adopt import adopt

_REQUEST = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
"""The condition keys that are known of a request. A key that is missing matches nothing."""

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Bool": lambda actual, wanted: actual == wanted.lower(),
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
    "NumericLessThanEquals": lambda actual, wanted: float(actual) <= float(wanted),
}


def install() -> None:
    """Register the fix."""
    adopt(FakeBucket, Bucket)


class Bucket(FakeBucket):
    """What AWS permits."""

    def get_permission(self, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(self.policy)
        policy["Statement"] = [
            {name: value for name, value in statement.items() if name != "Condition"}
            for statement in policy["Statement"]
            if _applies(statement.get("Condition", {}))
        ]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def _applies(conditions: dict[str, dict[str, Any]]) -> bool:
    return all(
        _matches(operator, key, wanted)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _matches(operator: str, key: str, wanted: Any) -> bool:
    actual, compare = _REQUEST.get(key.lower()), _OPERATORS.get(operator)
    if actual is None or compare is None:
        return False
    return any(compare(actual, str(value)) for value in (wanted if isinstance(wanted, list) else [wanted]))
