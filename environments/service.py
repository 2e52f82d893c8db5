"""One ECS service as an application team describes it."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal
from zlib import crc32

from pydantic import AfterValidator, Field

from environments.base import CertificateHost, Form, FrozenModel, NamedOnce, TaskCount, UrlPath
from environments.capacity import HALF_SPOT, MOSTLY_SPOT, CapacityConfig, Placement, placement
from environments.datastores import QueueConfig
from environments.errors import Finding, listed
from environments.release import BlueGreenConfig, Deployment
from environments.scaling import ScalingConfig, ServiceAlarmsConfig
from environments.variables import HOST, PROVIDED, Need, SecretKey, VariableName, variable_findings

__all__ = ["FARGATE_MEMORY_MIB", "HOST", "PROVIDED", "SIDECAR_PORTS", "ServiceConfig"]

FARGATE_MEMORY_MIB: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
}
"""Task sizes that Fargate offers on Linux (ECS developer guide, "Task CPU and memory")."""

SIDECAR_PORTS = {"xray": (2000,), "adot": (4317, 4318, 13133), "off": ()}
"""Ports that the tracing side-car listens on: containers of a task share one network."""

_FIRST_PRIORITY, _PRIORITIES = 1000, 40_000
"""Rules may have priorities from 1 to 50,000 (ELB API reference, CreateRule); the low ones stay free."""


def _without_registry(value: str) -> str:
    registry, _, rest = value.partition("/")
    if rest and re.search(r"[.:]", registry):
        raise ValueError(f"names a registry; write repository and tag only: {rest}")
    return value


Image = Annotated[
    str,
    AfterValidator(_without_registry),
    Form(
        r"(?=[^:]{2,256}:)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
        r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "an ECR repository and a tag",
        "orders:1.4.2",
    ),
]
User = Annotated[
    str, Form(r"[1-9][0-9]*(:[1-9][0-9]*)?", "the number of a user who is not root", "1000:1000")
]


class ServiceConfig(FrozenModel):
    """One ECS service. Only `image`, `port` and `host` have no sane default."""

    image: Image
    """ECR repository and tag, such as `orders:1.4.2`, of the first deployment; `hybrid deploy` changes it."""

    port: Annotated[int, Field(ge=1, le=65535, examples=[8080])]
    """Port that the container listens on."""

    host: CertificateHost
    """DNS name that users call."""

    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units; 1024 are one vCPU."""

    memory_mib: int = 512
    """Memory of a task; Fargate offers certain sizes for each `cpu`."""

    tasks: TaskCount = 1
    """Tasks that run in normal operation."""

    stateful: bool = False
    """An interruption costs something: half the tasks beyond the first run on demand."""

    capacity: CapacityConfig | None = None
    """Spot and on demand; if left out 70 to 30, or 50 to 50 for a stateful service, base 1 on demand."""

    scaling: ScalingConfig = ScalingConfig()
    deployment: Deployment = Deployment.ROLLING
    """`rolling` by ECS, or `blue_green` by CodeDeploy."""

    blue_green: BlueGreenConfig = BlueGreenConfig()
    maximum_percent: Annotated[int, Field(ge=100, le=200)] = 200
    """Most tasks during a deployment, in percent of `tasks`."""

    minimum_healthy_percent: Annotated[int, Field(ge=0, le=100)] = 100
    """Fewest healthy tasks during a deployment, in percent of `tasks`."""

    health_check_path: UrlPath = "/actuator/health"
    """Path that answers 200 when a task is healthy."""

    health_check_command: tuple[str, ...] | None = None
    """The container's own check; if left out it asks the path with curl or wget. `[]` turns it off."""

    health_check_grace_seconds: Annotated[int, Field(ge=0, le=7200)] = 60
    """Time that a new task gets to start before failed checks count."""

    stop_timeout_seconds: Annotated[int, Field(ge=30, le=120)] = 60
    """From SIGTERM to SIGKILL; Fargate allows 120, which is also the notice of a Spot interruption."""

    deregistration_delay_seconds: Annotated[int, Field(ge=0, le=119)] = 60
    """Time for open requests before a task is stopped; below the 120 seconds of a Spot interruption."""

    environment: dict[VariableName, str] = Field(default_factory=dict)
    """Plain variables of the container; never a secret."""

    secrets: dict[VariableName, SecretKey] = Field(default_factory=dict)
    """Variables from the service's secret: name of the variable, key in the secret's JSON object."""

    user: User = "1000:1000"
    """User and group of the process; never root."""

    tracing: Literal["xray", "adot", "off"] = "xray"
    """Side-car that traces are sent to: X-Ray's daemon or the OpenTelemetry collector."""

    exec: bool = False
    """ECS Exec: a shell in running tasks, for debugging."""

    needs: Annotated[tuple[Need, ...], NamedOnce] = ()
    """What the service is connected to: grants, security groups and variables follow."""

    queue: QueueConfig = QueueConfig()
    alarms: ServiceAlarmsConfig = ServiceAlarmsConfig()
    listener_priority: Annotated[int, Field(ge=1, le=50_000)] | None = None
    """Position among the load balancer's rules; made from the service's name if left out."""

    @property
    def repository(self) -> str:
        """ECR repository of `image`."""
        return self.image.rpartition(":")[0]

    @property
    def tag(self) -> str:
        """Tag of `image`."""
        return self.image.rpartition(":")[2]

    @property
    def mix(self) -> CapacityConfig:
        """The capacity that applies."""
        return self.capacity or (HALF_SPOT if self.stateful else MOSTLY_SPOT)

    @property
    def placement(self) -> Placement:
        """Where the tasks of normal operation run."""
        return placement(self.tasks, self.mix)

    def priority(self, name: str) -> int:
        """Listener priority of the service called `name`; a new service never moves the others."""
        return self.listener_priority or _FIRST_PRIORITY + crc32(name.encode()) % _PRIORITIES

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (
            self._fargate_size(),
            self._base_within_tasks(),
            self._room_to_deploy(),
            self._variables(),
            self._port_free(),
            self._scaling_around_tasks(),
        )

    def _fargate_size(self) -> Iterator[Finding]:
        sizes = FARGATE_MEMORY_MIB[self.cpu]
        if self.memory_mib not in sizes:
            offer = listed(sizes) if len(sizes) <= 4 else _steps(sizes)
            yield Finding(
                ("memory_mib",),
                f"does not go with cpu {self.cpu}; Fargate offers {offer}",
                str(self.memory_mib),
            )

    def _base_within_tasks(self) -> Iterator[Finding]:
        for provider in ("fargate_spot", "fargate"):
            base = getattr(self.mix, provider).base
            if self.tasks and base > self.tasks:
                yield Finding(
                    ("capacity", provider, "base"),
                    f"is above tasks, {self.tasks}; lower the base or raise the tasks",
                    str(base),
                )

    def _room_to_deploy(self) -> Iterator[Finding]:
        least, most = self.minimum_healthy_percent, self.maximum_percent
        if most <= least:
            yield Finding(
                ("maximum_percent",),
                f"is not above minimum_healthy_percent, {least}; then no task can be replaced: raise this or "
                "lower that",
                str(most),
            )
        elif self.deployment is Deployment.ROLLING:
            counts = {self.tasks, self.scaling.minimum_tasks or 0} - {0}
            needed = {tasks: -(-100 * (_up(tasks * least) + 1) // tasks) for tasks in counts}
            stuck = [tasks for tasks in counts if tasks * most // 100 <= _up(tasks * least)]
            if stuck:
                tasks = min(stuck)
                yield Finding(
                    ("maximum_percent",),
                    f"of {_tasks(tasks)} is {tasks * most // 100}, rounded down, and minimum_healthy_percent "
                    f"{least} keeps {_up(tasks * least)}, rounded up, so that no task can be replaced; use "
                    f'{max(needed.values())} or more (ECS developer guide, "Deployment configuration")',
                    str(most),
                )

    def _variables(self) -> Iterator[Finding]:
        yield from variable_findings(self.environment, self.secrets, self.needs)

    def _port_free(self) -> Iterator[Finding]:
        taken = SIDECAR_PORTS[self.tracing]
        if self.port in taken:
            yield Finding(
                ("port",),
                f"is taken by the side-car of tracing: {self.tracing}, which shares the task's network; use "
                "another port or another tracing",
                str(self.port),
            )

    def _scaling_around_tasks(self) -> Iterator[Finding]:
        low, high = self.scaling.minimum_tasks, self.scaling.maximum_tasks
        if low is not None and low > self.tasks:
            message = f"is above tasks, {self.tasks}; lower it or raise the tasks"
            yield Finding(("scaling", "minimum_tasks"), message, str(low))
        if high is not None and high < self.tasks:
            message = f"is below tasks, {self.tasks}; raise it or lower the tasks"
            yield Finding(("scaling", "maximum_tasks"), message, str(high))


def _up(hundredths: int) -> int:
    """Whole tasks, rounded up as ECS rounds the fewest of a deployment."""
    return -(-hundredths // 100)


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def _steps(sizes: tuple[int, ...]) -> str:
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"
