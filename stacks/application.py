"""The services of an environment: load balancer, cluster, tasks, deployments. A new one is YAML only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias

from environments import naming
from environments.release import Deployment
from environments.schema import WorkloadEnvironment
from environments.service import ServiceConfig
from hybrid_constructs.compute.blue_green import BlueGreenDeployment
from hybrid_constructs.compute.cluster import Cluster
from hybrid_constructs.compute.fargate_service import FargateService
from hybrid_constructs.compute.load_balancer import LoadBalancer
from hybrid_constructs.compute.service_watch import deployment_alarms
from hybrid_constructs.compute.targets import ServiceTargets
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.cache import Cache
from hybrid_constructs.data.queue import WorkQueue
from hybrid_constructs.edge.certificate import MOST_NAMES, Certificate
from hybrid_constructs.edge.web_acl import WebAcl
from hybrid_constructs.network.exchange import publish
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.observability.alarms import alarm_name
from hybrid_constructs.observability.watched import Watchable
from hybrid_constructs.security.key import Key
from stacks.base import PlatformStack
from stacks.connections import Connections

SPECIAL: dict[str, type[FargateService]] = {}
"""Services that need more than YAML can say: name and a subclass of FargateService, in every environment."""


@dataclass(frozen=True)
class Surroundings:
    """What the services of one environment stand on and are connected to."""

    network: Network
    access_logs: AccessLogBucket
    logs_key: Key
    secrets_key: Key
    cache: Cache
    queues: Mapping[str, WorkQueue]
    buckets: Mapping[str, SecureBucket]

    @property
    def watch(self) -> list[Watchable]:
        """Everything among them that has alarms or graphs."""
        return [self.network, self.cache, *self.queues.values()]


class Application:
    """Every service of `workload`, in the stack's environment, behind one load balancer.

    In the second region it stands by: `tasks` run, nothing scales, and deployments are rolling, because a
    failover starts services by the number of their tasks alone.
    """

    def __init__(
        self,
        stack: PlatformStack,
        *,
        workload: WorkloadEnvironment,
        around: Surroundings,
        tasks: int | None = None,
    ) -> None:
        self._stack, self._workload, self._around, self._tasks = stack, workload, around, tasks
        self._zone_id = DataAwsRoute53Zone(stack, "Zone", name=stack.organisation.domain).zone_id
        self.firewall = self._firewall()
        self.load_balancer = self._load_balancer()
        self._cluster = Cluster(
            stack,
            "Cluster",
            name=naming.cluster(stack.environment),
            logs_key=around.logs_key,
            region=stack.environment.region,
            account_id=stack.account_id,
            log_retention_days=stack.environment.log_retention_days,
            exec=any(service.exec for service in workload.services.values()),
        )
        self.services = {name: self._service(name, config) for name, config in workload.services.items()}

    @property
    def log_groups(self) -> dict[str, str]:
        """Log group of each service."""
        return {name: service.log_group_name for name, service in self.services.items()}

    @property
    def watch(self) -> list[Watchable]:
        """Everything that has alarms or graphs."""
        return [*self.services.values(), self.load_balancer, self.firewall, *self._around.watch]

    @property
    def watch_by_service(self) -> dict[str, list[Watchable]]:
        """What concerns each service: itself, its queue, and what it shares with the others."""
        around = self._around
        shared: list[Watchable] = [self.load_balancer, around.cache]
        return {
            name: [service, *([around.queues[name]] if name in around.queues else []), *shared]
            for name, service in self.services.items()
        }

    def _hosts(self, service: ServiceConfig) -> list[str]:
        """Names that lead to a service here; the failover service is also an origin of the CDN."""
        fleet, environment = self._stack.fleet, self._stack.environment
        if not self._is_origin(service):
            return [service.host]
        side: naming.Side = "dr" if environment is fleet.dr else "primary"
        return [service.host, naming.origin_host(fleet, side)]

    def _is_origin(self, service: ServiceConfig) -> bool:
        """Whether the CDN asks this service, in this environment."""
        return service.host == self._stack.fleet.dr.edge.host

    def _firewall(self) -> WebAcl:
        stack, config = self._stack, self._workload.load_balancer
        return WebAcl(
            stack,
            "Firewall",
            name=naming.load_balancer(stack.environment),
            scope_="REGIONAL",
            key=self._around.logs_key,
            account_id=stack.account_id,
            region=stack.environment.region,
            # Behind CloudFront many users share an address.
            rate_limit=config.firewall.rate_limit if config.clients == "internet" else None,
            spares_cloudfront=any(map(self._is_origin, self._workload.services.values())),
            count_only=config.firewall.count_only,
            log_retention_days=stack.environment.log_retention_days,
        )

    def _load_balancer(self) -> LoadBalancer:
        stack = self._stack
        name = naming.load_balancer(stack.environment)
        balancer = LoadBalancer(
            stack,
            "LoadBalancer",
            name=name,
            network=self._around.network,
            config=self._workload.load_balancer,
            certificates=self._certificates(),
            web_acl=self.firewall,
            access_logs=self._around.access_logs,
            deletion_protection=self._workload.deletion_protection,
            stands_by=self._tasks == 0,
        )
        publish(
            stack,
            "LoadBalancerParameter",
            name=naming.load_balancer_parameter(stack.environment.name),
            description=f"Load balancer {name}",
            value={
                "arn": balancer.arn,
                "dns_name": balancer.dns_name,
                "zone_id": balancer.zone_id,
                "arn_suffix": balancer.arn_suffix,
            },
        )
        return balancer

    def _certificates(self) -> list[Certificate]:
        """One for all hosts, or as many as it takes: a new service never needs a higher quota."""
        hosts = [host for service in self._workload.services.values() for host in self._hosts(service)]
        return [
            Certificate(
                self._stack,
                f"Certificate-{start // MOST_NAMES + 1}" if start else "Certificate",
                domain=hosts[start],
                alternatives=hosts[start + 1 : start + MOST_NAMES],
                zone_id=self._zone_id,
            )
            for start in range(0, len(hosts), MOST_NAMES)
        ]

    def _service(self, name: str, config: ServiceConfig) -> FargateService:
        stack, around, environment = self._stack, self._around, self._stack.environment
        blue_green = config.deployment is Deployment.BLUE_GREEN and self._tasks is None
        connections = Connections(stack, self._workload, around, name)
        family = naming.task_family(name, environment.name)
        alarms = [alarm_name(stack.name(), id_) for id_ in deployment_alarms(name)]
        kind = SPECIAL.get(name, FargateService)
        service = kind(
            stack,
            f"Service-{name}",
            service=name,
            name=naming.ecs_service(name, environment.name),
            family=family,
            cluster=self._cluster,
            network=around.network,
            targets=self._targets(name, config, blue_green=blue_green),
            config=config,
            image=f"{naming.image_registry(stack.account_id, environment.region)}/{config.image}",
            repository_arn=f"arn:aws:ecr:{environment.region}:{stack.account_id}:repository/{config.repository}",
            log_group_name=naming.service_log_group(name, environment.name),
            logs_key=around.logs_key,
            roles=stack.roles,
            region=environment.region,
            environment=connections.environment(),
            secrets=connections.secrets(),
            statements=connections.statements(),
            deployment_alarms=alarms,
            log_retention_days=environment.log_retention_days,
            off_hours=self._workload.off_hours if self._tasks is None else None,
            tasks=self._tasks,
        )
        connections.open(service.access)
        if blue_green:
            BlueGreenDeployment(
                stack,
                f"Deployment-{name}",
                name=family,
                service=service,
                alarm_names=alarms,
                roles=stack.roles,
                region=environment.region,
            )
        if config.host != stack.fleet.dr.edge.host:
            self._record(name, config.host)
        return service

    def _targets(self, name: str, config: ServiceConfig, *, blue_green: bool) -> ServiceTargets:
        return ServiceTargets(
            self._stack,
            f"Targets-{name}",
            load_balancer=self.load_balancer,
            network=self._around.network,
            names=naming.target_groups(name, self._stack.environment.name),
            port=config.port,
            hosts=self._hosts(config),
            priority=config.priority(name),
            health_check_path=config.health_check_path,
            deregistration_delay_seconds=config.deregistration_delay_seconds,
            blue_green=blue_green,
        )

    def _record(self, name: str, host: str) -> None:
        """A name that does not fail over; the stack `edge` writes the one that does."""
        if self._tasks is not None:
            return
        families: Sequence[str] = ("A", "AAAA") if self._around.network.config.ipv6 else ("A",)
        for family in families:
            Route53Record(
                self._stack,
                f"Host-{name}-{family}",
                zone_id=self._zone_id,
                name=host,
                type=family,
                alias=Route53RecordAlias(
                    name=self.load_balancer.dns_name,
                    zone_id=self.load_balancer.zone_id,
                    evaluate_target_health=False,
                ),
            )
