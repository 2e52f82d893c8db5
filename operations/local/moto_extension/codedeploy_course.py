"""What a blue/green deployment to ECS does, step by step.

Each step is a generator that yields the seconds of AWS until it goes on.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import TaskDefinition, ecs_backends

from operations.local.moto_extension import codedeploy_configs
from operations.local.moto_extension.codedeploy_switch import Switch
from operations.local.moto_extension.ecs_services import POLL

if TYPE_CHECKING:
    from operations.local.moto_extension.codedeploy_deployments import Deployment

STARTING = 15.0
"""Seconds of AWS in which a deployment is Created."""

PHASE = 5.0
"""Seconds of AWS that a phase without work takes."""

INSTALL_LIMIT = 900.0
"""Seconds of AWS until new tasks that are not healthy fail the deployment. AWS waits an hour."""

UPDATE_FAILED = "The ECS service cannot be updated due to an unexpected error: "


class Failure(Exception):
    """The deployment cannot go on."""

    def __init__(self, code: str, message: str, status: str = "Failed") -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Course:
    """The course of one deployment."""

    def __init__(self, deployment: "Deployment") -> None:
        self._on = deployment

    def deploy(self) -> Iterator[float]:
        yield STARTING
        self._on.begin()
        yield from self._phase("BeforeInstall")
        switch = self._switch()
        yield from self._phase("Install", self._install(switch))
        yield from self._phase("AfterInstall")
        if "AllowTestTraffic" in self._on.lifecycle:
            switch.test()
            yield from self._phase("AllowTestTraffic")
            yield from self._phase("AfterAllowTestTraffic")
        yield from self._wait_until_ready()
        yield from self._phase("BeforeAllowTraffic")
        yield from self._phase("AllowTraffic", self._shift(switch))
        yield from self._phase("AfterAllowTraffic")
        self._on.end_target("Succeeded")
        ending = self._blue_green("terminateBlueInstancesOnDeploymentSuccess")
        if ending.get("action", "TERMINATE") == "TERMINATE":
            self._on.instance_termination_wait_time_started = True
            yield from self._wait(
                float(ending.get("terminationWaitTimeInMinutes", 0)) * 60, "TERMINATION_WAIT"
            )
            switch.finish(self._on.now)
        self._on.end("Succeeded")

    def undo(self, failed: "Deployment") -> Iterator[float]:
        yield STARTING
        self._on.begin()
        for name in self._on.lifecycle:
            if name == "AllowTraffic" and failed.switch is not None:
                failed.switch.undo(self._on.now)
            yield from self._phase(name)
        self._on.end("Succeeded")

    def _phase(self, name: str, work: Iterator[float] | None = None) -> Iterator[float]:
        event = self._on.lifecycle[name]
        event |= {"status": "InProgress", "startTime": self._on.now}
        yield from work or (PHASE,)
        event |= {"status": "Succeeded", "endTime": self._on.now}

    def _switch(self) -> Switch:
        self._on.switch = Switch.prepare(self._on.service(), self._on.pair)
        if self._on.switch is None:
            raise Failure(
                "ELASTIC_LOAD_BALANCING_INVALID",
                "The production listener must forward to the target group of the service's primary task set.",
            )
        return self._on.switch

    def _install(self, switch: Switch) -> Iterator[float]:
        definition, service = self._definition(), switch.service
        for leftover in service.fleets[1:]:
            service.discard(leftover, self._on.now)
        balancer = {"containerName": self._on.target.container, "containerPort": self._on.target.port}
        green = switch.install(definition, self._on.target.options, balancer, self._on.now)
        green.external_id = self._on.deployment_id
        waited = 0.0
        while not (green.steady and green.desired == service.desired_count):
            if waited >= INSTALL_LIMIT:
                raise Failure(
                    "TIMEOUT",
                    "The deployment timed out while waiting for the replacement task set to become healthy. "
                    f"This time out period is {INSTALL_LIMIT / 60:.0f} minutes.",
                )
            waited += POLL
            yield POLL

    def _definition(self) -> TaskDefinition:
        backend = ecs_backends[self._on.backend.account_id][self._on.backend.region_name]
        try:
            definition = backend.describe_task_definition(self._on.target.definition)
        except ECSException as error:
            raise Failure("ECS_UPDATE_ERROR", f"{UPDATE_FAILED}{error.message}") from error
        if definition.status != "ACTIVE":
            raise Failure("ECS_UPDATE_ERROR", f"{UPDATE_FAILED}TaskDefinition is inactive")
        if self._on.target.container not in [one["name"] for one in definition.container_definitions]:
            missing = f"The container {self._on.target.container} does not exist in the task definition."
            raise Failure("ECS_UPDATE_ERROR", UPDATE_FAILED + missing)
        return definition

    def _wait_until_ready(self) -> Iterator[float]:
        option = self._blue_green("deploymentReadyOption")
        if option.get("actionOnTimeout") != "STOP_DEPLOYMENT":
            return
        self._on.status = self._on.target_status = "Ready"
        yield from self._wait(float(option.get("waitTimeInMinutes", 0)) * 60, "READY_WAIT")
        if "READY_WAIT" not in self._on.continued:
            message = "The deployment was stopped because its traffic was not rerouted within the wait time."
            raise Failure("TIMEOUT", message, "Stopped")
        self._on.status = self._on.target_status = "InProgress"

    def _shift(self, switch: Switch) -> Iterator[float]:
        for percent, pause in codedeploy_configs.shares(str(self._on.deployment_config_name)):
            switch.shift(percent)
            yield from self._wait(pause or PHASE, "")

    def _wait(self, seconds: float, kind: str) -> Iterator[float]:
        """In short steps, so that alarms are seen meanwhile."""
        while seconds > 0 and kind not in self._on.continued:
            yield min(seconds, POLL)
            seconds -= POLL

    def _blue_green(self, member: str) -> dict[str, Any]:
        configuration: dict[str, Any] = self._on.deployment_group.blue_green_deployment_configuration or {}
        return configuration.get(member) or {}
