"""The pilot light in the second region."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.log_archive import LogArchive
from stacks.base import PlatformStack
from stacks.database import database_replica
from stacks.network import environment_network
from stacks.services import image_repositories, service_cache, service_queues
from stacks.storage import access_log_bucket, file_buckets, key_ring


class DrStack(PlatformStack):
    """One provider, state in its own region: plans and applies while the primary region is down."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        dr = fleet.dr
        super().__init__(scope, id_, fleet=fleet, environment=dr)
        keys = key_ring(
            self,
            without=("secrets",),  # made by the hub: see secret_copies_key
            deletion_window_days=dr.key_deletion_window_days,
        )
        network = environment_network(
            self, environment=dr, name=self.name(), roles=self.roles, logs_key=keys["logs"]
        )
        database_replica(self, network=network, keys=keys)
        access_logs = access_log_bucket(self)
        copies_arrive_in = StorageClass(dr.replication.storage_class)
        LogArchive(
            self,
            "LogCopies",
            name=dr.replication.bucket,
            key=keys["logs"],
            config=fleet.shared.log_archive,
            access_logs=access_logs,
            arrives_in=copies_arrive_in,
        )
        file_buckets(
            self,
            workload=fleet.primary,
            key=keys["objects"],
            access_logs=access_logs,
            arrives_in=copies_arrive_in,
        )
        service_cache(
            self,
            workload=fleet.primary,
            network=network,
            key=keys["cache"],
            logs_key=keys["logs"],
            running=dr.standby.cache == "warm",
        )
        service_queues(self, workload=fleet.primary, key=keys["messaging"])
        image_repositories(self, names=naming.image_repositories(fleet.primary), key=keys["objects"])
