"""The tasks of one revision in a service: a deployment of the ECS controller, or a task set of CodeDeploy."""

from math import inf
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel
from moto.ecs.models import TaskDefinition
from moto.moto_api._internal import mock_random

from operations.local.moto_extension import elbv2_targets
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_tasks import START, ServiceTask, drawn_for

if TYPE_CHECKING:
    from operations.local.moto_extension.ecs_services import RunningService

LONGEST_PAUSE = 900.0
"""Seconds of AWS between two attempts when tasks keep failing (developer guide, "Service throttle logic")."""


OWN = (
    "capacityProviderStrategy",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "platformFamily",
    "platformVersion",
)
"""Members of a service that each of its deployments or task sets keeps for itself."""


class Fleet(BaseModel):
    """Keeps `desired` tasks of one revision running."""

    def __init__(
        self,
        service: "RunningService",
        definition: TaskDefinition,
        *,
        at: float,
        name: str,
        status: str = "PRIMARY",
        options: dict[str, Any] | None = None,
    ) -> None:
        """`name`: unique in the service; the ids come from it. `options`: what differs from the service."""
        self.service = service
        self.definition = definition
        with drawn_for(f"{service.arn}/{service.born}/{name}"):
            self.id = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
        self.status = status
        self.options = {name: (service.options | (options or {})).get(name) for name in OWN}
        self.desired = 0
        self.tasks: list[ServiceTask] = []
        self.failed_tasks = 0
        self.created = self.updated = at
        self.external_id = ""
        """The CodeDeploy deployment that made it."""
        self.state = "IN_PROGRESS"
        self.reason = f"ECS deployment {self.id} in progress."
        self.replaces: tuple[Fleet, ...] = ()
        self.completed_at: float | None = None
        self.failed_at: float | None = None
        self.returned_to: Fleet | None = None
        """What the service returned to when it failed."""
        self._launched = 0
        self._row = 0
        """Failures since a task last became healthy."""
        self._hold = at

    @property
    def network(self) -> dict[str, Any]:
        """Subnets and security groups; empty without network mode awsvpc."""
        found: dict[str, Any] = (self.options.get("networkConfiguration") or {}).get(
            "awsvpcConfiguration"
        ) or {}
        return found if self.definition.network_mode == "awsvpc" else {}

    @property
    def load_balancers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.options.get("loadBalancers") or []
        return found

    @property
    def target_group_arn(self) -> str:
        """Of the first load balancer; empty without one."""
        return str(self.load_balancers[0].get("targetGroupArn") or "") if self.load_balancers else ""

    @property
    def running(self) -> int:
        return sum(task.status == "RUNNING" for task in self.tasks)

    @property
    def healthy(self) -> int:
        return sum(task.health == "healthy" for task in self.tasks)

    @property
    def steady(self) -> bool:
        """Whether it is what it should be."""
        return len(self.tasks) == self.desired == self.healthy

    def due(self) -> float:
        """When something happens to it next."""
        if len(self.tasks) > self.desired:
            return -inf
        own = self._hold if len(self.tasks) < self.desired else inf
        return min([own, *(task.due() for task in self.tasks)])

    def move_on(self, at: float) -> None:
        """Tasks start, become healthy or fail."""
        for task in list(self.tasks):
            before = task.status
            task.step(at)
            if task.status == "STOPPED":
                self._failed(task, at)
            elif task.status != before:
                self._register(task)
        if self.tasks and self.healthy == len(self.tasks):
            self._row = 0

    def stop(self, at: float, reason: str) -> None:
        """End every task."""
        self.desired = 0
        for task in list(self.tasks):
            self._stop(task, at, reason)

    def scale(self, at: float) -> bool:
        """Start what is missing, and stop what is too much. Whether there was something."""
        missing = self.desired - len(self.tasks)
        if missing == 0 or (missing > 0 and at < self._hold):
            return False
        self.updated = at
        if missing > 0:
            started = [self._launch(at) for _ in range(missing)]
            names = " ".join(f"(task {task.id})" for task in started)
            self.service.event(at, f"has started {missing} tasks: {names}.")
            return True
        # The ones that serve nobody go first.
        for task in sorted(self.tasks, key=lambda one: (one.settled, -one.number))[:-missing]:
            self._stop(task, at, f"Scaling activity initiated by deployment {self.id}")
        return True

    def _launch(self, at: float) -> ServiceTask:
        self._launched += 1
        task = ServiceTask(self, self._launched, self._provider(), at)
        self.tasks.append(task)
        self.service.keep(task)
        return task

    def _provider(self) -> str | None:
        """By the weight of what is beyond the base, so the base comes first ("Capacity providers")."""
        strategy: list[dict[str, Any]] = self.options.get("capacityProviderStrategy") or []
        counts = {
            one["capacityProvider"]: sum(
                task.capacity_provider_name == one["capacityProvider"] for task in self.tasks
            )
            for one in strategy
        }
        weighed = [one for one in strategy if one.get("weight", 0) > 0]
        if not weighed:
            return None

        def share(one: dict[str, Any]) -> float:
            beyond_base = counts[one["capacityProvider"]] - one.get("base", 0)
            return float(beyond_base + 1) / float(one["weight"])

        return str(min(weighed, key=share)["capacityProvider"])

    def _failed(self, task: ServiceTask, at: float) -> None:
        self._remove(task)
        self.failed_tasks += 1
        self._row += 1
        # The first failures are retried at once: AWS throttles only a service that fails again and again.
        pause = 0.0 if self._row <= 3 * max(self.desired, 1) else START * 2.0 ** min(self._row // 3, 8)
        self._hold = at + min(pause, LONGEST_PAUSE)
        if self._row == 3 * max(self.desired, 1):
            self.service.event(at, "is unable to consistently start tasks successfully.")
        if task.stop_code != "TaskFailedToStart":
            place = f" in (target-group {self.target_group_arn})" if self.target_group_arn else ""
            self.service.event(
                at, f"(task {task.id}) is unhealthy{place} due to (reason Health checks failed)."
            )

    def _stop(self, task: ServiceTask, at: float, reason: str) -> None:
        task.stop(at, "ServiceSchedulerInitiated", reason)
        self._remove(task)
        self.service.event(at, f"has stopped 1 running tasks: (task {task.id}).")

    def stop_task(self, task: ServiceTask, at: float, reason: str) -> None:
        """A person ends one; another takes its place."""
        task.stop(at, "UserInitiated", reason)
        self._remove(task)

    def _remove(self, task: ServiceTask) -> None:
        self.tasks.remove(task)
        for one in self._groups():
            elbv2_targets.remove(one, task)

    def _register(self, task: ServiceTask) -> None:
        for balancer, group in zip(self.load_balancers, self._groups(), strict=True):
            elbv2_targets.add(group, task, int(balancer["containerPort"]))

    def _groups(self) -> list[Any]:
        """The target groups; None for one that was deleted meanwhile."""
        backend = elbv2_targets.backend(self.service.account_id, self.service.region_name)
        return [backend.target_groups.get(one.get("targetGroupArn", "")) for one in self.load_balancers]

    def counts(self) -> dict[str, Any]:
        """What deployments and task sets show alike."""
        return {
            "id": self.id,
            "status": self.status,
            "taskDefinition": self.definition.arn,
            "runningCount": self.running,
            "pendingCount": len(self.tasks) - self.running,
            "createdAt": CLOCK.date(self.created),
            "updatedAt": CLOCK.date(self.updated),
            **{name: value for name, value in self.options.items() if name != "loadBalancers"},
        }
