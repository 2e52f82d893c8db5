"""Transit Gateway: every environment reaches the hub's data tier, and none reaches another.

Two route tables make that so. `spokes` is what environments look into: it knows the hub's data subnets only.
`hub` is what the shared VPC looks into: it knows every attached environment.
"""

from cdktf_cdktf_provider_aws.ec2_transit_gateway import Ec2TransitGateway
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route import Ec2TransitGatewayRoute
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table import Ec2TransitGatewayRouteTable
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_association import (
    Ec2TransitGatewayRouteTableAssociation,
)
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_propagation import (
    Ec2TransitGatewayRouteTablePropagation,
)
from cdktf_cdktf_provider_aws.ec2_transit_gateway_vpc_attachment import Ec2TransitGatewayVpcAttachment
from constructs import Construct

from hybrid_constructs.network.exchange import Published, publish
from hybrid_constructs.network.vpc import Network


class TransitHub(Construct):
    """The gateway itself, in the shared network, with its attachment and both route tables."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        asn: int,
        spoke_cidrs: dict[str, str],
        parameter: str,
    ) -> None:
        super().__init__(scope, id_)
        gateway = Ec2TransitGateway(
            self,
            "Gateway",
            description=f"Hub of {network.name}",
            amazon_side_asn=asn,
            # Nothing is reachable unless a route below says so.
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            auto_accept_shared_attachments="disable",
            dns_support="enable",
            tags={"Name": network.name},
        )
        self.gateway_id = gateway.id
        self._network = network
        spokes, hub = (self._table(key) for key in ("spokes", "hub"))
        attachment = attach(self, network, gateway_id=self.gateway_id, table_id=hub)
        for zone, cidr in network.config.tiers["data"].items():
            Ec2TransitGatewayRoute(
                self,
                f"Data-{zone[-1]}",
                destination_cidr_block=cidr,
                transit_gateway_attachment_id=attachment.id,
                transit_gateway_route_table_id=spokes,
            )
        for name, cidr in spoke_cidrs.items():
            network.route(
                f"To-{name}",
                tables=network.tables("data"),
                cidr=cidr,
                transit_gateway_id=self.gateway_id,
                depends_on=[attachment],
            )
        publish(
            self,
            "Parameter",
            name=parameter,
            description="Transit Gateway and its route tables",
            value={"gateway_id": self.gateway_id, "route_table_ids": {"spokes": spokes, "hub": hub}},
        )

    def _table(self, key: str) -> str:
        return Ec2TransitGatewayRouteTable(
            self,
            f"Table-{key}",
            transit_gateway_id=self.gateway_id,
            tags={"Name": f"{self._network.name}-{key}"},
        ).id


class TransitSpoke(Construct):
    """An environment's attachment: private and data subnets reach the hub's data subnets."""

    def __init__(
        self, scope: Construct, id_: str, *, network: Network, parameter: str, hub_cidrs: dict[str, str]
    ) -> None:
        super().__init__(scope, id_)
        hub = Published(self, "Hub", name=parameter)
        gateway_id = hub.get("gateway_id")
        attachment = attach(
            self, network, gateway_id=gateway_id, table_id=hub.get("route_table_ids", "spokes")
        )
        Ec2TransitGatewayRouteTablePropagation(
            self,
            "Propagation",
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=hub.get("route_table_ids", "hub"),
        )
        for zone, cidr in hub_cidrs.items():
            network.route(
                f"Hub-{zone[-1]}",
                tables=network.tables("private", "data"),
                cidr=cidr,
                transit_gateway_id=gateway_id,
                depends_on=[attachment],
            )


def attach(
    scope: Construct, network: Network, *, gateway_id: str, table_id: str
) -> Ec2TransitGatewayVpcAttachment:
    """Attach a network's private subnets to the gateway; traffic that enters looks into `table_id`."""
    attachment = Ec2TransitGatewayVpcAttachment(
        scope,
        "Attachment",
        transit_gateway_id=gateway_id,
        vpc_id=network.vpc_id,
        subnet_ids=list(network.subnet_ids["private"].values()),
        transit_gateway_default_route_table_association=False,
        transit_gateway_default_route_table_propagation=False,
        dns_support="enable",
        tags={"Name": network.name},
    )
    Ec2TransitGatewayRouteTableAssociation(
        scope,
        "Association",
        transit_gateway_attachment_id=attachment.id,
        transit_gateway_route_table_id=table_id,
    )
    return attachment
