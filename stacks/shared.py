"""The hub: what all environments use."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.data.secret import ServiceSecret
from hybrid_constructs.network.transit import TransitHub
from stacks.audit import audit, cost_alerts, log_archive, telemetry
from stacks.base import PlatformStack
from stacks.database import shared_database
from stacks.monitoring import environment_monitoring, environment_topics
from stacks.network import environment_network
from stacks.services import image_repositories
from stacks.storage import access_log_bucket, key_ring, secret_copies_key


class SharedStack(PlatformStack):
    """Keys, logs and audit, the hub network with its Transit Gateway, the database, image repositories."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        shared = fleet.shared
        super().__init__(scope, id_, fleet=fleet, environment=shared)
        keys = key_ring(self)
        archive = log_archive(self, key=keys["logs"], access_logs=access_log_bucket(self))
        network = environment_network(
            self, environment=shared, name=self.name(), roles=self.roles, logs_key=keys["logs"]
        )
        TransitHub(
            self,
            "Transit",
            network=network,
            asn=shared.transit_gateway.amazon_side_asn,
            spoke_cidrs={name: fleet.workloads[name].network.cidr for name in shared.transit_gateway.attach},
            parameter=naming.transit_gateway_parameter(),
        )
        copies_key = secret_copies_key(self)
        database = shared_database(self, network=network, keys=keys, copies_key=copies_key)
        ServiceSecret(
            self,
            "IncidentWebhook",
            name=naming.incident_webhook(self.organisation.prefix),
            description="URL of the channel that hears of incidents; a person writes it",
            key=keys["secrets"],
            region=shared.region,
            replicas={fleet.dr.region: copies_key},
        )
        image_repositories(
            self, names=naming.image_repositories(*fleet.workloads.values()), key=keys["objects"]
        )
        topics = environment_topics(self, key=keys["messaging"])
        trail = audit(self, archive=archive, keys=keys)
        telemetry(self, key=keys["logs"])
        cost_alerts(self, topics=topics)
        environment_monitoring(self, watch=[database, trail], topics=topics)
