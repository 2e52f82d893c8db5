"""The pilot light in the second region."""

from constructs import Construct

from environments.schema import Fleet
from stacks.base import PlatformStack
from stacks.network import environment_network


class DrStack(PlatformStack):
    """One provider, state in its own region: plans and applies while the primary region is down."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.dr)
        environment_network(self, environment=fleet.dr, name=self.name(), roles=self.roles)
