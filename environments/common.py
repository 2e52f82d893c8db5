"""What every environment has, whatever its kind."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from environments.base import (
    ZONES_BY_REGION,
    AccountId,
    Form,
    FrozenModel,
    Name,
    Region,
    RetentionDays,
)
from environments.errors import Finding, listed
from environments.exposure import NotificationsConfig
from environments.network import NetworkConfig

MANAGED_BY = "cdktf"
TagValue = Annotated[
    str,
    Form(
        r"[A-Za-z0-9 .:/=+@_-]+",
        "letters, digits, spaces and . : / = + @ _ -, 256 characters at most",
        "platform-team",
        max_length=256,
    ),
]
PRODUCT = r"(?!internal-)[a-z][a-z0-9-]*"
LONGEST_NAME = 32
"""Characters that Elastic Load Balancing allows in the name of a load balancer or target group."""


def _not_of_aws(value: str) -> str:
    if value.startswith(("aws", "ssm")):
        raise ValueError(
            "begins with aws or ssm, which AWS keeps for itself; names of SSM parameters begin with it, use "
            'another (SSM user guide, "Creating parameters")'
        )
    return value


EnvironmentName = Annotated[Name, AfterValidator(_not_of_aws)]
BudgetUsd = Annotated[float, Field(gt=0, allow_inf_nan=False, examples=[145])]


class TagsConfig(FrozenModel):
    """The tags that every resource carries beside `Environment` and `ManagedBy`."""

    service: TagValue
    """Product that the resource belongs to."""

    team: TagValue
    """Team that builds it."""

    owner: TagValue
    """Whom to ask."""

    cost_center: TagValue
    """Where its cost is booked."""

    data_class: Literal["public", "internal", "confidential"] = "internal"
    """Most sensitive data it holds."""


class EnvironmentBase(FrozenModel):
    """What every environment has: a name, an account, a region, a network and tags."""

    name: EnvironmentName
    """The name of the file, without `.yaml`."""

    account_id: AccountId
    """The only AWS account this environment may be applied to; always in quotes."""

    region: Region
    """AWS region of its resources."""

    tags: TagsConfig
    network: NetworkConfig
    log_retention_days: RetentionDays = 14
    """Days that CloudWatch keeps application logs."""

    notifications: NotificationsConfig = NotificationsConfig()

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._zones_in_region(), self._two_zones()

    def _zones_in_region(self) -> Iterator[Finding]:
        known = [f"{self.region}{letter}" for letter in ZONES_BY_REGION[self.region]]
        for index, zone in enumerate(self.network.zones):
            if zone not in known:
                message = f"not in region {self.region}; use {listed(known)}"
                yield Finding(("network", "zones", index), message, zone)

    def _two_zones(self) -> Iterator[Finding]:
        if len(self.network.zones) < 2:
            message = (
                'is one zone; load balancers (ELB guide, "Availability Zones") and databases (RDS user '
                'guide, "DB subnet groups") need two, add one'
            )
            yield Finding(("network", "zones"), message)

    def product_fits(self) -> Iterator[Finding]:
        """Rule of environments that have a cluster and a load balancer."""
        product = self.tags.service
        if not re.fullmatch(PRODUCT, product) or len(f"{product}-{self.name}-alb") > LONGEST_NAME:
            message = (
                "names the cluster and the load balancer here; use lower-case letters, digits and hyphens, "
                f"a letter first, at most {LONGEST_NAME - len(f'-{self.name}-alb')} characters"
            )
            if product.startswith("internal-"):
                message += ", not internal- first (ELB API reference, CreateLoadBalancer)"
            yield Finding(("tags", "service"), message, product)

    @property
    def required_tags(self) -> dict[str, str]:
        """Tags for the providers' `default_tags`, by the names that cost reports use."""
        return {
            "Environment": self.name,
            "Service": self.tags.service,
            "Team": self.tags.team,
            "Owner": self.tags.owner,
            "CostCenter": self.tags.cost_center,
            "DataClass": self.tags.data_class,
            "ManagedBy": MANAGED_BY,
        }
