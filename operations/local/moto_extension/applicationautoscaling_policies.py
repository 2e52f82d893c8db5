"""Scaling policies of Application Auto Scaling.

Moto 5.2.5 makes a new policy, with a new ARN and new alarms, when PutScalingPolicy names an existing one, and
forgets the alarms of the old one: nobody ever deletes those. AWS updates the policy and keeps its ARN.
"""

from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
)

from operations.local.moto_extension.adopt import adopt

_put_scaling_policy = ApplicationAutoscalingBackend.put_scaling_policy


def install() -> None:
    """Register the fix."""
    adopt(ApplicationAutoscalingBackend, Backend)


class Backend(ApplicationAutoscalingBackend):
    """What AWS does."""

    def put_scaling_policy(  # noqa: PLR0917 - moto's signature
        self,
        policy_name: str,
        service_namespace: str,
        resource_id: str,
        scalable_dimension: str,
        policy_body: dict[str, Any],
        policy_type: str | None,
    ) -> FakeApplicationAutoscalingPolicy:
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            service_namespace, resource_id, scalable_dimension, policy_name
        )
        old = self.policies.get(key)
        new = _put_scaling_policy(
            self, policy_name, service_namespace, resource_id, scalable_dimension, policy_body, policy_type
        )
        if old:
            old.delete_alarms(self.account_id, self.region_name)
            new.policy_arn, new.creation_time = old.policy_arn, old.creation_time
        return new
