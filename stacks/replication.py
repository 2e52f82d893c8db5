"""What links the two regions; applied after both sides exist."""

from constructs import Construct

from environments import naming
from environments.schema import EnvironmentBase, Fleet
from hybrid_constructs.compute.repository import RegistryReplication
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.replication import BucketReplication, ReplicatedBucket, StableBucket
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.network.peering import Peering, Side
from hybrid_constructs.security.keys import PublishedKeys
from stacks.base import PlatformStack
from stacks.services import services_with


class ReplicationStack(PlatformStack):
    """Peering of the primary environment and its standby with routes both ways, and copies of buckets."""

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
        self._copy_buckets()
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

    def _copy_buckets(self) -> None:
        """The log archive, and the files of each service of the primary environment."""
        shared, primary, dr = self.fleet.shared, self.fleet.primary, self.fleet.dr
        prefix, home = self.organisation.prefix, self._providers[primary.region]
        keys, copy_keys = self._keys(shared), self._keys(dr)
        # What a trail delivers is encrypted with the audit key, whatever the bucket's own key is.
        archive = StableBucket(
            naming.log_archive_bucket(prefix, shared.name), (keys["logs"], keys["audit"]), home
        )
        self._copy("logs", archive, StableBucket(dr.replication.bucket, (copy_keys["logs"],)))
        for service in services_with("bucket", primary):
            name, copy = (naming.files_bucket(prefix, side.name, service) for side in (primary, dr))
            self._copy(
                f"{service}-files",
                StableBucket(name, (keys["objects"],), home),
                StableBucket(copy, (copy_keys["objects"],)),
            )

    def _keys(self, environment: EnvironmentBase) -> PublishedKeys:
        return PublishedKeys(
            self,
            f"Keys-{environment.name}",
            name=naming.keys_parameter(environment.name),
            provider=self._providers[environment.region],
        )

    def _copy(self, what: str, source: ReplicatedBucket, target: ReplicatedBucket) -> None:
        dr = self.fleet.dr
        BucketReplication(
            self,
            f"Copy-{what}",
            role_name=self.name(f"{what}-replication"),
            roles=self.roles,
            source_region=self.fleet.primary.region,
            target_region=dr.region,
            sources={"source": source},
            target=target,
            storage_class=StorageClass(dr.replication.storage_class),
        )
