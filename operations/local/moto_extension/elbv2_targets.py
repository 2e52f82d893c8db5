"""Elastic Load Balancing: targets that are tasks of a service.

Moto 5.2.5 calls every registered target healthy. AWS asks a task on its health check path; here a task is
`initial` at first, then `healthy`, or `unhealthy` if a fault is injected.
"""

from typing import TYPE_CHECKING, Any

from moto.ec2.models import EC2Backend
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup, elbv2_backends

from operations.local.moto_extension.adopt import adopt

if TYPE_CHECKING:
    from operations.local.moto_extension.ecs_tasks import ServiceTask

REASONS = {
    "initial": ("Elb.InitialHealthChecking", "Initial health checks in progress"),
    "unhealthy": ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"),
}

_health_for = FakeTargetGroup.health_for


def install() -> None:
    """Register the fixes."""
    adopt(FakeTargetGroup, TargetGroup)


def backend(account: str, region: str) -> ELBv2Backend:
    """The load balancers of a region."""
    return elbv2_backends[account][region]


def add(group: Any, task: "ServiceTask", port: int) -> None:
    """Make a task a target of `group`, which may be None if it was deleted."""
    if group is not None and task.address:
        group.targets[task.address] = {"Id": task.address, "Port": port}
        group.deregistered_targets.pop(task.address, None)
        _tasks(group)[task.address] = task


def remove(group: Any, task: "ServiceTask") -> None:
    """The task is no target any more."""
    if group is not None and task.address in _tasks(group):
        del _tasks(group)[task.address]
        group.targets.pop(task.address, None)


def _tasks(group: FakeTargetGroup) -> dict[str, "ServiceTask"]:
    found: dict[str, ServiceTask] = vars(group).setdefault("_service_tasks", {})
    return found


class TargetGroup(FakeTargetGroup):
    """A target group that knows the tasks among its targets."""

    def health_for(self, target: dict[str, Any], ec2_backend: EC2Backend) -> FakeHealthStatus:
        task = _tasks(self).get(target["Id"])
        if task is None or target["Id"] not in self.targets:
            return _health_for(self, target, ec2_backend)
        port = str(self.targets[target["Id"]]["Port"])
        state = task.health
        # A load balancer asks nobody behind a group that no listener forwards to.
        if not elbv2_backends[self.account_id][self.region_name]._any_listener_using(self.arn):
            text = "Target group is not configured to receive traffic from the load balancer"
            return FakeHealthStatus(target["Id"], port, port, "unused", "Target.NotInUse", text)
        reason, text = REASONS.get(state, (None, None))  # type: ignore[assignment]
        return FakeHealthStatus(target["Id"], port, port, state, reason, text)
