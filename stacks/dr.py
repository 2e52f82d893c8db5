"""The pilot light in the second region."""

from cdktf_cdktf_provider_aws.data_aws_kms_alias import DataAwsKmsAlias
from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.observability.log_stream import LogTarget
from hybrid_constructs.observability.tracing import TraceEncryption
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.keys import PublishedKey
from stacks.application import Application, Surroundings
from stacks.audit import log_streams, recorder, standby_archive
from stacks.base import PlatformStack
from stacks.database import database_replica
from stacks.monitoring import environment_monitoring, environment_topics
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
        database = database_replica(self, network=network, keys=keys)
        access_logs = access_log_bucket(self)
        archive = standby_archive(self, key=keys["logs"], access_logs=access_logs)
        recorder(self, archive=archive, key=keys["logs"], home=False)
        TraceEncryption(self, "Traces", key=keys["logs"])
        image_repositories(self, names=naming.image_repositories(fleet.primary), key=keys["objects"])
        around = Surroundings(
            network=network,
            access_logs=access_logs,
            logs_key=keys["logs"],
            secrets_key=self._secrets_key(),
            cache=service_cache(
                self,
                workload=fleet.primary,
                network=network,
                key=keys["cache"],
                logs_key=keys["logs"],
                running=dr.standby.cache == "warm",
            ),
            queues=service_queues(self, workload=fleet.primary, key=keys["messaging"]),
            buckets=file_buckets(
                self,
                workload=fleet.primary,
                key=keys["objects"],
                access_logs=access_logs,
                arrives_in=StorageClass(dr.replication.storage_class),
            ),
        )
        application = Application(self, workload=fleet.primary, around=around, tasks=dr.standby.service_tasks)
        streams = log_streams(
            self,
            dr,
            log_groups=application.log_groups,
            target=LogTarget(archive.name, keys["logs"], dr.region),
            archive=dr.name,
            key=keys["logs"],
        )
        topics = environment_topics(self, key=keys["messaging"])
        environment_monitoring(self, watch=[database, *application.watch, *streams], topics=topics)

    def _secrets_key(self) -> Key:
        """The hub makes it (see secret_copies_key); asked by its name, here, not in the other region."""
        alias = naming.key_alias(self.organisation.prefix, "secrets")
        return PublishedKey(DataAwsKmsAlias(self, "SecretsKey", name=alias).target_key_arn)
