"""A task of a service: it starts, becomes healthy, and stops."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel
from moto.ec2.exceptions import InvalidNetworkInterfaceIdError
from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_private_ip
from moto.ecs.models import TaskDefinition
from moto.moto_api._internal import mock_random

from operations.local.moto_extension import ecs_faults
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_startup import image_digest, obstacle

if TYPE_CHECKING:
    from operations.local.moto_extension.ecs_fleets import Fleet

START = 60.0
"""Seconds of AWS from the order to the running task."""

HEALTHY = 30.0
"""Seconds of AWS until a running task has passed its health checks."""

UNHEALTHY = 120.0
"""Seconds of AWS that a task may fail its health checks, after the grace period, before it is stopped."""


@contextmanager
def drawn_for(text: str) -> Iterator[None]:
    """Draw ids that depend on `text` alone.

    Time moves on when the next request comes, whichever that is. Ids of what happens meanwhile must not take
    numbers from the sequence that a recording replays.
    """
    state = mock_random.getstate()
    mock_random.seed(text)
    try:
        yield
    finally:
        mock_random.setstate(state)


class ServiceTask(BaseModel):
    """One task of a fleet. Its attributes are named as moto's `Task` names them."""

    container_instance_arn = None
    launch_type: str | None
    stop_code: str | None = None
    stopped_reason: str | None = None

    def __init__(self, fleet: "Fleet", number: int, provider: str | None, at: float) -> None:
        service = fleet.service
        self.fleet = fleet
        self.number = number
        self.definition: TaskDefinition = fleet.definition
        with drawn_for(f"{fleet.id}/{number}"):
            self.id = mock_random.get_random_hex(32)
            self.attachment = str(mock_random.uuid4())
            self._interface = self._attach()
        self.task_arn = f"{service.arn_prefix}:task/{service.cluster_name}/{self.id}"
        self.cluster_name = service.cluster_name
        self.cluster_arn = service.cluster_arn
        self.task_definition_arn = fleet.definition.arn
        self.group = f"service:{service.name}"
        self.started_by = fleet.id
        self.capacity_provider_name = provider
        self.launch_type = "FARGATE" if (provider or "").startswith("FARGATE") else service.launch_type
        tagged: Any = {"SERVICE": service, "TASK_DEFINITION": fleet.definition}.get(service.propagate_tags)
        self.tags: list[dict[str, str]] = list(tagged.tags) if tagged else []
        self.status = "PENDING"
        self.created = at
        self.running_since: float | None = None
        self.stopped_at: float | None = None
        self.settled = False

    @property
    def last_status(self) -> str:
        return self.status

    @property
    def desired_status(self) -> str:
        return "STOPPED" if self.status == "STOPPED" else "RUNNING"

    @property
    def address(self) -> str:
        """Its private address, which is its target too."""
        return str(self._interface.private_ip_address) if self._interface else ""

    def advance(self) -> None:
        """Moto moves its own tasks on when they are described; these follow the clock."""

    def due(self) -> float:
        """When something happens to it next."""
        if self.running_since is None:
            return self.created + START
        began = ecs_faults.since(self.definition)
        if began is not None:
            return max(self.running_since + self.fleet.service.grace, began) + UNHEALTHY
        return inf if self.settled else self.running_since + HEALTHY

    def step(self, at: float) -> None:
        """What is due happens."""
        if at < self.due():
            return
        if self.running_since is None:
            service = self.fleet.service
            if reason := obstacle(self.definition, service.account_id, service.region_name):
                self.stop(at, "TaskFailedToStart", reason)
            else:
                self.status, self.running_since = "RUNNING", at
        elif ecs_faults.since(self.definition) is None:
            self.settled = True
        elif group := self.fleet.target_group_arn:
            self.stop(
                at, "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {group})"
            )
        else:
            self.stop(at, "ServiceSchedulerInitiated", "Task failed container health checks")

    @property
    def health(self) -> str:
        """As its target group calls it."""
        if ecs_faults.since(self.definition) is not None and self.running_since is not None:
            return "unhealthy"
        return "healthy" if self.settled else "initial"

    def stop(self, at: float, code: str, reason: str) -> None:
        """End it, and give its network interface back."""
        self.status, self.stopped_at = "STOPPED", at
        self.stop_code, self.stopped_reason = code, reason
        if self._interface:
            # Whoever deletes interfaces by hand may have been faster.
            with suppress(InvalidNetworkInterfaceIdError):
                self._interface.delete()

    def _attach(self) -> Any:
        network = self.fleet.network
        if not network:
            return None
        subnets = network["subnets"]
        ec2 = ec2_backends[self.fleet.service.account_id][self.fleet.service.region_name]
        subnet = ec2.get_subnet(subnets[self.number % len(subnets)])
        first = subnet.cidr.network_address
        # AWS keeps the first four addresses of a subnet and the last one.
        reserved = {str(first + offset) for offset in range(4)} | {str(subnet.cidr.broadcast_address)}
        taken = reserved | {eni.private_ip_address for eni in ec2.enis.values()}
        while (address := random_private_ip(subnet.cidr_block)) in taken:
            pass
        interface = ec2.create_network_interface(
            subnet,
            address,
            group_ids=network.get("securityGroups") or [],
            description=f"{self.fleet.service.arn_prefix}:attachment/{self.attachment}",
        )
        interface.status = "in-use"
        return interface

    def view(self) -> dict[str, Any]:
        """The task as DescribeTasks shows it."""
        health = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}.get(self.health, "UNKNOWN")
        dates = {"createdAt": self.created, "startedAt": self.running_since, "stoppedAt": self.stopped_at}
        return {
            "taskArn": self.task_arn,
            "clusterArn": self.cluster_arn,
            "taskDefinitionArn": self.task_definition_arn,
            "group": self.group,
            "startedBy": self.started_by,
            "launchType": self.launch_type,
            "capacityProviderName": self.capacity_provider_name,
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "connectivity": "CONNECTED" if self.running_since is not None else None,
            "cpu": self.definition.cpu,
            "memory": self.definition.memory,
            "lastStatus": self.status,
            "desiredStatus": self.desired_status,
            "healthStatus": health,
            "stopCode": self.stop_code,
            "stoppedReason": self.stopped_reason,
            "availabilityZone": self._interface.subnet.availability_zone if self._interface else None,
            "attachments": self._attachments(),
            "containers": [self._container(one, health) for one in self.definition.container_definitions],
            "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": []},
            "tags": self.tags,
            **{name: CLOCK.date(at) for name, at in dates.items() if at is not None},
        }

    def _attachments(self) -> list[dict[str, Any]]:
        if not self._interface:
            return []
        details = {
            "subnetId": self._interface.subnet.id,
            "networkInterfaceId": self._interface.id,
            "macAddress": self._interface.mac_address,
            "privateIPv4Address": self.address,
        }
        return [
            {
                "id": self.attachment,
                "type": "ElasticNetworkInterface",
                "status": "DELETED" if self.status == "STOPPED" else "ATTACHED",
                "details": [{"name": name, "value": value} for name, value in details.items()],
            }
        ]

    def _container(self, container: dict[str, Any], health: str) -> dict[str, Any]:
        name, image = str(container["name"]), str(container["image"])
        ran = self.running_since is not None
        interfaces = [{"attachmentId": self.attachment, "privateIpv4Address": self.address}]
        return {
            "containerArn": f"{self.fleet.service.arn_prefix}:container/{self.cluster_name}/{self.id}/{name}",
            "taskArn": self.task_arn,
            "name": name,
            "image": image,
            "imageDigest": image_digest(image, self.fleet.service.account_id) if ran else None,
            "lastStatus": self.status,
            # A container that SIGTERM ended.
            "exitCode": 143 if ran and self.status == "STOPPED" else None,
            "reason": None if ran else self.stopped_reason,
            "healthStatus": health if container.get("healthCheck") else "UNKNOWN",
            "networkInterfaces": interfaces if self._interface else [],
            "cpu": str(container.get("cpu", 0)),
        }
