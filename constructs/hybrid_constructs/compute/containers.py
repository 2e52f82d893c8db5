"""The containers of a task, as data, rendered once into the JSON that ECS keeps.

What every container must obey is not a field here: nothing is privileged, no Linux capability is kept, and
the process is no root (ECS developer guide, "Task and container security best practices").
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

CHECK_INTERVAL_SECONDS, CHECK_TIMEOUT_SECONDS, CHECK_RETRIES = 15, 5, 3
LONGEST_START_SECONDS = 300
"""ECS API reference, HealthCheck, startPeriod."""

LOG_BUFFER = "25m"
"""Lines wait here while CloudWatch is slow; what does not fit is dropped, and the service goes on
(ECS developer guide, "awslogs", "mode")."""

MOST_CHARACTERS = 65_536
"""ECS takes 64 KiB for a task definition (developer guide, "Service quotas")."""


@dataclass(frozen=True)
class Secret:
    """One key of the JSON object in a secret; ECS reads it when a task starts."""

    arn: str
    """ARN as ECS asks for it; without the six characters at the end it finds the secret by its name."""

    key: str
    kms_key_arn: str
    pattern: str | None = None
    """ARN for the IAM statement, where `arn` is without those characters."""

    @property
    def value_from(self) -> str:
        """ECS developer guide, "Pass Secrets Manager secrets through environment variables"."""
        return f"{self.arn}:{self.key}::"


@dataclass(frozen=True)
class Parameter:
    """A plain SSM parameter, such as a host name that runbooks switch; ECS reads it when a task starts."""

    arn: str

    @property
    def value_from(self) -> str:
        return self.arn


Source = Secret | Parameter
"""Where ECS reads the value of a variable."""


@dataclass(frozen=True)
class Port:
    """A port that the container listens on."""

    number: int
    protocol: Literal["tcp", "udp"] = "tcp"


@dataclass(frozen=True)
class HealthCheck:
    """A command of the container that says whether it works."""

    command: tuple[str, ...]
    """Starts with CMD or CMD-SHELL (ECS API reference, HealthCheck)."""

    start_seconds: int
    """Failures do not count in this time; ECS takes 300 at most."""


@dataclass(frozen=True)
class LogDestination:
    """CloudWatch log group that a container writes to."""

    group: str
    region: str


@dataclass(frozen=True)
class Container:
    """One container of a task."""

    name: str
    image: str
    user: str
    logs: LogDestination
    essential: bool = True
    """The task ends with it."""

    command: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Source] = field(default_factory=dict)
    health_check: HealthCheck | None = None
    after: tuple[str, ...] = ()
    """Names of containers that start before this one, and stop after it."""

    cpu: int | None = None
    memory_mib: int | None = None
    """More than this kills the container; without it only the task's memory is the limit."""

    scratch_mib: int | None = None
    """Size of a writable /tmp; what lies there counts as memory of the task."""

    stop_timeout_seconds: int | None = None
    exec: bool = False
    """ECS Exec, whose agent must be able to write (ECS developer guide, "Considerations" of ECS Exec)."""

    def rendered(self) -> dict[str, Any]:
        """As `containerDefinitions` has it, without what is not set."""
        return {
            key: value
            for key, value in {
                "name": self.name,
                "image": self.image,
                "user": self.user,
                "essential": self.essential,
                "privileged": False,
                "readonlyRootFilesystem": not self.exec,
                "linuxParameters": self._linux(),
                "command": [*self.command],
                "portMappings": [
                    {"containerPort": port.number, "hostPort": port.number, "protocol": port.protocol}
                    for port in self.ports
                ],
                "environment": [
                    {"name": name, "value": literal(value)}
                    for name, value in sorted(self.environment.items())
                ],
                "secrets": [
                    {"name": name, "valueFrom": source.value_from}
                    for name, source in sorted(self.secrets.items())
                ],
                "healthCheck": self._check(),
                "dependsOn": [{"containerName": name, "condition": "START"} for name in self.after],
                "cpu": self.cpu,
                "memory": self.memory_mib,
                "stopTimeout": self.stop_timeout_seconds,
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": self.logs.group,
                        "awslogs-region": self.logs.region,
                        "awslogs-stream-prefix": "ecs",
                        "mode": "non-blocking",
                        "max-buffer-size": LOG_BUFFER,
                    },
                },
            }.items()
            if value is not None and value != []
        }

    def _linux(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {"capabilities": {"drop": ["ALL"]}}
        if self.exec:
            # Sessions leave processes behind that only an init process buries.
            parameters["initProcessEnabled"] = True
        if self.scratch_mib is not None:
            # A bind mount would belong to root, unless the image declares the volume and its owner
            # (ECS developer guide, "Use bind mounts with Amazon ECS"); everybody may write to a tmpfs.
            parameters["tmpfs"] = [{"containerPath": "/tmp", "size": self.scratch_mib}]  # noqa: S108
        return parameters

    def _check(self) -> dict[str, Any] | None:
        if self.health_check is None:
            return None
        return {
            "command": [literal(part) for part in self.health_check.command],
            "interval": CHECK_INTERVAL_SECONDS,
            "timeout": CHECK_TIMEOUT_SECONDS,
            "retries": CHECK_RETRIES,
            "startPeriod": min(self.health_check.start_seconds, LONGEST_START_SECONDS),
        }


def literal(text: str) -> str:
    """`text` so that Terraform takes it as it is, except for the references that cdktf put into it."""
    return re.sub(r"%\{", "%%{", re.sub(r"\$\{(?!TfToken\[)", "$${", text))


def render(task: str, containers: Sequence[Container]) -> str:
    """The JSON of `containers`, always the same for the same containers; refuses what ECS would refuse."""
    problems = [*_alone(containers), *_together(containers)]
    text = json.dumps(
        [container.rendered() for container in containers], sort_keys=True, separators=(",", ":")
    )
    if len(text) > MOST_CHARACTERS:
        problems.append(
            f"has {len(text)} characters of container definitions; keep it below {MOST_CHARACTERS}, "
            'move values into SSM parameters (ECS developer guide, "Service quotas")'
        )
    if problems:
        raise ValueError("\n".join(f"task {task}: {problem}" for problem in problems))
    return text


def _alone(containers: Sequence[Container]) -> Iterator[str]:
    for container in containers:
        for name in container.environment:
            if name in container.secrets:
                yield (
                    f"container {container.name} has {name} as a variable and as a secret; keep one "
                    "(ECS API reference, ContainerDefinition)"
                )
        if re.match(r"(0+|root)(:|$)", container.user):
            yield (
                f"container {container.name} runs as user {container.user}, which is root; give another "
                '(ECS developer guide, "Task and container security best practices")'
            )


def _together(containers: Sequence[Container]) -> Iterator[str]:
    names = [container.name for container in containers]
    if not any(container.essential for container in containers):
        yield (
            f"none of its containers is essential ({', '.join(names) or 'it has none'}); make one so, the "
            "task ends with it (ECS API reference, ContainerDefinition)"
        )
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"has two containers named {name}; rename one (ECS API reference, ContainerDefinition)"
    taken: dict[Port, str] = {}
    for container in containers:
        for port in container.ports:
            if port in taken:
                yield (
                    f"containers {taken[port]} and {container.name} both listen on {port.protocol} port "
                    f"{port.number}, and share one network; move one (ECS developer guide, awsvpc mode)"
                )
            taken.setdefault(port, container.name)
        for other in container.after:
            if other not in names or other == container.name:
                yield (
                    f"container {container.name} starts after {other}, which is no other container of the "
                    f"task; use one of {', '.join(names)} (ECS API reference, ContainerDependency)"
                )
