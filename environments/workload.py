"""What an application team sizes: services, logs, usage."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from environments.base import Count, Form, FrozenModel, HostName, NamedOnce, UrlPath
from environments.datastores import QueueConfig
from environments.errors import Finding, listed

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

Image = Annotated[
    str,
    Form(
        r"[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "an ECR repository and a tag",
        "orders:1.4.2",
    ),
]


class Deployment(StrEnum):
    """How a new revision replaces the running one."""

    ROLLING = "rolling"
    BLUE_GREEN = "blue_green"


class CapacityShare(FrozenModel):
    """One capacity provider's part: `base` tasks first, the rest by weight."""

    weight: Annotated[int, Field(ge=0, le=1000, examples=[70])]
    """Share of the tasks beyond `base`, relative to the other provider's weight."""

    base: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Tasks that run here before any weight counts."""


class CapacityConfig(FrozenModel):
    """Mix of Fargate Spot and on-demand tasks."""

    fargate_spot: CapacityShare = CapacityShare(weight=70, base=0)
    """Spare capacity, cheaper, taken away with two minutes' notice: weight 70, base 0 by default."""

    fargate: CapacityShare = CapacityShare(weight=30, base=1)
    """On demand: weight 30, base 1 by default."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._one_base(), self._some_weight()

    def _one_base(self) -> Iterator[Finding]:
        if self.fargate_spot.base and self.fargate.base:
            yield Finding(
                ("fargate_spot", "base"),
                f"fargate.base is {self.fargate.base} already; ECS allows a base on one capacity provider "
                "only, set the other to 0",
                str(self.fargate_spot.base),
            )

    def _some_weight(self) -> Iterator[Finding]:
        if not self.fargate_spot.weight and not self.fargate.weight:
            yield Finding((), "both weights are 0; give at least one capacity provider a weight")


class ServiceConfig(FrozenModel):
    """One ECS service. Only `image`, `port` and `host` have no sane default."""

    image: Image
    """ECR repository and tag, such as `orders:1.4.2`."""

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

    capacity: CapacityConfig = CapacityConfig()
    deployment: Deployment = Deployment.ROLLING
    """`rolling` by ECS, or `blue_green` by CodeDeploy."""

    maximum_percent: Annotated[int, Field(ge=100, le=200)] = 200
    """Most tasks during a deployment, in percent of `tasks`."""

    minimum_healthy_percent: Annotated[int, Field(ge=0, le=100)] = 100
    """Fewest healthy tasks during a deployment, in percent of `tasks`."""

    health_check_path: UrlPath = "/actuator/health"
    """Path that answers 200 when a task is healthy."""

    needs: Annotated[tuple[Literal["database", "cache", "queue", "bucket"], ...], NamedOnce] = ()
    """What the service is connected to: grants, security groups and settings follow."""

    queue: QueueConfig = QueueConfig()

    @property
    def repository(self) -> str:
        """ECR repository of `image`."""
        return self.image.rpartition(":")[0]

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._fargate_size(), self._base_within_tasks(), self._room_to_deploy()

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
            base = getattr(self.capacity, provider).base
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


def _steps(sizes: tuple[int, ...]) -> str:
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


class UsageConfig(FrozenModel):
    """Expected use per month: the input of the cost estimate, measured later against the bill."""

    logs_gb: Count = 0
    """CloudWatch Logs ingested, GB."""

    traces: Count = 0
    """X-Ray traces recorded."""

    s3_standard_gb: Count = 0
    """Objects stored in STANDARD, GB."""

    s3_standard_ia_gb: Count = 0
    """Objects stored in STANDARD_IA, GB."""

    s3_glacier_gb: Count = 0
    """Objects stored in GLACIER, GB."""

    sqs_requests: Count = 0
    """Requests to queues."""

    secrets: Count = 0
    """Secrets stored, a count."""

    egress_gb: Count = 0
    """Data sent to the internet, GB."""

    alarms: Count = 0
    """CloudWatch alarms, a count."""
