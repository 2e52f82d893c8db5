"""SQS.

Moto 5.2.5
- does not keep RedriveAllowPolicy, so that the Terraform provider waits minutes to see what it wrote;
- forgets the policy of a queue when another attribute of it is set;
- answers a redrive policy with spaces, AWS without, so that every plan wants to write it again;
- says that a queue with a KMS key is encrypted with SQS's own key as well.
"""

import json
from typing import Any

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue

from operations.local.moto_extension.adopt import adopt

ALLOW = "RedriveAllowPolicy"

_set_attributes = Queue._set_attributes
_setup_dlq = Queue._setup_dlq
_attributes: property = vars(Queue)["attributes"]


def install() -> None:
    """Register the fixes."""
    if ALLOW not in Queue.BASE_ATTRIBUTES:
        # Names that may be asked for; those without a value are left out of the answer.
        Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, ALLOW]
    Queue.redrive_allow_policy = None  # type: ignore[attr-defined]
    adopt(Queue, FixedQueue)


class FixedQueue(Queue):
    """A queue as AWS keeps it."""

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        kept = vars(self).get("_policy_json")
        _set_attributes(self, attributes, now)
        if kept and "Policy" not in attributes:
            self._policy_json = kept

    def _setup_dlq(self, policy: Any) -> None:
        _setup_dlq(self, policy)
        target = self.dead_letter_queue
        if target is None:
            return
        allowed = json.loads(vars(target).get("redrive_allow_policy") or "{}")
        permission = allowed.get("redrivePermission", "allowAll")
        named = self.queue_arn in allowed.get("sourceQueueArns", ())
        if permission == "denyAll" or (permission == "byQueue" and not named):
            raise SQSException(
                "InvalidParameterValue",
                f"Queue {self.queue_arn} is not allowed to use {target.queue_arn} as its dead-letter queue",
            )

    @property
    def attributes(self) -> dict[str, Any]:
        found: dict[str, Any] = _attributes.__get__(self)
        if found.get("KmsMasterKeyId"):
            found["SqsManagedSseEnabled"] = "false"
        if self.redrive_policy:
            found["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return {name: value for name, value in found.items() if value is not None or name != ALLOW}
