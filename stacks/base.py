"""What all stacks share: providers with tags and an account guard, the backend, the required versions."""

from cdktf import TerraformProvider, TerraformStack
from constructs import Construct

from environments import naming
from environments.schema import EnvironmentBase, Fleet
from hybrid_constructs.aws import TERRAFORM_VERSION, aws_provider, s3_backend
from hybrid_constructs.security.roles import RoleScope

GLOBAL_REGION = "us-east-1"
"""Where CloudFront takes certificates and Route 53 reports health (CloudFront and Route 53 guides)."""


class PlatformStack(TerraformStack):
    """One state file. The default provider works in the environment's own region."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet, environment: EnvironmentBase) -> None:
        super().__init__(scope, id_)
        self.fleet = fleet
        self.environment = environment
        self.account_id = environment.account_id
        self.organisation = fleet.shared.organisation
        self.roles = self.role_scope(environment.name)
        self.provider = aws_provider(
            self, region=environment.region, account_id=self.account_id, tags=environment.required_tags
        )
        self.add_override("terraform.required_version", TERRAFORM_VERSION)
        self._backend()

    def extra_provider(self, region: str, *, alias: str) -> TerraformProvider:
        """A provider for one more region, for the few stacks that span several."""
        return aws_provider(
            self,
            region=region,
            account_id=self.account_id,
            tags=self.environment.required_tags,
            alias=alias,
        )

    def _backend(self) -> None:
        """State lives in the bucket of the environment, in the environment's region."""
        owner = self.fleet.environments[naming.state_environment(self.fleet, self.node.id)]
        prefix = self.organisation.prefix
        s3_backend(
            self,
            bucket=naming.state_bucket(prefix, owner.name),
            key=naming.state_key(self.node.id),
            region=owner.region,
            account_id=owner.account_id,
            key_alias=naming.state_key_alias(prefix),
        )

    def role_scope(self, environment: str) -> RoleScope:
        """Path and boundary of an environment's roles."""
        boundary = naming.role_boundary(self.organisation.prefix, environment)
        return RoleScope(
            account_id=self.account_id,
            path=naming.role_path(self.organisation.prefix, environment),
            boundary_arn=f"arn:aws:iam::{self.account_id}:policy/{boundary}",
        )

    def name(self, suffix: str = "") -> str:
        """Name of a resource of this environment, such as `acme-prod-nat`."""
        return "-".join(filter(None, (self.organisation.prefix, self.environment.name, suffix)))
