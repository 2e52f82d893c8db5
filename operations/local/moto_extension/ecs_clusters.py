"""ECS clusters and tasks.

Moto 5.2.5 deletes a cluster that still has services, counts no tasks of services, lists stopped tasks to
everybody and the tasks of all services as those of one, and says nothing of a task that does not exist.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, ClusterFailure, EC2ContainerServiceBackend, Task
from moto.ecs.responses import EC2ContainerServiceResponse

from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_tasks import ServiceTask
from operations.local.moto_extension.ecs_views import count_tasks

_delete_cluster = EC2ContainerServiceBackend.delete_cluster
_describe_clusters = EC2ContainerServiceBackend.describe_clusters
_list_clusters = EC2ContainerServiceBackend.list_clusters
_list_tasks = EC2ContainerServiceBackend.list_tasks
_stop_task = EC2ContainerServiceBackend.stop_task


def install() -> None:
    """Register the fixes."""
    adopt(EC2ContainerServiceBackend, Backend)
    adopt(EC2ContainerServiceResponse, Responses)


class Backend(EC2ContainerServiceBackend):
    """What AWS keeps."""

    def delete_cluster(self, cluster_str: str) -> Cluster:
        cluster = self._get_cluster(cluster_str)
        if any(one.cluster_name == cluster.name and one.status == "ACTIVE" for one in self.services.values()):
            raise ECSException(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        self.tasks.pop(cluster.name, None)
        return _delete_cluster(self, cluster_str)

    def describe_clusters(self, cluster_names: list[str]) -> tuple[list[Cluster], list[ClusterFailure]]:
        clusters, failures = _describe_clusters(self, cluster_names)
        for cluster in clusters:
            count_tasks(self, cluster)
        return clusters, failures

    def list_clusters(self) -> list[str]:
        deleted = {cluster.arn for cluster in self.clusters.values() if cluster.status == "INACTIVE"}
        return [arn for arn in _list_clusters(self) if arn not in deleted]

    def list_tasks(  # noqa: PLR0917 - moto's signature
        self,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,  # noqa: N803 - moto's name
    ) -> list[Task]:
        tasks = _list_tasks(self, cluster_str, container_instance, None, started_by, None, desiredStatus)
        if service_name:
            name = service_name.rpartition("/")[2]
            tasks = [task for task in tasks if task.group == f"service:{name}"]
        if family:
            tasks = [task for task in tasks if f":task-definition/{family}:" in task.task_definition_arn]
        return tasks

    def stop_task(self, cluster_str: str, task_str: str, reason: str) -> Task:
        tasks = self.tasks.get(self._get_cluster(cluster_str).name, {})
        task: Any = next((one for arn, one in tasks.items() if arn.endswith(task_str)), None)
        if not isinstance(task, ServiceTask):
            return _stop_task(self, cluster_str, task_str, reason)
        if task.status != "STOPPED":
            task.fleet.stop_task(task, CLOCK.now, reason or "Task stopped by user")
        return task  # type: ignore[return-value] # it has what moto's has


class Responses(EC2ContainerServiceResponse):
    """What AWS answers."""

    def list_tasks(self) -> ActionResult:
        status = self._get_param("desiredStatus") or "RUNNING"
        names = ("containerInstance", "family", "startedBy", "serviceName")
        arguments: list[Any] = [self._get_param(name) for name in names]
        backend: Any = self.ecs_backend
        tasks = backend.list_tasks(self._get_param("cluster", "default"), *arguments, status)
        return ActionResult({"taskArns": [task.task_arn for task in tasks]})

    def describe_tasks(self) -> ActionResult:
        asked: list[str] = self._get_param("tasks", [])
        found: list[Any] = self.ecs_backend.describe_tasks(self._get_param("cluster", "default"), asked)
        ids = {task.task_arn.rpartition("/")[2] for task in found}
        missing = [name for name in asked if name.rpartition("/")[2] not in ids]
        views = [task.view() if isinstance(task, ServiceTask) else task for task in found]
        failures = [{"arn": name, "reason": "MISSING"} for name in missing]
        return ActionResult({"tasks": views, "failures": failures})

    def stop_task(self) -> ActionResult:
        names = [self._get_param("cluster", "default"), self._get_param("task"), self._get_param("reason")]
        task: Any = self.ecs_backend.stop_task(*names)
        return ActionResult({"task": task.view() if isinstance(task, ServiceTask) else task})
