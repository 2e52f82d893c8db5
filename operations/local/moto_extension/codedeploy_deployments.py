"""One blue/green deployment to ECS: its course, from the new task set to the end of the old one.

CodeDeploy user guide, "What happens during an Amazon ECS deployment", "Redeploy and roll back a deployment".
"""

from math import inf
from typing import Any

from moto.codedeploy.models import DeploymentGroup, DeploymentInfo
from moto.moto_api._internal import mock_random

from operations.local.moto_extension import codedeploy_revisions
from operations.local.moto_extension.codedeploy_course import Course, Failure
from operations.local.moto_extension.codedeploy_switch import Switch
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_services import RunningService
from operations.local.moto_extension.ecs_tasks import drawn_for

FINAL = ("Succeeded", "Failed", "Stopped")

LATER = 2.0
"""Seconds of AWS after which a deployment says what its target says."""


class Deployment(DeploymentInfo):
    """A deployment that runs. Moto's own stays in `Created` for ever."""

    def __init__(
        self,
        backend: Any,
        group: DeploymentGroup,
        options: dict[str, Any],
        undoes: "Deployment | None" = None,
    ) -> None:
        """`options`: members of CreateDeployment. `undoes`: the deployment that this one rolls back."""
        super().__init__(
            group.application,
            group,
            options["revision"],
            options.get("deploymentConfigName") or group.deployment_config_name,
            options.get("description"),
            options.get("ignoreApplicationStopFailures"),
            None,
            options.get("autoRollbackConfiguration") or group.auto_rollback_configuration,
            options.get("updateOutdatedInstancesOnly"),
            options.get("fileExistsBehavior"),
            options.get("overrideAlarmConfiguration"),
            "codeDeployRollback" if undoes else "user",
        )
        self.backend = backend
        self.undoes = undoes
        self.deployment_id = f"d-{mock_random.get_random_string(9, lower_case=True).upper()}"
        self.error: dict[str, str] = {}
        self.rollback: dict[str, str] = {}
        self.continued: set[str] = set()
        """Kinds of waiting that ContinueDeployment ended."""
        self.now = self.created = CLOCK.now
        self.create_time = CLOCK.date(self.created)
        self.started: float | None = None
        self.ended: float | None = None
        self.switch: Switch | None = undoes.switch if undoes else None
        self.target = codedeploy_revisions.target_of(self.revision)
        names = ["BeforeInstall", "Install", "AfterInstall"]
        if self.pair.get("testTrafficRoute", {}).get("listenerArns"):
            names += ["AllowTestTraffic", "AfterAllowTestTraffic"]
        names += ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"]
        self.lifecycle: dict[str, dict[str, Any]] = {name: {"status": "Pending"} for name in names}
        self.target_status = "Pending"
        self._failure: Failure | None = None
        """The target has it; the deployment does not say so yet."""
        course = Course(self)
        self._course = course.undo(undoes) if undoes else course.deploy()
        self._due = self.now
        earlier: list[Deployment] = vars(group).setdefault("deployments", [])
        self.previous = next((one.revision for one in reversed(earlier) if one.status == "Succeeded"), None)
        earlier.append(self)

    @property
    def pair(self) -> dict[str, Any]:
        """The target groups and listeners of the group."""
        pairs = (self.deployment_group.load_balancer_info or {}).get("targetGroupPairInfoList") or [{}]
        return dict(pairs[0])

    @property
    def active(self) -> bool:
        return self.status not in FINAL

    def due(self) -> float:
        """When it moves on."""
        return self._due if self.active else inf

    def step(self, at: float) -> None:
        """It moves on."""
        self.now = at
        if self._failure:
            self._fail(self._failure)
            return
        try:
            if self.status != "Created":
                self._check()
            self._due = at + next(self._course, 0.0)
        except Failure as failure:
            # AWS keeps deployments and targets apart, and the target knows first.
            self._failure, self._due = failure, at + LATER
            self.end_target("Failed", failure.message)

    def begin(self) -> None:
        """It has left the queue."""
        self.status = self.target_status = "InProgress"
        self.started = self.now

    def end(self, status: str, code: str = "", message: str = "") -> None:
        """It is over."""
        self.status, self.ended = status, self.now
        if code:
            self.error = {"code": code, "message": message}
        self.end_target("Succeeded" if status == "Succeeded" else "Failed", message)

    def end_target(self, status: str, message: str = "") -> None:
        """Nothing is left to do at the target. A wait of the deployment may follow."""
        self.target_status = status
        for event in self.lifecycle.values():
            if event["status"] == "InProgress":
                event |= {"status": "Failed", "endTime": self.now, "message": message}
            elif event["status"] == "Pending":
                event["status"] = "Skipped"

    def _fail(self, failure: Failure) -> None:
        self.end(failure.status, failure.code, failure.message)
        on_alarm = failure.code == "ALARM_ACTIVE"
        self.roll_back("DEPLOYMENT_STOP_ON_ALARM" if on_alarm else "DEPLOYMENT_FAILURE")

    def roll_back(self, event: str, *, forced: bool | None = None) -> None:
        """Make the deployment that undoes this one, if the configuration or `forced` says so."""
        configuration: dict[str, Any] = self.auto_rollback_configuration or {}
        wanted = configuration.get("enabled") and event in (configuration.get("events") or ())
        if self.undoes is not None or not (wanted if forced is None else forced):
            return
        service = self.backend.service_of(self.deployment_group.ecs_services[0])
        if service is None:
            return
        with drawn_for(f"undo {self.deployment_id}"):
            back = Deployment(
                self.backend, self.deployment_group, {"revision": self._revision_before(service)}, self
            )
        message = f"Deployment {back.deployment_id} rolls back deployment {self.deployment_id}."
        self.rollback = {"rollbackDeploymentId": back.deployment_id, "rollbackMessage": message}
        back.rollback = {
            "rollbackDeploymentId": back.deployment_id,
            "rollbackTriggeringDeploymentId": self.deployment_id,
            "rollbackMessage": message,
        }
        back.now = back.created = back._due = self.now
        self.backend.deployments[back.deployment_id] = back

    def go_on(self, kind: str) -> None:
        """End a wait."""
        self.continued.add(kind)
        self._due = CLOCK.now

    def summary(self) -> dict[str, Any]:
        """What a group shows of its last deployments."""
        dates = {"createTime": self.created, "endTime": self.ended}
        shown = {name: CLOCK.date(at) for name, at in dates.items() if at is not None}
        return {"deploymentId": self.deployment_id, "status": self.status, **shown}

    def _revision_before(self, service: RunningService) -> dict[str, Any]:
        if self.previous is not None:
            return self.previous
        arn = self.switch.blue.definition.arn if self.switch else str(service.task_definition)
        return codedeploy_revisions.of_task_definition(arn, self.target.container, self.target.port)

    def _check(self) -> None:
        self.service()
        configuration: Any = self.override_alarm_configuration or self.deployment_group.alarm_configuration
        if self.undoes is None and (names := self.backend.alarms_of(configuration)):
            raise Failure(
                "ALARM_ACTIVE",
                "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
                "selected, and the affected deployments have been stopped. "
                f"Activated alarms: {', '.join(names)}",
                "Stopped",
            )

    def service(self) -> RunningService:
        """The service that is deployed."""
        named = self.deployment_group.ecs_services[0]
        service: RunningService | None = self.backend.service_of(named)
        if service is None:
            raise Failure("INVALID_ECS_SERVICE", f"The ECS service {named['serviceName']} was not found.")
        return service
