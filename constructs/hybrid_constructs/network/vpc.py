"""The VPC of one environment: tiers of subnets, their routes, NAT and flow logs."""

from itertools import count
from typing import Any

from cdktf import Fn, ITerraformDependable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.egress_only_internet_gateway import EgressOnlyInternetGateway
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from environments.network import NetworkConfig
from hybrid_constructs.network import nat_watch
from hybrid_constructs.observability.watch import Alarm, DashboardRow

ANYWHERE = "0.0.0.0/0"
ANYWHERE_V6 = "::/0"
_IPV6_SUBNET_BITS = 8
"""AWS gives a VPC a /56; every IPv6 subnet is a /64."""


def private_table(zone: str) -> str:
    """Key of a zone's private route table."""
    return f"private-{zone[-1]}"


class Network(Construct):
    """One VPC. Public subnets reach the internet, private ones through NAT, data subnets not at all.

    `route_tables` has one table for the public tier, one per zone for the private tier (each may have its
    own NAT gateway) and one for the data tier. Every key is known at synthesis, never an id.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, config: NetworkConfig) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.config = config
        self.cidr = config.cidr
        self._vpc = Vpc(
            self,
            "Vpc",
            cidr_block=config.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,  # private DNS of interface endpoints needs both
            assign_generated_ipv6_cidr_block=config.ipv6 or None,
            tags={"Name": name},
        )
        self.vpc_id = self._vpc.id
        # Emptied: what lands in the default group by mistake can talk to nobody.
        DefaultSecurityGroup(
            self, "DefaultGroup", vpc_id=self.vpc_id, tags={"Name": f"{name}-default-unused"}
        )

        self.subnet_ids = self._subnets()
        self.route_tables = self._route_tables()
        self.internet_gateway = self._route_public_tier()
        self.nat_gateway_ids = {zone: self._nat_gateway(zone) for zone in config.nat_zones}
        self._route_private_tier()

    def tables(self, *tiers: str) -> dict[str, str]:
        """Route table ids of some tiers, by their static key such as `private-a`."""
        return {key: id_ for key, id_ in self.route_tables.items() if key.split("-")[0] in tiers}

    def route(
        self,
        id_: str,
        *,
        tables: dict[str, str],
        cidr: str,
        depends_on: list[ITerraformDependable] | None = None,
        **target: Any,
    ) -> None:
        """Route `cidr` to `target` (such as `transit_gateway_id=...`) from each of `tables`."""
        v6 = ":" in cidr
        for key, table_id in tables.items():
            Route(
                self,
                f"{id_}-{key}",
                route_table_id=table_id,
                destination_cidr_block=None if v6 else cidr,
                destination_ipv6_cidr_block=cidr if v6 else None,
                depends_on=depends_on,
                **target,
            )

    def alarms(self) -> list[Alarm]:
        """NAT gateways that have no port left or drop packets."""
        return nat_watch.alarms(self.nat_gateway_ids)

    def dashboard_rows(self) -> list[DashboardRow]:
        """Connections and traffic of the NAT gateways."""
        return nat_watch.dashboard_rows(self.name, self.nat_gateway_ids)

    def _subnets(self) -> dict[str, dict[str, str]]:
        index = count()  # position of a subnet's IPv6 block; fixed by the order of tiers and zones
        return {
            tier: {zone: self._subnet(tier, zone, cidr, next(index)) for zone, cidr in zones.items()}
            for tier, zones in self.config.tiers.items()
        }

    def _subnet(self, tier: str, zone: str, cidr: str, index: int) -> str:
        ipv6 = self.config.ipv6
        key = f"{tier}-{zone[-1]}"
        return Subnet(
            self,
            f"Subnet-{key}",
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags={"Name": f"{self.name}-{key}", "Tier": tier},
            ipv6_cidr_block=Fn.cidrsubnet(self._vpc.ipv6_cidr_block, _IPV6_SUBNET_BITS, index)
            if ipv6
            else None,
            assign_ipv6_address_on_creation=ipv6 or None,
        ).id

    def _route_tables(self) -> dict[str, str]:
        keys = ("public", *map(private_table, self.config.zones), "data")
        tables = {
            key: RouteTable(self, f"Table-{key}", vpc_id=self.vpc_id, tags={"Name": f"{self.name}-{key}"}).id
            for key in keys
        }
        for tier, zones in self.subnet_ids.items():
            for zone, subnet_id in zones.items():
                RouteTableAssociation(
                    self,
                    f"Association-{tier}-{zone[-1]}",
                    subnet_id=subnet_id,
                    route_table_id=tables[private_table(zone) if tier == "private" else tier],
                )
        return tables

    def _route_public_tier(self) -> InternetGateway:
        gateway = InternetGateway(self, "InternetGateway", vpc_id=self.vpc_id, tags={"Name": self.name})
        gateway_id = gateway.id
        self.route("Internet", tables=self.tables("public"), cidr=ANYWHERE, gateway_id=gateway_id)
        if self.config.ipv6:
            self.route("InternetV6", tables=self.tables("public"), cidr=ANYWHERE_V6, gateway_id=gateway_id)
        return gateway

    def _route_private_tier(self) -> None:
        gateways = self.nat_gateway_ids
        for zone in self.config.zones if gateways else ():
            key = private_table(zone)
            # A zone without its own gateway uses the first one (NAT mode `single`).
            gateway_id = gateways.get(zone) or next(iter(gateways.values()))
            self.route("Nat", tables={key: self.route_tables[key]}, cidr=ANYWHERE, nat_gateway_id=gateway_id)
        if self.config.ipv6:
            egress_id = EgressOnlyInternetGateway(self, "EgressOnlyGateway", vpc_id=self.vpc_id).id
            tables = self.tables("private")
            self.route("EgressV6", tables=tables, cidr=ANYWHERE_V6, egress_only_gateway_id=egress_id)

    def _nat_gateway(self, zone: str) -> str:
        name = f"{self.name}-nat-{zone[-1]}"
        address_id = Eip(self, f"NatAddress-{zone[-1]}", domain="vpc", tags={"Name": name}).id
        return NatGateway(
            self,
            f"Nat-{zone[-1]}",
            allocation_id=address_id,
            subnet_id=self.subnet_ids["public"][zone],
            # AWS fails a NAT gateway in a VPC without internet gateway; the ids alone do not say so.
            depends_on=[self.internet_gateway],
            tags={"Name": name},
        ).id
