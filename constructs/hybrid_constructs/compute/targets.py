"""What brings one service behind a load balancer: target groups and the rules that lead to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
)
from cdktf_cdktf_provider_aws.lb_target_group import (
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    LbTargetGroupStickiness,
)
from constructs import Construct

from hybrid_constructs.compute.load_balancer import LoadBalancer
from hybrid_constructs.network.vpc import Network

DEFAULT_PORT = 80
"""Never used: ECS registers each task with its own port, and health checks follow it ("traffic-port"). ELB
cannot change a group's port (API reference, ModifyTargetGroup): a service's would replace a group in use."""

MOST_HOSTS = 5
"""Values in the conditions of one rule (ELB guide, "Quotas")."""

CHECK_INTERVAL_SECONDS, CHECK_TIMEOUT_SECONDS = 15, 5
HEALTHY_CHECKS, UNHEALTHY_CHECKS = 2, 3
_NAME = r"[A-Za-z0-9](-?[A-Za-z0-9]){0,31}"


@dataclass(frozen=True)
class TargetGroup:
    """A group of tasks that the load balancer sends requests to."""

    name: str
    arn: str
    arn_suffix: str
    """As CloudWatch's dimension TargetGroup names it."""


class ServiceTargets(Construct):
    """Target groups of one service, reached by `hosts` with HTTPS.

    With `blue_green` there are two. CodeDeploy then moves users between them by changing the rules' actions,
    so Terraform writes those once. With a test listener the green one is shown there from the beginning.
    A service must wait for `ready`: ECS refuses a target group that no listener leads to.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        load_balancer: LoadBalancer,
        network: Network,
        names: tuple[str, str],
        port: int,
        hosts: Sequence[str],
        priority: int,
        health_check_path: str,
        deregistration_delay_seconds: int,
        blue_green: bool,
    ) -> None:
        super().__init__(scope, id_)
        _check(names, hosts)
        self.load_balancer = load_balancer
        self._network, self._hosts, self._priority = network, hosts, priority
        self._health_check_path, self._delay = health_check_path, deregistration_delay_seconds
        self._lifecycle = TerraformResourceLifecycle(ignore_changes=["action"]) if blue_green else None
        load_balancer.reach(port)
        self.blue = self._target_group("Blue", names[0])
        self.green = self._target_group("Green", names[1]) if blue_green else None
        self.ready: list[ITerraformDependable] = [self._rule("Rule", load_balancer.listener_arn, self.blue)]
        if self.green and load_balancer.test_listener_arn:
            self.ready.append(self._rule("TestRule", load_balancer.test_listener_arn, self.green))

    def _target_group(self, id_: str, name: str) -> TargetGroup:
        group = LbTargetGroup(
            self,
            id_,
            name=name,
            vpc_id=self._network.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=DEFAULT_PORT,
            deregistration_delay=str(self._delay),
            # A task that is warming up holds more requests open, so it gets fewer. Slow start cannot be had
            # with this (ELB guide, "Edit target group attributes").
            load_balancing_algorithm_type="least_outstanding_requests",
            stickiness=LbTargetGroupStickiness(enabled=False, type="lb_cookie"),
            health_check=LbTargetGroupHealthCheck(
                path=self._health_check_path,
                protocol="HTTP",
                port="traffic-port",
                matcher="200",
                interval=CHECK_INTERVAL_SECONDS,
                timeout=CHECK_TIMEOUT_SECONDS,
                healthy_threshold=HEALTHY_CHECKS,
                unhealthy_threshold=UNHEALTHY_CHECKS,
            ),
        )
        return TargetGroup(name, group.arn, group.arn_suffix)

    def _rule(self, id_: str, listener_arn: str, target_group: TargetGroup) -> LbListenerRule:
        return LbListenerRule(
            self,
            id_,
            listener_arn=listener_arn,
            priority=self._priority,
            condition=[
                LbListenerRuleCondition(
                    host_header=LbListenerRuleConditionHostHeader(values=list(self._hosts))
                )
            ],
            action=[LbListenerRuleAction(type="forward", target_group_arn=target_group.arn)],
            lifecycle=self._lifecycle,
        )


def _check(names: tuple[str, str], hosts: Sequence[str]) -> None:
    for name in names:
        if not re.fullmatch(_NAME, name) or len(name) > 32:
            raise ValueError(
                f"{name}: not a name that a target group takes; use up to 32 letters, digits and single "
                "hyphens, no hyphen at either end (ELB API reference, CreateTargetGroup)"
            )
    if not 1 <= len(hosts) <= MOST_HOSTS:
        raise ValueError(
            f"target group {names[0]} has {len(hosts)} hosts; give 1 to {MOST_HOSTS}, which is what one rule "
            "takes (ELB guide, Quotas)"
        )
