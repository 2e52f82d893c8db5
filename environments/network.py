"""Address plan of one VPC: zones, tiers, NAT and endpoints."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from environments.base import Cidr, Form, FrozenModel, NamedOnce, RetentionDays, ZoneName
from environments.errors import Finding

TIERS = ("public", "private", "data")
"""Public holds load balancers and NAT gateways, private the services, data the databases and caches."""

_TIER_BITS = {"public": 4, "private": 3, "data": 4}
"""Bits below the VPC's prefix: in a /16 a public and a data subnet is a /20, a private one a /19."""


EndpointService = Annotated[
    str, Form(r"[a-z0-9][a-z0-9._-]*", "the end of an AWS endpoint service name", "ecr.api", max_length=64)
]


RESERVED_RANGES = tuple(
    IPv4Network(cidr) for cidr in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
)
"""AWS makes no VPC in them (VPC user guide, "VPC CIDR blocks")."""


class NatMode(StrEnum):
    """Where NAT gateways stand: nowhere, one for the VPC, or one in each zone."""

    NONE = "none"
    SINGLE = "single"
    PER_AZ = "per_az"


class EndpointsConfig(FrozenModel):
    """AWS services that private subnets reach without passing a NAT gateway."""

    gateway: Annotated[tuple[Literal["s3", "dynamodb"], ...], NamedOnce] = ("s3",)
    """Gateway endpoints: free, routed by prefix list."""

    interface: Annotated[tuple[EndpointService, ...], NamedOnce] = ()
    """Interface endpoints by service, such as `ecr.api`: billed per zone and hour."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._one_endpoint_each(),)

    def _one_endpoint_each(self) -> Iterator[Finding]:
        for index, service in enumerate(self.interface):
            if service in self.gateway:
                message = "has a gateway endpoint already, which is free; keep it in one of the two lists"
                yield Finding(("interface", index), message, service)


class FlowLogsConfig(FrozenModel):
    """What the VPC records about its traffic."""

    traffic: Literal["ACCEPT", "REJECT", "ALL"] = "ALL"
    """Which traffic is recorded."""

    retention_days: RetentionDays = 14
    """Days that the records are kept."""

    aggregation_seconds: Literal[60, 600] = 600
    """Longest window that one record covers."""


class SubnetsConfig(FrozenModel):
    """Explicit subnets: one per zone and tier, in the order of `zones`."""

    public: tuple[Cidr, ...]
    """Load balancers and NAT gateways."""

    private: tuple[Cidr, ...]
    """Services."""

    data: tuple[Cidr, ...]
    """Databases and caches."""


class NetworkConfig(FrozenModel):
    """One VPC. Give `subnets`, or leave them out and they are computed from `cidr` and `zones`."""

    cidr: Cidr
    """Range of the VPC, /16 to /24; no other environment may overlap it."""

    zones: Annotated[tuple[ZoneName, ...], NamedOnce, Field(min_length=1, max_length=4)]
    """Availability zones of the environment's region, one to four."""

    nat: NatMode = NatMode.PER_AZ
    """NAT gateways: `none`, `single` for the VPC, or one `per_az`."""

    endpoints: EndpointsConfig = EndpointsConfig()
    flow_logs: FlowLogsConfig = FlowLogsConfig()
    subnets: SubnetsConfig | None = None
    """Explicit subnets; computed if left out."""

    ipv6: bool = False
    """Add IPv6 to every subnet. IPv4 addresses stay as they are, so it can be switched on later."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (
            self._vpc_range(),
            self._vpc_size(),
            self._subnet_counts(),
            self._subnets_inside(),
            self._subnets_disjoint(),
        )

    def _vpc_range(self) -> Iterator[Finding]:
        for reserved in RESERVED_RANGES:
            if IPv4Network(self.cidr).subnet_of(reserved):
                message = (
                    f"lies in {reserved}, where AWS makes no VPC; use a private range, such as 10.30.0.0/16 "
                    '(VPC user guide, "VPC CIDR blocks")'
                )
                yield Finding(("cidr",), message, self.cidr)

    def _vpc_size(self) -> Iterator[Finding]:
        prefix = IPv4Network(self.cidr).prefixlen
        if not 16 <= prefix <= 24:
            yield Finding(
                ("cidr",),
                f"is a /{prefix}; use /16 to /24: a VPC may be a /16 at most, and below /24 the tiers no "
                "longer fit AWS's smallest subnet, a /28",
                self.cidr,
            )

    def _subnet_counts(self) -> Iterator[Finding]:
        for tier in TIERS if self.subnets else ():
            given = len(getattr(self.subnets, tier))
            if given != len(self.zones):
                message = f"has {given} subnets for {len(self.zones)} zones; give one for each zone"
                yield Finding(("subnets", tier), message)

    def _subnets_inside(self) -> Iterator[Finding]:
        vpc = IPv4Network(self.cidr)
        for path, network in self._explicit_subnets():
            if not network.subnet_of(vpc):
                yield Finding(path, f"outside the VPC, {vpc}; choose a range inside it", value=str(network))
            if not 16 <= network.prefixlen <= 28:
                message = f"is a /{network.prefixlen}; AWS offers subnets of /16 to /28"
                yield Finding(path, message, value=str(network))

    def _subnets_disjoint(self) -> Iterator[Finding]:
        named = list(self._explicit_subnets())
        for index, (path, network) in enumerate(named):
            for (_, tier, position), other in named[:index]:
                if network.overlaps(other):
                    message = f"overlaps {tier}[{position}], {other}; make them disjoint"
                    yield Finding(path, message, value=str(network))

    def _explicit_subnets(self) -> Iterator[tuple[tuple[str, str, int], IPv4Network]]:
        for tier in TIERS if self.subnets else ():
            for index, cidr in enumerate(getattr(self.subnets, tier)):
                yield ("subnets", tier, index), IPv4Network(cidr)

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
