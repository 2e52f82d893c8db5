"""A service whose tasks start and stop: the scheduler of ECS, for rolling updates and for CodeDeploy."""

from math import ceil, inf
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.ecs.models import EC2ContainerServiceBackend, Service, TaskDefinition
from moto.utilities.utils import get_partition

from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_fleets import Fleet
from operations.local.moto_extension.ecs_tasks import ServiceTask

EVENTS = 100
"""AWS keeps the last hundred events of a service (API reference, Service)."""

KEPT = 50
"""Stopped tasks of a cluster that stay visible. AWS shows them for an hour."""

FAILED_SHOWN = 600.0
"""Seconds of AWS for which a failed deployment stays in the list while the service returns to the old one."""

POLL = 10.0
"""Seconds of AWS between two looks at the alarms of a deployment."""


class RunningService(Service):
    """A service as AWS runs it; moto's own has counts only."""

    def __init__(
        self, backend: EC2ContainerServiceBackend, definition: TaskDefinition, options: dict[str, Any]
    ) -> None:
        """`options`: the members of CreateService, as AWS completes them."""
        super().__init__(
            cluster=backend._get_cluster(options["cluster"]),
            service_name=options["serviceName"],
            desired_count=options["desiredCount"],
            backend=backend,
            task_definition=definition,
            load_balancers=options["loadBalancers"],
            scheduling_strategy=options["schedulingStrategy"],
            tags=options["tags"],
            deployment_controller=options["deploymentController"],
            launch_type=options.get("launchType"),
            service_registries=options["serviceRegistries"],
            platform_version=options.get("platformVersion"),
            network_configuration=options.get("networkConfiguration"),
            propagate_tags=options["propagateTags"],
        )
        self.account_id = backend.account_id
        self.options = options
        self.born = CLOCK.now
        self.fleets: list[Fleet] = []
        """The primary one first."""
        self.history: list[Fleet] = []
        """Every deployment, the oldest first."""
        self.completed: Fleet | None = None
        """What the circuit breaker returns to."""
        self._made = 0
        self._looked = self.born
        self.deploy(definition, self.born)

    @property
    def arn_prefix(self) -> str:
        return f"arn:{get_partition(self.region_name)}:ecs:{self.region_name}:{self.account_id}"

    @property
    def rolling(self) -> bool:
        """Whether ECS itself replaces the tasks; otherwise CodeDeploy does."""
        return bool(self.deployment_controller["type"] == "ECS")

    @property
    def grace(self) -> float:
        """Seconds in which failed health checks do no harm."""
        return float(self.options.get("healthCheckGracePeriodSeconds") or 0)

    @property
    def primary(self) -> Fleet:
        return self.fleets[0]

    @property
    def stable(self) -> bool:
        """What `aws ecs wait services-stable` waits for, and healthy targets."""
        return len(self.fleets) == 1 and self.primary.steady

    def deploy(self, definition: TaskDefinition, at: float) -> Fleet:
        """Begin to replace the tasks."""
        for fleet in self.fleets:
            fleet.status = "ACTIVE"
        fleet = self.new_fleet(definition, at)
        fleet.replaces = tuple(self.fleets)
        self.fleets.insert(0, fleet)
        self.history.append(fleet)
        self.task_definition = definition.arn
        return fleet

    def new_fleet(
        self,
        definition: TaskDefinition,
        at: float,
        options: dict[str, Any] | None = None,
        status: str = "PRIMARY",
    ) -> Fleet:
        """A fleet that is not listed yet."""
        self._made += 1
        return Fleet(self, definition, at=at, name=str(self._made), options=options, status=status)

    def promote(self, fleet: Fleet) -> None:
        """Make `fleet` the primary one, and the service what it is."""
        self.fleets.remove(fleet)
        self.fleets.insert(0, fleet)
        for one in self.fleets:
            one.status = "PRIMARY" if one is fleet else "ACTIVE"
        self.task_definition = fleet.definition.arn
        self.load_balancers = fleet.load_balancers
        self.options |= fleet.options

    def discard(self, fleet: Fleet, at: float) -> None:
        """End a fleet and forget it."""
        fleet.stop(at, f"Task set {fleet.id} was deleted")
        self.fleets.remove(fleet)

    def end(self, at: float) -> None:
        """The service is deleted."""
        self.status, self.desired_count = "INACTIVE", 0
        for fleet in list(self.fleets):
            self.discard(fleet, at)

    def event(self, at: float, message: str) -> None:
        """Tell what happened, the newest first."""
        number = self.events[0]["number"] + 1 if self.events else 1
        event = {
            "number": number,
            "id": f"{self.primary.id.rpartition('/')[2]}-{number}" if self.fleets else str(number),
            "createdAt": CLOCK.date(at),
            "message": f"(service {self.name}) {message}",
        }
        self.events = [event, *self.events[: EVENTS - 1]]

    def keep(self, task: ServiceTask) -> None:
        """Make a task visible, and forget the oldest of those that stopped."""
        tasks: dict[str, Any] = self._backend.tasks.setdefault(self.cluster_name, {})
        tasks[task.task_arn] = task
        stopped = [
            arn for arn, one in tasks.items() if isinstance(one, ServiceTask) and one.status == "STOPPED"
        ]
        for arn in stopped[:-KEPT]:
            del tasks[arn]

    def due(self) -> float:
        """When something happens to it next."""
        times = [fleet.due() for fleet in self.fleets]
        if self.rolling and self.fleets:
            times += [fleet.updated + FAILED_SHOWN for fleet in self.fleets[1:] if fleet.state == "FAILED"]
            if self.primary.state == "IN_PROGRESS" and self._alarms():
                times.append(self._looked + POLL)
        return min(times, default=inf)

    def step(self, at: float) -> None:
        """What is due happens. Whether the deployment failed is known before anything is tried again."""
        for fleet in self.fleets:
            fleet.move_on(at)
        self._looked = at
        scaling = bool(self.fleets)
        while scaling:
            if self.rolling:
                self._roll(at)
            else:
                for fleet in self.fleets:
                    fleet.desired = self.desired_count
            # Old tasks that stopped make room for new ones.
            scaling = sum(fleet.scale(at) for fleet in self.fleets) > 0

    def _roll(self, at: float) -> None:
        if self.primary.state == "IN_PROGRESS" and (why := self._failure()):
            self._fail(why, at)
        configuration = self.options["deploymentConfiguration"]
        new, old = self.primary, [one for one in self.fleets[1:] if one.state != "FAILED"]
        for fleet in self.fleets[1:]:
            if fleet.state == "FAILED":
                fleet.desired = 0
        remaining = sum(len(fleet.tasks) for fleet in self.fleets[1:])
        most = self.desired_count * configuration["maximumPercent"] // 100
        if new.state == "FAILED":
            new.desired = min(new.running, self.desired_count)
        else:
            new.desired = max(min(self.desired_count, most - remaining), 0)
        least = ceil(self.desired_count * configuration["minimumHealthyPercent"] / 100)
        needed = max(least - new.healthy, 0) if new.state != "FAILED" else self.desired_count
        for fleet in old:
            fleet.desired = min(len(fleet.tasks) if new.state != "FAILED" else needed, needed)
            needed -= fleet.desired
        if (
            new.state == "IN_PROGRESS"
            and not any(one.tasks for one in old)
            and new.healthy == self.desired_count
        ):
            self._complete(at)
        self.fleets = [
            one
            for one in self.fleets
            if one is self.primary or one.tasks or (one.state == "FAILED" and at < one.updated + FAILED_SHOWN)
        ]

    def _failure(self) -> str | None:
        """Why the deployment has failed, if it has (developer guide, "Deployment circuit breaker")."""
        configuration = self.options["deploymentConfiguration"]
        breaker = configuration.get("deploymentCircuitBreaker") or {}
        limit = min(max(ceil(self.desired_count / 2), 3), 200)
        if breaker.get("enable") and self.primary.failed_tasks >= limit:
            return "tasks failed to start."
        alarms = cloudwatch_backends[self.account_id][self.region_name].alarms
        if any(name in alarms and alarms[name].state_value == "ALARM" for name in self._alarms()):
            return "alarm detected."
        return None

    def _alarms(self) -> list[str]:
        alarms = self.options["deploymentConfiguration"].get("alarms") or {}
        return list(alarms.get("alarmNames", ())) if alarms.get("enable") else []

    def _fail(self, why: str, at: float) -> None:
        failed, configuration = self.primary, self.options["deploymentConfiguration"]
        by_alarm = why.startswith("alarm")
        chosen = configuration.get("alarms" if by_alarm else "deploymentCircuitBreaker") or {}
        by = "deployment alarms" if by_alarm else "deployment circuit breaker"
        failed.state, failed.reason, failed.updated = "FAILED", f"ECS {by}: {why}", at
        failed.failed_at = at
        self.event(at, f"(deployment {failed.id}) deployment failed: {why}")
        back = self.completed
        if not chosen.get("rollback") or back is None or back is failed:
            return
        failed.returned_to = back
        if back not in self.fleets:
            self.fleets.append(back)
        self.promote(back)
        back.state, back.reason = "IN_PROGRESS", f"ECS {by}: rolling back to deploymentId {back.id}."
        self.event(at, f"rolling back to deployment {back.id}.")

    def _complete(self, at: float) -> None:
        done = self.primary
        done.state, done.reason, done.updated = "COMPLETED", f"ECS deployment {done.id} completed.", at
        done.completed_at = at
        self.completed = done
        self.event(at, f"(deployment {done.id}) deployment completed.")
        self.event(at, "has reached a steady state.")
