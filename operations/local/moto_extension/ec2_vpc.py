"""EC2: VPCs and what lives in them.

Moto 5.2.5
- keeps the default network ACL of a deleted VPC;
- keeps the network interface of a deleted NAT gateway, and its address associated with it.
"""

from typing import Any

from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.vpcs import VPC, VPCBackend

from operations.local.moto_extension.adopt import adopt

_delete_vpc = VPCBackend.delete_vpc
_delete_nat_gateway = NatGatewayBackend.delete_nat_gateway


def install() -> None:
    """Register the fixes."""
    adopt(VPCBackend, Vpcs)
    adopt(NatGatewayBackend, NatGateways)


class Vpcs(VPCBackend):
    """What AWS stores of VPCs."""

    def delete_vpc(self: Any, vpc_id: str) -> VPC:
        vpc = _delete_vpc(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
            del self.network_acls[acl.id]
        return vpc


class NatGateways(NatGatewayBackend):
    """What AWS stores of NAT gateways."""

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> NatGateway:
        gateway = _delete_nat_gateway(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is gateway._eni:
                address.eni = address.association_id = None
        self.enis.pop(gateway._eni.id, None)
        return gateway
