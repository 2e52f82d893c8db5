"""S3 server access logging.

Moto 5.2.5 accepts a target bucket only if its policy names the whole bucket or exactly the prefix, and fails
on a policy with a statement for everybody (`"Principal": "*"`). AWS compares resources with wildcards (IAM
user guide, "IAM JSON policy elements: Resource"), and reads every statement.
"""

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.s3.models import FakeBucket

from operations.local.moto_extension.adopt import adopt

_LOGGING = "logging.s3.amazonaws.com"


def install() -> None:
    """Register the fix."""
    adopt(FakeBucket, Bucket)


class Bucket(FakeBucket):
    """What AWS permits."""

    @staticmethod
    def _log_permissions_enabled_policy(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
        if not target_bucket.policy:
            return False
        # Any log's key; a statement lets S3 deliver it if one of its resources matches.
        log = f"{target_bucket.arn}/{target_prefix or ''}log"
        return any(
            statement["Effect"] == "Allow"
            and _LOGGING in _services(statement)
            and _any_matches(statement.get("Action", []), "s3:PutObject")
            and _any_matches(statement.get("Resource", []), log)
            for statement in json.loads(target_bucket.policy)["Statement"]
        )


def _services(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    return _listed(principal.get("Service", [])) if isinstance(principal, dict) else []


def _any_matches(patterns: str | list[str], value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in _listed(patterns))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
