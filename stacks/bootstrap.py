"""What must exist before anything else: state buckets and the roles of CI."""

from cdktf import LocalBackend
from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.aws import on_emulator
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.replication import BucketReplication
from hybrid_constructs.security.deploy_roles import DeployRoles, GithubIdentity
from hybrid_constructs.security.key import DataKey
from stacks.base import PlatformStack


class BootstrapStack(PlatformStack):
    """Terraform state of every environment, copied to the other region, and deploy roles for GitHub."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.shared)
        self._home = {
            fleet.shared.region: self.provider,
            fleet.dr.region: self.extra_provider(fleet.dr.region, alias="dr"),
        }
        prefix = self.organisation.prefix
        self._keys = {
            region: DataKey(
                self,
                f"Key-{region}",
                alias=naming.state_key_alias(prefix),
                description="Encrypts Terraform state",
                account_id=self.account_id,
                provider=provider,
            )
            for region, provider in self._home.items()
        }
        states = {
            environment.name: self._bucket(
                f"State-{environment.name}",
                naming.state_bucket(prefix, environment.name),
                environment.region,
            )
            for environment in fleet.environments.values()
        }
        self._replicate(states)
        self._deploy_roles(states)

    def _bucket(self, id_: str, name: str, region: str) -> SecureBucket:
        return SecureBucket(
            self,
            id_,
            name=name,
            key=self._keys[region],
            noncurrent_versions_days=self.fleet.shared.bootstrap.noncurrent_versions_days,
            provider=self._home[region],
        )

    def _replicate(self, states: dict[str, SecureBucket]) -> None:
        """Each region keeps the copies of the other region's state buckets."""
        prefix = self.organisation.prefix
        first, second = self._home
        for source, target in ((first, second), (second, first)):
            BucketReplication(
                self,
                f"Replication-{source}",
                role_name=self.name(f"state-replication-{source}"),
                role_path=self.role_path,
                account_id=self.account_id,
                source_region=source,
                target_region=target,
                sources={
                    name: bucket
                    for name, bucket in states.items()
                    if self.fleet.environments[name].region == source
                },
                target=self._bucket(f"Replica-{source}", naming.state_replica_bucket(prefix, source), target),
            )

    def _deploy_roles(self, states: dict[str, SecureBucket]) -> None:
        identity = GithubIdentity(self, "Github")
        prefix = self.organisation.prefix
        for name, environment in self.fleet.environments.items():
            DeployRoles(
                self,
                f"Roles-{name}",
                environment=name,
                prefix=prefix,
                role_path=naming.role_path(prefix, name),
                account_id=environment.account_id,
                repository=self.organisation.repository,
                identity=identity,
                state_bucket_arn=states[name].arn,
                state_key_arn=self._keys[environment.region].arn,
            )

    def _backend(self) -> None:
        """Local for the very first deployment; the bucket it makes takes the state over afterwards."""
        if self.fleet.shared.bootstrap.state == "s3":
            super()._backend()
        else:
            LocalBackend(self, path=local_state_path(self.node.id))


def local_state_path(stack: str) -> str:
    """Path of a local state, from the stack's folder in cdktf.out, so that no machine path enters the JSON.

    The emulator's state lies beside the emulator's own files: both are gone together.
    """
    return f"../../../{'.hybrid/local/' if on_emulator() else ''}terraform.{stack}.tfstate"
