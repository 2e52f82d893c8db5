"""One ECS service as an application team describes it."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal
from zlib import crc32

from pydantic import Field

from environments.base import Count, Form, FrozenModel, HostName, NamedOnce, UrlPath
from environments.capacity import HALF_SPOT, MOSTLY_SPOT, CapacityConfig, Placement, placement
from environments.datastores import QueueConfig
from environments.errors import Finding, listed
from environments.release import BlueGreenConfig, Deployment
from environments.scaling import ScalingConfig, ServiceAlarmsConfig

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

Need = Literal["database", "cache", "queue", "bucket"]

PROVIDED: dict[str, tuple[str, ...]] = {
    "always": ("ENVIRONMENT", "SERVICE_NAME", "PORT", "AWS_XRAY_TRACING_NAME", "OTEL_SERVICE_NAME"),
    "database": ("DB_HOST", "DB_PORT", "DB_NAME", "DB_USERNAME", "DB_PASSWORD"),
    "cache": ("CACHE_HOST", "CACHE_PORT", "CACHE_NAME", "CACHE_USER"),
    "queue": ("QUEUE_URL",),
    "bucket": ("BUCKET_NAME",),
}
"""Variables that a container gets, for each of its needs."""

SIDECAR_PORTS = {"xray": (2000,), "adot": (4317, 4318, 13133), "off": ()}
"""Ports that the tracing side-car listens on: containers of a task share one network."""

HOST = r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
"""A host name in lower case, or an IPv4 address; no scheme, no port, no path (RFC 1123, section 2.1)."""

_FIRST_PRIORITY, _PRIORITIES = 1000, 40_000
"""Rules may have priorities from 1 to 50,000 (ELB API reference, CreateRule); the low ones stay free."""

Image = Annotated[
    str,
    Form(
        r"[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "an ECR repository and a tag",
        "orders:1.4.2",
    ),
]
VariableName = Annotated[
    str, Form(r"[A-Z][A-Z0-9_]*", "capital letters, digits and _, a letter first", "LOG_LEVEL")
]
SecretKey = Annotated[
    str, Form(r"[A-Za-z][A-Za-z0-9_.-]*", "a key of the service's secret", "api_key", max_length=128)
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

    host: HostName
    """DNS name that users call."""

    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units; 1024 are one vCPU."""

    memory_mib: int = 512
    """Memory of a task; Fargate offers certain sizes for each `cpu`."""

    tasks: Count = 1
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
            self._variables_once(),
            self._hosts_look_like_hosts(),
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
        if self.maximum_percent <= self.minimum_healthy_percent:
            yield Finding(
                ("maximum_percent",),
                f"is not above minimum_healthy_percent, {self.minimum_healthy_percent}; then no task can be "
                "replaced: raise this or lower that",
                str(self.maximum_percent),
            )

    def _variables_once(self) -> Iterator[Finding]:
        provided = {name: need for need in ("always", *self.needs) for name in PROVIDED[need]}
        for block, names in (("environment", self.environment), ("secrets", self.secrets)):
            for name in names:
                if name in provided:
                    need = provided[name]
                    source = "by the platform" if need == "always" else f"by needs: {need}"
                    yield Finding((block, name), f"is set {source} already; use another name")
                elif block == "secrets" and name in self.environment:
                    yield Finding((block, name), "is in environment too; keep it in one of the two")
                elif block == "environment" and re.search(r"PASSWORD|SECRET|TOKEN|PRIVATE_KEY", name):
                    yield Finding(
                        (block, name),
                        "looks like a secret, and what is written here can be read in the task definition; "
                        "write it into the service's secret and name its key under secrets",
                        "(hidden)",
                    )

    def _hosts_look_like_hosts(self) -> Iterator[Finding]:
        for name, value in self.environment.items():
            if name.endswith("_HOST") and not re.fullmatch(HOST, value):
                yield Finding(("environment", name), "is no host name; write it like db.example.com", value)

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


def _steps(sizes: tuple[int, ...]) -> str:
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"
