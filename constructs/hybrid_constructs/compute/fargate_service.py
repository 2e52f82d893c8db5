"""An ECS service on Fargate."""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceAlarms,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceDeploymentController,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from constructs import Construct

from environments.scaling import OffHoursConfig
from environments.service import ServiceConfig
from hybrid_constructs.compute import service_watch
from hybrid_constructs.compute.cluster import FARGATE, FARGATE_SPOT, Cluster
from hybrid_constructs.compute.containers import LogDestination, Source
from hybrid_constructs.compute.scaling import ServiceScaling
from hybrid_constructs.compute.service_access import ServiceAccess
from hybrid_constructs.compute.service_metrics import WatchedService
from hybrid_constructs.compute.service_roles import ServiceRoles, send_traces
from hybrid_constructs.compute.spot_warning import warn_without_spot
from hybrid_constructs.compute.targets import ServiceTargets
from hybrid_constructs.compute.task_definition import TaskDefinition, service_containers
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.observability.watch import Alarm, CompositeAlarm, DashboardRow, LogMetric
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope


class FargateService(Construct):
    """Tasks in the private subnets, reached by the load balancer only, that call out by HTTPS and to peers.

    Terraform makes the first deployment; later ones are the CLI's, and scaling changes the number of tasks,
    so both fields are left alone (docs/runtime-fields.md). Two target groups mean deployments by CodeDeploy,
    one means rolling ones by ECS, which go back by themselves when tasks fail or `deployment_alarms` sound.

    `tasks` is for a standby: so many run instead of what `config` says, and nothing scales them, so that no
    policy undoes what a failover sets.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: str,
        name: str,
        family: str,
        cluster: Cluster,
        network: Network,
        targets: ServiceTargets,
        config: ServiceConfig,
        image: str,
        repository_arn: str,
        log_group_name: str,
        logs_key: Key,
        roles: RoleScope,
        region: str,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, Source] | None = None,
        statements: Sequence[Statement] = (),
        deployment_alarms: Sequence[str] = (),
        log_retention_days: int = 14,
        off_hours: OffHoursConfig | None = None,
        tasks: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.service, self.name = service, name
        self.config, self.cluster, self.targets = config, cluster, targets
        self._alarm_names = list(deployment_alarms)
        self._always_on = off_hours is None and tasks is None and config.tasks > 0
        log_group = CloudwatchLogGroup(
            self,
            "Log",
            name=log_group_name,
            retention_in_days=log_retention_days,
            kms_key_id=logs_key.arn,
        )
        self.log_group_name, log_group_arn = log_group.name, log_group.arn
        sources = dict(secrets or {})
        self._roles = ServiceRoles(
            self,
            "Roles",
            name=family,
            within=roles,
            region=region,
            repository_arn=repository_arn,
            log_group_arn=log_group_arn,
            sources=sources.values(),
            statements=[
                *statements,
                *([send_traces()] if config.tracing != "off" else []),
                *(cluster.grant_exec() if config.exec else []),
            ],
        )
        self.role_arns = [role.arn for role in self._roles.all]
        self.access = ServiceAccess(
            self, "Access", name=name, network=network, balancer=targets.load_balancer, port=config.port
        )
        self.task_definition_arn = TaskDefinition(
            self,
            "Task",
            family=family,
            containers=service_containers(
                service,
                config,
                image=image,
                logs=LogDestination(self.log_group_name, region),
                environment=environment or {},
                secrets=sources,
            ),
            cpu=config.cpu,
            memory_mib=config.memory_mib,
            roles=self._roles,
        ).arn
        running = config.tasks if tasks is None else tasks
        made = self._service(network, running)
        self.ready: list[ITerraformDependable] = [made]
        # Built, not read: the provider calls the ARN the service's id.
        self.arn = f"arn:aws:ecs:{region}:{roles.account_id}:service/{cluster.name}/{name}"
        maximum = config.tasks * 2 if config.scaling.maximum_tasks is None else config.scaling.maximum_tasks
        if tasks is None and maximum:
            self._scale(made.name, maximum, off_hours)
        warn_without_spot(self, name=service, tasks=running, mix=config.mix)

    def alarms(self) -> list[Alarm]:
        """Errors, latency, health, missing tasks, load, logged errors, Spot interruptions."""
        return service_watch.alarms(self._watched())

    def composite_alarms(self) -> list[CompositeAlarm]:
        """Service down."""
        return service_watch.composite_alarms(self._watched())

    def log_metrics(self) -> list[LogMetric]:
        """Logged errors and Spot interruptions."""
        return service_watch.log_metrics(self._watched())

    def dashboard_rows(self) -> list[DashboardRow]:
        """Users and tasks."""
        return service_watch.dashboard_rows(self._watched())

    def _service(self, network: Network, tasks: int) -> EcsService:
        config, mix, blue_green = self.config, self.config.mix, self.targets.green is not None
        ignored = ["task_definition", "desired_count"]
        if blue_green:
            # CodeDeploy moves the service to the other target group, and is the only one who can change the
            # mix: the next deployment carries the new one (ECS API reference, UpdateService).
            ignored += ["load_balancer", "capacity_provider_strategy"]
        return EcsService(
            self,
            "Service",
            name=self.name,
            cluster=self.cluster.arn,
            task_definition=self.task_definition_arn,
            desired_count=tasks,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(
                    capacity_provider=provider, weight=share.weight, base=share.base
                )
                for provider, share in ((FARGATE, mix.fargate), (FARGATE_SPOT, mix.fargate_spot))
            ],
            # Without it a new mix would replace the service (provider documentation, aws_ecs_service).
            force_new_deployment=not blue_green,
            deployment_controller=EcsServiceDeploymentController(type="CODE_DEPLOY" if blue_green else "ECS"),
            deployment_circuit_breaker=None
            if blue_green
            else EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            alarms=EcsServiceAlarms(enable=True, rollback=True, alarm_names=self._alarm_names)
            if self._alarm_names and not blue_green
            else None,
            deployment_maximum_percent=config.maximum_percent,
            deployment_minimum_healthy_percent=config.minimum_healthy_percent,
            health_check_grace_period_seconds=config.health_check_grace_seconds,
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(network.subnet_ids["private"].values()),
                security_groups=[self.access.security_group_id],
                assign_public_ip=False,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=self.targets.blue.arn,
                    container_name=self.service,
                    container_port=config.port,
                )
            ],
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            enable_execute_command=config.exec,
            # A first deployment has no image yet, and in off hours no task ever runs: an apply would wait in
            # vain. The CLI watches what it deploys.
            wait_for_steady_state=False,
            lifecycle=TerraformResourceLifecycle(ignore_changes=ignored),
            # ECS needs all of these when the first task starts, and none of them is named above.
            depends_on=[
                *self.targets.ready,
                *self.cluster.ready,
                *self.access.ready,
                *(role.rights for role in self._roles.all),
            ],
        )

    def _scale(self, service: str, maximum: int, off_hours: OffHoursConfig | None) -> None:
        scaling = self.config.scaling
        ServiceScaling(
            self,
            "Scaling",
            cluster=self.cluster.name,
            service=service,
            config=scaling,
            minimum_tasks=self.config.tasks if scaling.minimum_tasks is None else scaling.minimum_tasks,
            maximum_tasks=maximum,
            load_balancer=self.targets.load_balancer.arn_suffix,
            target_groups=self._target_groups(),
            off_hours=off_hours,
        )

    def _target_groups(self) -> tuple[str, ...]:
        return tuple(group.arn_suffix for group in (self.targets.blue, self.targets.green) if group)

    def _watched(self) -> WatchedService:
        return WatchedService(
            service=self.service,
            name=self.name,
            cluster=self.cluster.name,
            load_balancer=self.targets.load_balancer.arn_suffix,
            target_groups=self._target_groups(),
            log_group=self.log_group_name,
            interruptions=self.cluster.interruptions.log_group,
            config=self.config,
            always_on=self._always_on,
        )
