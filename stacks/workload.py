"""An environment in which services run for users: dev, staging, prod."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet, WorkloadEnvironment
from hybrid_constructs.network.transit import TransitSpoke
from hybrid_constructs.observability.log_stream import LogTarget
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.keys import PublishedKeys
from stacks.application import Application, Surroundings
from stacks.audit import environment_budget, insight, log_streams
from stacks.base import PlatformStack
from stacks.monitoring import environment_monitoring, environment_topics, service_dashboards
from stacks.network import environment_network
from stacks.services import service_cache, service_queues, service_secrets
from stacks.storage import access_log_bucket, file_buckets


class WorkloadStack(PlatformStack):
    """Network of one environment, attached to the hub, and its services with all they need."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet, environment: WorkloadEnvironment) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=environment)
        keys = PublishedKeys(self, "Keys", name=naming.keys_parameter(fleet.shared.name))
        network = environment_network(
            self, environment=environment, name=self.name(), roles=self.roles, logs_key=keys["logs"]
        )
        access_logs = access_log_bucket(self)
        service_secrets(
            self, workload=environment, key=keys["secrets"], replica_keys=self._replica_keys(environment)
        )
        around = Surroundings(
            network=network,
            access_logs=access_logs,
            logs_key=keys["logs"],
            secrets_key=keys["secrets"],
            cache=service_cache(
                self, workload=environment, network=network, key=keys["cache"], logs_key=keys["logs"]
            ),
            queues=service_queues(self, workload=environment, key=keys["messaging"]),
            buckets=file_buckets(self, workload=environment, key=keys["objects"], access_logs=access_logs),
        )
        application = Application(self, workload=environment, around=around)
        archive = naming.log_archive_bucket(self.organisation.prefix, fleet.shared.name)
        streams = log_streams(
            self,
            environment,
            log_groups=application.log_groups,
            target=LogTarget(archive, keys["logs"], environment.region),
            archive=fleet.shared.name,
            key=keys["logs"],
        )
        insight(self, environment)
        topics = environment_topics(self, key=keys["messaging"])
        environment_budget(self, environment, topics=topics)
        monitoring = environment_monitoring(self, watch=[*application.watch, *streams], topics=topics)
        service_dashboards(self, application, monitoring=monitoring)
        if environment.name in fleet.shared.transit_gateway.attach:
            TransitSpoke(
                self,
                "Transit",
                network=network,
                parameter=naming.transit_gateway_parameter(),
                hub_cidrs=fleet.shared.network.tiers["data"],
            )

    def _replica_keys(self, environment: WorkloadEnvironment) -> dict[str, Key]:
        """Secrets of the primary environment are copied to the region of its standby."""
        dr = self.fleet.dr
        if environment.name != dr.primary:
            return {}
        keys = PublishedKeys(self, "CopyKeys", name=naming.secret_copies_parameter())
        return {dr.region: keys["secrets"]}
