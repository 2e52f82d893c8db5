"""What must exist before anything else: state buckets and the roles of CI."""

from dataclasses import replace

from cdktf import LocalBackend
from constructs import Construct

from environments import naming, operators
from environments.schema import Fleet
from hybrid_constructs.aws import on_emulator
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.replication import BucketReplication
from hybrid_constructs.security.deploy_roles import DeployRoles, GithubIdentity
from hybrid_constructs.security.key import DataKey
from hybrid_constructs.security.operator_roles import OperatorRoles
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
        self._deploy_roles(states, replicas=self._replicate(states))
        self._operator_roles()

    def _bucket(self, id_: str, name: str, region: str) -> SecureBucket:
        return SecureBucket(
            self,
            id_,
            name=name,
            key=self._keys[region],
            noncurrent_versions_days=self.fleet.shared.bootstrap.noncurrent_versions_days,
            provider=self._home[region],
        )

    def _replicate(self, states: dict[str, SecureBucket]) -> list[SecureBucket]:
        """Each region keeps the copies of the other region's state buckets."""
        prefix = self.organisation.prefix
        replicas = []
        first, second = self._home
        for source, target in ((first, second), (second, first)):
            copies = self._bucket(f"Replica-{source}", naming.state_replica_bucket(prefix, source), target)
            replicas.append(copies)
            BucketReplication(
                self,
                f"Replication-{source}",
                role_name=self.name(f"state-replication-{source}"),
                # Made by a person together with the boundaries; CI never touches it.
                roles=replace(self.roles, boundary_arn=None),
                source_region=source,
                target_region=target,
                sources={
                    name: bucket
                    for name, bucket in states.items()
                    if self.fleet.environments[name].region == source
                },
                target=copies,
            )
        return replicas

    def _deploy_roles(self, states: dict[str, SecureBucket], *, replicas: list[SecureBucket]) -> None:
        identity = GithubIdentity(self, "Github")
        prefix = self.organisation.prefix
        for name, environment in self.fleet.environments.items():
            DeployRoles(
                self,
                f"Roles-{name}",
                environment=name,
                prefix=prefix,
                roles=self.role_scope(name),
                repository=self.organisation.repository,
                identity=identity,
                state_bucket_arn=states[name].arn,
                state_key_arn=self._keys[environment.region].arn,
                foreign_state_arns=[
                    bucket.arn for bucket in (*states.values(), *replicas) if bucket is not states[name]
                ],
            )

    def _backend(self) -> None:
        """Local for the very first deployment; the bucket it makes takes the state over afterwards."""
        if self.fleet.shared.bootstrap.state == "s3":
            super()._backend()
        else:
            LocalBackend(self, path=local_state_path(self.node.id))

    def _operator_roles(self) -> None:
        """Roles for people, if the configuration names any: one for each group of commands."""
        people = self.fleet.shared.bootstrap.operators
        for name in (*self.fleet.workloads, self.fleet.dr.name) if people else ():
            OperatorRoles(
                self,
                f"Operators-{name}",
                environment=name,
                prefix=self.organisation.prefix,
                account_id=self.account_id,
                operators=people,
                policies={
                    group: operators.statements(self.fleet, name, group) for group in operators.groups()
                },
            )


def local_state_path(stack: str) -> str:
    """Path of a local state, from the stack's folder in cdktf.out, so that no machine path enters the JSON.

    The emulator's state lies beside the emulator's own files: both are gone together.
    """
    return f"../../../{'.hybrid/local/' if on_emulator() else ''}terraform.{stack}.tfstate"
