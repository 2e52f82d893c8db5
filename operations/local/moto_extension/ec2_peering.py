"""EC2: VPC peering across regions.

Moto 5.2.5 shows the requester's tags on both sides. On AWS each side of a connection between regions has tags
of its own (EC2 API reference, CreateTags: a resource is tagged in its region).
"""

import copy
from typing import Any

from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection, VPCPeeringConnectionBackend
from moto.ec2.models.vpcs import VPC

from operations.local.moto_extension.adopt import adopt

_create = VPCPeeringConnectionBackend.create_vpc_peering_connection


def install() -> None:
    """Register the fix."""
    adopt(VPCPeeringConnectionBackend, Peerings)


class Peerings(VPCPeeringConnectionBackend):
    """What AWS stores of peering connections."""

    def create_vpc_peering_connection(
        self, vpc: VPC, peer_vpc: VPC, tags: dict[str, str] | None = None
    ) -> VPCPeeringConnection:
        connection = _create(self, vpc, peer_vpc, tags)
        other: Any = peer_vpc.ec2_backend
        if other is not vpc.ec2_backend:
            # A shallow copy: status and options stay shared, tags are looked up in the other region.
            other_side = copy.copy(connection)
            other_side.ec2_backend = other
            other.vpc_pcxs[connection.id] = other_side
        return connection
