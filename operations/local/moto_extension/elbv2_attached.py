"""Elastic Load Balancing: which load balancers use a target group.

Moto 5.2.5 notes the load balancer when a listener or rule is made, and never again. AWS answers with the load
balancers whose listeners and rules forward to the group at present: CodeDeploy and people change these.
"""

from moto.elbv2.models import ELBv2Backend, FakeTargetGroup, elbv2_backends

from operations.local.moto_extension.adopt import adopt


def install() -> None:
    """Register the fix."""
    adopt(FakeTargetGroup, TargetGroup)


class TargetGroup(FakeTargetGroup):
    """A target group that asks the listeners."""

    @property
    def load_balancer_arns(self) -> list[str]:
        backend: ELBv2Backend = elbv2_backends[self.account_id][self.region_name]
        return [
            balancer.arn
            for balancer in backend.load_balancers.values()
            if any(
                self.arn in backend._get_target_group_arns_from(action_data=action.data)
                for listener in balancer.listeners.values()
                for rule in listener.rules.values()
                for action in rule.actions
            )
        ]

    @load_balancer_arns.setter
    def load_balancer_arns(self, _value: list[str]) -> None:
        """What moto notes is not needed."""
