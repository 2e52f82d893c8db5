"""One side of the fleet: the region whose services share a database, and where that database is published."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments import naming
from environments.errors import ConfigError, listed
from environments.loader import load_fleet
from operations.aws import Aws
from operations.db.names import instance_parameter
from operations.errors import UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet


@dataclass(frozen=True)
class Side:
    """What configuration says of a database."""

    name: str
    """Environment that the parameters bear: `prod`, `dr`."""

    region: str
    account_id: str
    identifier: str
    """Of the instance that Terraform made. A restored one has another."""

    retention_days: int
    backup_window: str
    rpo_minutes: int | None
    environments: tuple[str, ...]
    """Whose services use the database; the one that matters most first."""

    stack: str
    """Stack whose state has the instance."""

    state_bucket: str
    log_retention_days: int
    logs_key: str
    """Alias of the key that encrypts logs."""

    other: "tuple[str, str, int] | None" = None
    """Region, identifier and backup days of the copy in the other region; None for the copy itself."""

    @property
    def is_copy(self) -> bool:
        """Whether it is the database of the second region."""
        return self.other is None

    def parameter(self, item: str) -> str:
        """SSM parameter: its `endpoint` (host only), `port` or `secret-arn`."""
        return instance_parameter(self.name, item)


@dataclass(frozen=True)
class Platform:
    """The configuration, the account and the side."""

    fleet: "Fleet"
    aws: Aws
    side: Side


def platform(name: str | None) -> Platform:
    """Read the configuration. A mistake in it, or an unknown side, is a usage error."""
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    side = find_side(fleet, name or fleet.dr.primary)
    return Platform(fleet, Aws(side.account_id), side)


def find_side(fleet: "Fleet", name: str) -> Side:
    """The primary region's database, or the one of the second region."""
    shared, dr, prefix = fleet.shared, fleet.dr, fleet.shared.organisation.prefix
    replica, rpo = dr.database_replica, dr.objectives.database.rpo_minutes
    if name == dr.primary:
        others = [one for one in fleet.workloads if one != name]
        return Side(
            name=name,
            region=shared.region,
            account_id=shared.account_id,
            identifier=shared.database.identifier,
            retention_days=shared.database.backup_retention_days,
            backup_window=shared.database.backup_window,
            rpo_minutes=rpo,
            environments=(name, *others),
            stack=shared.name,
            state_bucket=naming.state_bucket(prefix, shared.name),
            log_retention_days=shared.log_retention_days,
            logs_key=naming.key_alias(prefix, "logs"),
            other=(dr.region, replica.identifier, replica.backup_retention_days),
        )
    if name == dr.name:
        return Side(
            name=name,
            region=dr.region,
            account_id=dr.account_id,
            identifier=replica.identifier,
            retention_days=replica.backup_retention_days,
            backup_window=replica.backup_window,
            rpo_minutes=rpo,
            environments=(name,),
            stack=dr.name,
            state_bucket=naming.state_bucket(prefix, dr.name),
            log_retention_days=dr.log_retention_days,
            logs_key=naming.key_alias(prefix, "logs"),
        )
    raise UsageError(f"--side {name}: databases are published for {listed((dr.primary, dr.name))}")
