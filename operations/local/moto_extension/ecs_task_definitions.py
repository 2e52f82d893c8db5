"""ECS task definitions.

Moto 5.2.5 keeps a task definition as it was sent, without dates, and finds a deleted revision when no
revision is named. AWS completes the containers, and a family without a revision means its latest active one
(API reference, DescribeTaskDefinition).
"""

from typing import Any

from moto.core.utils import utcnow
from moto.ecs.exceptions import EcsClientException, TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

from operations.local.moto_extension.adopt import adopt

FARGATE_MEMORY = {
    256: {512, 1024, 2048},
    512: set(range(1024, 4097, 1024)),
    1024: set(range(2048, 8193, 1024)),
    2048: set(range(4096, 16385, 1024)),
    4096: set(range(8192, 30721, 1024)),
    8192: set(range(16384, 61441, 4096)),
    16384: set(range(32768, 122881, 8192)),
}
"""MiB of memory that go with so many CPU units (developer guide, "Task CPU and memory")."""

_register_task_definition = EC2ContainerServiceBackend.register_task_definition
_describe_task_definition = EC2ContainerServiceBackend.describe_task_definition
_deregister_task_definition = EC2ContainerServiceBackend.deregister_task_definition


def install() -> None:
    """Register the fixes."""
    adopt(EC2ContainerServiceBackend, Backend)


class Backend(EC2ContainerServiceBackend):
    """What AWS keeps."""

    def register_task_definition(
        self, family: str, container_definitions: list[dict[str, Any]], *arguments: Any, **named: Any
    ) -> TaskDefinition:
        fargate = "FARGATE" in (named.get("requires_compatibilities") or ())
        if fargate:
            _check_size(named.get("cpu"), named.get("memory"))
        in_vpc = fargate or named.get("network_mode") in ("awsvpc", "host")
        completed = [_completed(container, in_vpc) for container in container_definitions]
        made: Any = _register_task_definition(self, family, completed, *arguments, **named)
        made.registered_at = utcnow()
        return made  # type: ignore[no-any-return]

    def describe_task_definition(self, task_definition_str: str) -> TaskDefinition:
        name = task_definition_str.rpartition("/")[2]
        if ":" in name:
            return _describe_task_definition(self, task_definition_str)
        active = [one for one in self.task_definitions.get(name, {}).values() if one.status == "ACTIVE"]
        if not active:
            raise TaskDefinitionNotFoundException
        return active[-1]

    def deregister_task_definition(self, task_definition_str: str) -> TaskDefinition:
        found: Any = _deregister_task_definition(self, task_definition_str)
        found.deregistered_at = utcnow()
        return found  # type: ignore[no-any-return]


def _completed(container: dict[str, Any], in_vpc: bool) -> dict[str, Any]:
    ports = [{"protocol": "tcp", **mapping} for mapping in container.get("portMappings") or ()]
    for mapping in ports:
        if in_vpc:
            mapping.setdefault("hostPort", mapping["containerPort"])
    completed = {"systemControls": []} | container | {"portMappings": ports}
    if check := container.get("healthCheck"):
        completed["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3} | check
    return completed


def _check_size(cpu: str | None, memory: str | None) -> None:
    if not cpu or not memory:
        raise EcsClientException("Fargate requires task definition to have cpu and memory at the task level")
    # Sizes may also be texts like "1 vCPU" and "2 GB".
    if cpu.isdigit() and memory.isdigit() and int(memory) not in FARGATE_MEMORY.get(int(cpu), ()):
        raise EcsClientException("No Fargate configuration exists for given values.")
