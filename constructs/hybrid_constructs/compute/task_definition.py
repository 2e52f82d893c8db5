"""The task definition of a service: its own container, and the side-car for traces."""

import shlex
from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition, EcsTaskDefinitionRuntimePlatform
from constructs import Construct

from environments.service import ServiceConfig
from hybrid_constructs.compute.containers import (
    Container,
    HealthCheck,
    LogDestination,
    Port,
    Source,
    render,
)
from hybrid_constructs.compute.service_roles import ServiceRoles
from hybrid_constructs.compute.side_cars import tracing

SCRATCH_PART = 4
"""A quarter of the task's memory may become files in /tmp."""


class TaskDefinition(Construct):
    """A revision for each change of the configuration. Older ones stay, because a rollback starts them.

    The service is not moved to a new one by Terraform: the CLI deploys.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        family: str,
        containers: Sequence[Container],
        cpu: int,
        memory_mib: int,
        roles: ServiceRoles,
    ) -> None:
        super().__init__(scope, id_)
        self.arn = EcsTaskDefinition(
            self,
            "Definition",
            family=family,
            container_definitions=render(family, containers),
            cpu=str(cpu),
            memory=str(memory_mib),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                operating_system_family="LINUX", cpu_architecture="X86_64"
            ),
            execution_role_arn=roles.execution.arn,
            task_role_arn=roles.task.arn if roles.task else None,
            skip_destroy=True,
        ).arn


def service_containers(
    name: str,
    config: ServiceConfig,
    *,
    image: str,
    logs: LogDestination,
    environment: Mapping[str, str],
    secrets: Mapping[str, Source],
) -> list[Container]:
    """The container `name`, which the CLI looks for when it deploys, and its side-car."""
    side_car = tracing(config.tracing, logs)
    check = health_check_command(config)
    own = Container(
        name=name,
        image=image,
        user=config.user,
        logs=logs,
        ports=(Port(config.port),),
        environment=environment,
        secrets=secrets,
        health_check=HealthCheck(check, config.health_check_grace_seconds) if check else None,
        # Traces of the last requests still reach a side-car that stops later.
        after=(side_car.name,) if side_car else (),
        # A container without a share of its own gets the least there is, less than a side-car
        # (ECS API reference, ContainerDefinition, cpu).
        cpu=config.cpu - (side_car.cpu or 0 if side_car else 0),
        scratch_mib=config.memory_mib // SCRATCH_PART,
        stop_timeout_seconds=config.stop_timeout_seconds,
        exec=config.exec,
    )
    return [own, side_car] if side_car else [own]


def health_check_command(config: ServiceConfig) -> tuple[str, ...]:
    """The container's own check as ECS takes it; empty if there is none."""
    command = config.health_check_command
    if command is None:
        url = shlex.quote(f"http://127.0.0.1:{config.port}{config.health_check_path}")
        # Images have one or the other; neither means an unhealthy container, not one that looks healthy.
        return "CMD-SHELL", f"curl -fsS -o /dev/null {url} || wget -q -O /dev/null {url} || exit 1"
    if not command or command[0] in {"CMD", "CMD-SHELL"}:
        return command
    return "CMD", *command
