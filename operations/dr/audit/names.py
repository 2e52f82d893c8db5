"""What a name of the primary region is in the second one, by the rules of `environments.naming`."""

import re
from collections.abc import Iterator

from environments import naming
from environments.schema import EnvironmentBase, Fleet

Pair = tuple[str, str]


class Counterparts:
    """Turns names, addresses and ARNs of the primary region into those of the second."""

    def __init__(self, fleet: Fleet) -> None:
        self._pairs = dict(_pairs(fleet))
        self._whole = {fleet.primary.name: fleet.dr.name, fleet.shared.name: fleet.dr.name}
        names = "|".join(re.escape(name) for name in sorted(self._pairs, key=len, reverse=True))
        # A name may be followed by what a construct adds, such as `-dlq`, but is never a part of a word.
        start = r"(?:(?<![A-Za-z0-9])|(?=/))"
        self._pattern = re.compile(rf"{start}(?:{names})(?![A-Za-z0-9])")

    def of(self, text: str) -> str:
        """`text` as it must be in the second region."""
        if text in self._whole:
            return self._whole[text]
        return self._pattern.sub(lambda match: self._pairs[match[0]], text)


def _pairs(fleet: Fleet) -> Iterator[Pair]:
    yield from _places(fleet)
    yield from _environments(fleet)
    yield from _services(fleet)
    yield from _same(fleet)


def _places(fleet: Fleet) -> Iterator[Pair]:
    """Regions, zones and addresses. The hub's network holds the database; the standby has one network."""
    primary, dr = fleet.primary, fleet.dr
    yield primary.region, dr.region
    yield naming.origin_host(fleet, "primary"), naming.origin_host(fleet, "dr")
    prefix = fleet.shared.organisation.prefix
    for environment in (fleet.shared, primary):
        yield environment.network.cidr, dr.network.cidr
        for zone, other in zip(environment.network.zones, dr.network.zones, strict=False):
            yield zone, other
            for part in ("public", "private", "data", "nat"):
                yield (
                    f"{_name(prefix, environment)}-{part}-{zone[-1]}",
                    f"{_name(prefix, dr)}-{part}-{other[-1]}",
                )
        for tier, subnets in environment.network.tiers.items():
            yield from zip(subnets.values(), dr.network.tiers[tier].values(), strict=False)
    # Each side's routes lead to the other one.
    yield dr.network.cidr, primary.network.cidr


def _environments(fleet: Fleet) -> Iterator[Pair]:
    prefix, shared, primary, dr = fleet.shared.organisation.prefix, fleet.shared, fleet.primary, fleet.dr
    yield shared.database.identifier, dr.database_replica.identifier
    yield naming.log_archive_bucket(prefix, shared.name), dr.replication.bucket
    yield naming.database_parameters(primary.name), naming.database_parameters(dr.name)
    yield naming.cluster(primary), naming.cluster(dr)
    yield naming.load_balancer(primary), naming.load_balancer(dr)
    yield naming.log_stream(prefix, primary.name, shared.name), naming.log_stream(prefix, dr.name, dr.name)
    yield naming.application_logs(primary.name).strip("/"), naming.application_logs(dr.name).strip("/")
    yield f"{_name(prefix, shared)}-rds-monitoring", f"{_name(prefix, dr)}-rds-monitoring"
    for environment in (shared, primary):
        # Caches, buckets, topics, networks: a prefix and an environment, whatever follows.
        yield _name(prefix, environment), _name(prefix, dr)
        yield (
            naming.role_path(prefix, environment.name).strip("/"),
            naming.role_path(prefix, dr.name).strip("/"),
        )
        for name in (
            naming.flow_log_group,
            naming.network_parameter,
            naming.load_balancer_parameter,
            naming.keys_parameter,
            naming.cache_parameters,
        ):
            yield name(environment.name), name(dr.name)


def _services(fleet: Fleet) -> Iterator[Pair]:
    primary, dr = fleet.primary.name, fleet.dr.name
    for service in fleet.primary.services:
        for name in (
            naming.ecs_service,
            naming.task_family,
            naming.service_log_group,
            naming.queue,
            naming.cache_user,
        ):
            yield name(service, primary), name(service, dr)
        yield from zip(naming.target_groups(service, primary), naming.target_groups(service, dr), strict=True)


def _same(fleet: Fleet) -> Iterator[Pair]:
    """Secrets are copied by AWS under their own name, which says where they come from."""
    primary = fleet.primary.name
    names = [naming.database_secret(primary)]
    for service in fleet.primary.services:
        names += [naming.service_secret(service, primary), naming.service_secret_database(service, primary)]
    yield from ((name, name) for name in names)


def _name(prefix: str, environment: EnvironmentBase) -> str:
    return f"{prefix}-{environment.name}"
