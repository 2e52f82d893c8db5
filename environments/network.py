"""Address plan of one VPC: zones, tiers, NAT and endpoints."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from environments.base import Cidr, FrozenModel, RetentionDays, ZoneName

TIERS = ("public", "private", "data")
"""Public holds load balancers and NAT gateways, private the services, data the databases and caches."""

_TIER_BITS = {"public": 4, "private": 3, "data": 4}
"""Bits below the VPC's prefix: in a /16 a public and a data subnet is a /20, a private one a /19."""


class NatMode(StrEnum):
    """Where NAT gateways stand: nowhere, one for the VPC, or one in each zone."""

    NONE = "none"
    SINGLE = "single"
    PER_AZ = "per_az"


class EndpointsConfig(FrozenModel):
    """AWS services that private subnets reach without passing a NAT gateway."""

    gateway: tuple[Literal["s3", "dynamodb"], ...] = ("s3",)
    """Gateway endpoints: free, routed by prefix list."""

    interface: tuple[str, ...] = ()
    """Interface endpoints by service, such as `ecr.api`: billed per zone and hour."""


class FlowLogsConfig(FrozenModel):
    """What the VPC records about its traffic."""

    traffic: Literal["ACCEPT", "REJECT", "ALL"] = "ALL"
    retention_days: RetentionDays = 14
    aggregation_seconds: Literal[60, 600] = 600
    """Longest window that one record covers."""


class SubnetsConfig(FrozenModel):
    """Explicit subnets: one per zone and tier, in the order of `zones`."""

    public: tuple[Cidr, ...]
    private: tuple[Cidr, ...]
    data: tuple[Cidr, ...]


class NetworkConfig(FrozenModel):
    """One VPC. Give `subnets`, or leave them out and they are computed from `cidr` and `zones`."""

    cidr: Cidr
    zones: Annotated[tuple[ZoneName, ...], Field(min_length=1, max_length=4)]
    nat: NatMode = NatMode.PER_AZ
    endpoints: EndpointsConfig = EndpointsConfig()
    flow_logs: FlowLogsConfig = FlowLogsConfig()
    subnets: SubnetsConfig | None = None

    @model_validator(mode="after")
    def _vpc_size(self) -> Self:
        prefix = IPv4Network(self.cidr).prefixlen
        if not 16 <= prefix <= 24:
            raise ValueError(
                f"cidr {self.cidr} is a /{prefix}; use /16 to /24: a VPC may be a /16 at most, "
                "and below /24 the tiers no longer fit AWS's smallest subnet, a /28"
            )
        if len(set(self.zones)) != len(self.zones):
            raise ValueError(f"zones {', '.join(self.zones)} name a zone twice; name each once")
        return self

    @model_validator(mode="after")
    def _explicit_subnets_fit(self) -> Self:
        if self.subnets is None:
            return self
        problems = [*self._count_problems(self.subnets), *self._range_problems(self.subnets)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _count_problems(self, subnets: SubnetsConfig) -> Iterator[str]:
        for tier in TIERS:
            given = len(getattr(subnets, tier))
            if given != len(self.zones):
                yield f"subnets.{tier} has {given} subnets for {len(self.zones)} zones; give one per zone"

    def _range_problems(self, subnets: SubnetsConfig) -> Iterator[str]:
        vpc = IPv4Network(self.cidr)
        named = [
            (f"subnets.{tier} {cidr}", IPv4Network(cidr)) for tier in TIERS for cidr in getattr(subnets, tier)
        ]
        for index, (name, network) in enumerate(named):
            if not network.subnet_of(vpc):
                yield f"{name} is outside the VPC {self.cidr}; choose a range inside it"
            for other_name, other in named[:index]:
                if network.overlaps(other):
                    yield f"{name} overlaps {other_name}; make them disjoint"

    @property
    def tiers(self) -> dict[str, dict[str, str]]:
        """CIDR by tier and zone, explicit or computed."""
        if self.subnets is not None:
            return {tier: dict(zip(self.zones, getattr(self.subnets, tier), strict=True)) for tier in TIERS}
        return _computed_tiers(IPv4Network(self.cidr), self.zones)

    @property
    def nat_zones(self) -> tuple[str, ...]:
        """Zones whose public subnet carries a NAT gateway."""
        return {NatMode.NONE: (), NatMode.SINGLE: self.zones[:1], NatMode.PER_AZ: self.zones}[self.nat]


def _computed_tiers(vpc: IPv4Network, zones: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Lay the tiers out one after the other, each subnet aligned to its own size."""
    address = int(vpc.network_address)
    tiers: dict[str, dict[str, str]] = {}
    for tier in TIERS:
        prefix = vpc.prefixlen + _TIER_BITS[tier]
        size = 2 ** (32 - prefix)
        tiers[tier] = {}
        for zone in zones:
            address = -(-address // size) * size
            tiers[tier][zone] = str(IPv4Network((address, prefix)))
            address += size
    return tiers
