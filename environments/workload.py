"""What an application team sizes: services, cache, logs, usage."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from environments.base import FrozenModel, HostName

FARGATE_MEMORY_MIB: dict[int, range] = {
    256: range(512, 2049, 512),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
}
"""Task sizes that Fargate offers on Linux (ECS developer guide, "Task CPU and memory")."""

Count = Annotated[int, Field(ge=0)]


class Deployment(StrEnum):
    """How a new revision replaces the running one."""

    ROLLING = "rolling"
    BLUE_GREEN = "blue_green"


class CapacityShare(FrozenModel):
    """One capacity provider's part: `base` tasks first, the rest by weight."""

    weight: Annotated[int, Field(ge=0, le=1000)]
    base: Annotated[int, Field(ge=0, le=100_000)] = 0


class CapacityConfig(FrozenModel):
    """Mix of Fargate Spot and on-demand tasks."""

    fargate_spot: CapacityShare = CapacityShare(weight=70, base=0)
    fargate: CapacityShare = CapacityShare(weight=30, base=1)

    @model_validator(mode="after")
    def _one_base(self) -> Self:
        if self.fargate_spot.base and self.fargate.base:
            raise ValueError(
                f"fargate_spot.base {self.fargate_spot.base} and fargate.base {self.fargate.base} are both "
                "set; ECS allows a base on one capacity provider only"
            )
        if not self.fargate_spot.weight and not self.fargate.weight:
            raise ValueError("both weights are 0; give at least one capacity provider a weight")
        return self


class ServiceConfig(FrozenModel):
    """One ECS service. Only `image`, `port` and `host` have no sane default."""

    image: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")
    ]
    """ECR repository and tag, such as `fileflow:1.4.2`."""

    port: Annotated[int, Field(ge=1, le=65535)]
    host: HostName
    """DNS name that users call."""

    cpu: Literal[256, 512, 1024, 2048, 4096] = 256
    """CPU units; 1024 are one vCPU."""

    memory_mib: int = 512
    tasks: Count = 1
    capacity: CapacityConfig = CapacityConfig()
    deployment: Deployment = Deployment.ROLLING
    maximum_percent: Annotated[int, Field(ge=100, le=200)] = 200
    minimum_healthy_percent: Annotated[int, Field(ge=0, le=100)] = 100
    health_check_path: Annotated[str, StringConstraints(pattern=r"^/")] = "/actuator/health"
    needs: tuple[Literal["database", "cache", "queue", "bucket"], ...] = ()

    @model_validator(mode="after")
    def _fargate_size(self) -> Self:
        if self.memory_mib not in FARGATE_MEMORY_MIB[self.cpu]:
            sizes = FARGATE_MEMORY_MIB[self.cpu]
            raise ValueError(
                f"memory_mib {self.memory_mib} does not go with cpu {self.cpu}; "
                f"Fargate offers {sizes.start} to {sizes[-1]} MiB in steps of {sizes.step}"
            )
        return self

    @model_validator(mode="after")
    def _base_within_tasks(self) -> Self:
        for provider, share in (
            ("fargate_spot", self.capacity.fargate_spot),
            ("fargate", self.capacity.fargate),
        ):
            if self.tasks and share.base > self.tasks:
                raise ValueError(
                    f"capacity.{provider}.base {share.base} is above tasks {self.tasks}; "
                    "lower the base or raise the tasks"
                )
        return self


class CacheConfig(FrozenModel):
    """Redis of one environment. Encryption is fixed; this sizes it."""

    node_type: Annotated[str, StringConstraints(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$")]
    nodes: Annotated[int, Field(ge=1, le=6)] = 1
    multi_az: bool = False

    @model_validator(mode="after")
    def _multi_az_needs_replica(self) -> Self:
        if self.multi_az and self.nodes < 2:
            raise ValueError(f"multi_az needs nodes >= 2, got {self.nodes}; add one or set multi_az: false")
        return self


class UsageConfig(FrozenModel):
    """Expected use per month: the input of the cost estimate, measured later against the bill."""

    logs_gb: Count = 0
    """CloudWatch Logs ingested, GB."""
    traces: Count = 0
    """X-Ray traces recorded."""
    s3_standard_gb: Count = 0
    s3_standard_ia_gb: Count = 0
    s3_glacier_gb: Count = 0
    sqs_requests: Count = 0
    secrets: Count = 0
    """Secrets stored, a count."""
    egress_gb: Count = 0
    """Data sent to the internet, GB."""
    alarms: Count = 0
    """CloudWatch alarms, a count."""
