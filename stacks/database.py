"""The shared database and its replica, each in its own stack."""

from environments import naming
from hybrid_constructs.data.database import SharedDatabase
from hybrid_constructs.data.database_replica import DatabaseReplica
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.keys import KeyRing
from stacks.base import PlatformStack


def shared_database(
    stack: PlatformStack, *, network: Network, keys: KeyRing, copies_key: Key
) -> SharedDatabase:
    """The database of all services, open to the private subnets of the attached environments."""
    fleet = stack.fleet
    return SharedDatabase(
        stack,
        "Database",
        config=fleet.shared.database,
        network=network,
        key=keys["database"],
        logs_key=keys["logs"],
        secrets_key=keys["secrets"],
        monitoring=_monitoring(stack, keys),
        region=stack.environment.region,
        account_id=stack.account_id,
        client_cidrs=_private_subnets(stack, *fleet.shared.transit_gateway.attach),
        secret_name=naming.database_secret(fleet.primary.name),
        parameter_prefix=naming.database_parameters(fleet.primary.name),
        replica_keys={fleet.dr.region: copies_key},
        log_retention_days=stack.environment.log_retention_days,
    )


def database_replica(stack: PlatformStack, *, network: Network, keys: KeyRing) -> DatabaseReplica:
    """Its replica; the source is named by ARN, so the other region is not asked."""
    shared, dr = stack.fleet.shared, stack.fleet.dr
    return DatabaseReplica(
        stack,
        "Database",
        config=dr.database_replica,
        source=shared.database,
        source_arn=f"arn:aws:rds:{shared.region}:{shared.account_id}:db:{shared.database.identifier}",
        network=network,
        key=keys["database"],
        logs_key=keys["logs"],
        monitoring=_monitoring(stack, keys),
        region=dr.region,
        account_id=stack.account_id,
        client_cidrs=_private_subnets(stack, dr.name, dr.primary),
        secret_name=naming.database_secret(dr.primary),
        parameter_prefix=naming.database_parameters(dr.name),
        log_retention_days=dr.log_retention_days,
    )


def _monitoring(stack: PlatformStack, keys: KeyRing) -> EnhancedMonitoring:
    return EnhancedMonitoring(
        stack,
        "DatabaseMonitoring",
        role_name=stack.name("rds-monitoring"),
        roles=stack.roles,
        region=stack.environment.region,
        logs_key=keys["logs"],
    )


def _private_subnets(stack: PlatformStack, *environments: str) -> dict[str, str]:
    """CIDR by a static key such as `prod-private-a`."""
    return {
        f"{name}-private-{zone[-1]}": cidr
        for name in environments
        for zone, cidr in stack.fleet.environments[name].network.tiers["private"].items()
    }
