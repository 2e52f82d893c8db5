"""Where the state of a stack lies."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from environments import naming
from environments.errors import ConfigError, listed
from environments.loader import load_fleet
from operations.errors import Refused, UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet


@dataclass(frozen=True)
class Place:
    """One object in a state bucket. Plain texts only, so that it fits into a plan."""

    stack: str
    bucket: str
    key: str
    region: str
    account: str
    kms_key: str
    """ARN of the key's alias, as the backend names it."""

    @property
    def lock_key(self) -> str:
        """Terraform's lock file (S3 backend documentation, `use_lockfile`)."""
        return f"{self.key}.tflock"

    @property
    def plain(self) -> dict[str, str]:
        """For the parameters of a step."""
        return asdict(self)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def of(params: dict[str, Any]) -> Place:
    """The place that a step's parameters name."""
    return Place(**params["place"])


def find(stack: str) -> Place:
    """The state of a stack of the committed configuration."""
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    if stack not in naming.stacks(fleet):
        raise UsageError(f"{stack}: no such stack; use {listed(naming.stacks(fleet))}")
    _refuse_local(fleet, stack)
    owner = fleet.environments[naming.state_environment(fleet, stack)]
    prefix = fleet.shared.organisation.prefix
    alias = naming.state_key_alias(prefix)
    return Place(
        stack=stack,
        bucket=naming.state_bucket(prefix, owner.name),
        key=naming.state_key(stack),
        region=owner.region,
        account=owner.account_id,
        kms_key=f"arn:aws:kms:{owner.region}:{owner.account_id}:{alias}",
    )


def _refuse_local(fleet: "Fleet", stack: str) -> None:
    if stack == "bootstrap" and fleet.shared.bootstrap.state != "s3":
        raise Refused(
            f"the state of {stack} is a local file (environments/shared.yaml, bootstrap.state: "
            f"{fleet.shared.bootstrap.state}); it has no versions. Move it to S3 first: set "
            "bootstrap.state: s3 and run `terraform init -migrate-state`"
        )
