"""An environment in which services run for users: dev, staging, prod."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet, WorkloadEnvironment
from hybrid_constructs.network.transit import TransitSpoke
from stacks.base import PlatformStack
from stacks.network import environment_network


class WorkloadStack(PlatformStack):
    """Network of one environment, attached to the hub."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet, environment: WorkloadEnvironment) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=environment)
        network = environment_network(self, environment=environment, name=self.name(), roles=self.roles)
        if environment.name in fleet.shared.transit_gateway.attach:
            TransitSpoke(
                self,
                "Transit",
                network=network,
                parameter=naming.transit_gateway_parameter(),
                hub_cidrs=fleet.shared.network.tiers["data"],
            )
