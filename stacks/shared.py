"""The hub: what all environments use."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.network.transit import TransitHub
from stacks.base import PlatformStack
from stacks.network import environment_network


class SharedStack(PlatformStack):
    """Hub network and the Transit Gateway that lets environments reach its data tier."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        shared = fleet.shared
        super().__init__(scope, id_, fleet=fleet, environment=shared)
        network = environment_network(self, environment=shared, name=self.name(), roles=self.roles)
        TransitHub(
            self,
            "Transit",
            network=network,
            asn=shared.transit_gateway.amazon_side_asn,
            spoke_cidrs={name: fleet.workloads[name].network.cidr for name in shared.transit_gateway.attach},
            parameter=naming.transit_gateway_parameter(),
        )
