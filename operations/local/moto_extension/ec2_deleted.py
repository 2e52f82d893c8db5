"""EC2: resources that are deleted but still shown.

Moto 5.2.5 shows deleted NAT gateways, endpoints, peering connections and Transit Gateway route tables for
ever. AWS forgets them after a while, so that a search by tag finds the one that replaced them. The emulator
shows a deleted resource only to a request that names it, as a client does that waits for its end.
"""

from collections.abc import Callable
from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.transit_gateway_attachments import TransitGatewayAttachmentBackend
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRouteTableBackend
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnectionBackend
from moto.ec2.models.vpcs import VPCBackend

SEARCHES: list[tuple[type[Any], str, str]] = [
    (NatGatewayBackend, "describe_nat_gateways", "nat_gateway_ids"),
    (
        TransitGatewayAttachmentBackend,
        "describe_transit_gateway_attachments",
        "transit_gateways_attachment_ids",
    ),
    (
        TransitGatewayAttachmentBackend,
        "describe_transit_gateway_vpc_attachments",
        "transit_gateways_attachment_ids",
    ),
    (
        TransitGatewayRouteTableBackend,
        "get_all_transit_gateway_route_tables",
        "transit_gateway_route_table_ids",
    ),
    (VPCBackend, "describe_vpc_endpoints", "vpc_end_point_ids"),
    (VPCPeeringConnectionBackend, "describe_vpc_peering_connections", "vpc_peering_ids"),
]
"""Backend, method, and the parameter with the ids that a request names."""


def install() -> None:
    """Register the fixes, on top of those that change the same methods."""
    for backend, method, ids in SEARCHES:
        setattr(backend, method, _hiding(getattr(backend, method), ids))


def _hiding(search: Callable[..., list[Any]], ids: str) -> Callable[..., list[Any]]:
    def found(self: Any, *arguments: Any, **named: Any) -> list[Any]:
        resources = search(self, *arguments, **named)
        if named.get(ids) or any(isinstance(argument, list) and argument for argument in arguments):
            return resources
        return [resource for resource in resources if not _is_deleted(resource)]

    return found


def _is_deleted(resource: Any) -> bool:
    status = getattr(resource, "status", None)
    code = status["Code"] if isinstance(status, dict) else None
    return "deleted" in (getattr(resource, "state", None), code)
