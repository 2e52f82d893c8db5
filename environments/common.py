"""What every environment has, whatever its kind."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

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

    name: Name
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
        return (self._zones_in_region(),)

    def _zones_in_region(self) -> Iterator[Finding]:
        known = [f"{self.region}{letter}" for letter in ZONES_BY_REGION[self.region]]
        for index, zone in enumerate(self.network.zones):
            if zone not in known:
                message = f"not in region {self.region}; use {listed(known)}"
                yield Finding(("network", "zones", index), message, zone)

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
