"""What links the two regions; applied after both sides exist."""

from collections.abc import Sequence

from constructs import Construct

from environments import naming
from environments.schema import EnvironmentBase, Fleet
from hybrid_constructs.compute.repository import RegistryReplication
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.replication import (
    EVERYTHING,
    BucketReplication,
    ReplicatedBucket,
    StableBucket,
)
from hybrid_constructs.data.replication_watch import ALL_OBJECTS, Copying, SourceSide, TargetSide
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.network.peering import Peering, Side
from hybrid_constructs.observability.log_stream import LogStream, LogTarget
from hybrid_constructs.observability.monitoring import Monitoring
from hybrid_constructs.observability.watched import Watchable
from hybrid_constructs.security.keys import PublishedKeys
from stacks.audit import APPLICATION_LOGS, log_streams
from stacks.base import PlatformStack
from stacks.monitoring import known_topics, runbooks
from stacks.services import services_with


class ReplicationStack(PlatformStack):
    """Peering of the primary environment and its standby, copies of buckets and images, logs to both."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.dr)
        primary, dr = fleet.primary, fleet.dr
        self._providers = {
            primary.region: self.extra_provider(primary.region, alias="primary"),
            dr.region: self.provider,
        }
        Peering(
            self,
            "Peering",
            requester=self._side(primary),
            accepter=self._side(dr),
            account_id=self.account_id,
        )
        self._home_keys, self._copy_keys = self._keys(fleet.shared), self._keys(dr)
        self._watch(self._copy_buckets(), self._stream_logs())
        RegistryReplication(
            self,
            "Images",
            region=dr.region,
            account_id=self.account_id,
            prefixes=naming.image_repositories(primary),
            provider=self._providers[primary.region],
        )

    def _side(self, environment: EnvironmentBase) -> Side:
        provider = self._providers[environment.region]
        return Side(
            name=environment.name,
            region=environment.region,
            config=environment.network,
            published=Published(
                self,
                f"Network-{environment.name}",
                name=naming.network_parameter(environment.name),
                provider=provider,
            ),
            provider=provider,
        )

    def _copy_buckets(self) -> list[BucketReplication]:
        """The log archive, and the files of each service of the primary environment."""
        shared, primary, dr = self.fleet.shared, self.fleet.primary, self.fleet.dr
        prefix, home = self.organisation.prefix, self._providers[primary.region]
        keys, copy_keys = self._home_keys, self._copy_keys
        # What a trail delivers is encrypted with the audit key, whatever the bucket's own key is.
        archive = StableBucket(
            naming.log_archive_bucket(prefix, shared.name), (keys["logs"], keys["audit"]), home
        )
        config = shared.log_archive
        # Application logs go to both regions by themselves, in less time than replication promises.
        kinds = [each for each in (*config.prefixes, config.access_logs_prefix) if each != APPLICATION_LOGS]
        copies = StableBucket(dr.replication.bucket, (copy_keys["logs"],))
        found = [self._copy("logs", archive, copies, prefixes=kinds)]
        for service in services_with("bucket", primary):
            name, copy = (naming.files_bucket(prefix, side.name, service) for side in (primary, dr))
            found.append(
                self._copy(
                    f"{service}-files",
                    StableBucket(name, (keys["objects"],), home),
                    StableBucket(copy, (copy_keys["objects"],)),
                )
            )
        return found

    def _stream_logs(self) -> list[LogStream]:
        """Application logs of the primary environment, straight into the archive of the second region.

        Here and not in the environment's own stack, because the archive is made after it.
        """
        primary, dr = self.fleet.primary, self.fleet.dr
        return log_streams(
            self,
            primary,
            log_groups={
                service: naming.service_log_group(service, primary.name) for service in primary.services
            },
            target=LogTarget(dr.replication.bucket, self._copy_keys["logs"], dr.region),
            archive=dr.name,
            key=self._home_keys["logs"],
            provider=self._providers[primary.region],
        )

    def _watch(self, copies: list[BucketReplication], streams: list[LogStream]) -> None:
        """Each region's alarms go to the topics that its own stack made."""
        primary, dr = self.fleet.primary, self.fleet.dr
        leaving, coming = (
            self._state_copies(primary.region, dr.region),
            self._state_copies(dr.region, primary.region),
        )
        copied = [copying for copy in copies for copying in copy.copying]
        self._alarms(primary, [SourceSide([*copied, *leaving]), TargetSide(coming), *streams])
        self._alarms(dr, [TargetSide([*copied, *leaving]), SourceSide(coming)])

    def _alarms(self, environment: EnvironmentBase, watch: list[Watchable]) -> None:
        Monitoring(
            self,
            f"Monitoring-{environment.name}",
            name_prefix=f"{self.organisation.prefix}-{environment.name}-copies",
            watch=watch,
            topic_arns=known_topics(self, environment),
            region=environment.region,
            account_id=self.account_id,
            runbook_url=runbooks(self),
            provider=self._providers[environment.region],
        )

    def _state_copies(self, source: str, target: str) -> list[Copying]:
        """Terraform state; the stack that copies it stands before there is a topic to tell."""
        prefix = self.organisation.prefix
        return [
            Copying(
                naming.state_bucket(prefix, name), naming.state_replica_bucket(prefix, source), ALL_OBJECTS
            )
            for name, environment in self.fleet.environments.items()
            if environment.region == source and target != source
        ]

    def _keys(self, environment: EnvironmentBase) -> PublishedKeys:
        return PublishedKeys(
            self,
            f"Keys-{environment.name}",
            name=naming.keys_parameter(environment.name),
            provider=self._providers[environment.region],
        )

    def _copy(
        self,
        what: str,
        source: ReplicatedBucket,
        target: ReplicatedBucket,
        prefixes: Sequence[str] = EVERYTHING,
    ) -> BucketReplication:
        dr = self.fleet.dr
        return BucketReplication(
            self,
            f"Copy-{what}",
            role_name=self.name(f"{what}-replication"),
            roles=self.roles,
            source_region=self.fleet.primary.region,
            target_region=dr.region,
            sources={"source": source},
            target=target,
            storage_class=StorageClass(dr.replication.storage_class),
            prefixes=prefixes,
        )
