"""What links the two regions; applied after both sides exist."""

from constructs import Construct

from environments import naming
from environments.schema import Fleet
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.network.peering import Peering, Side
from stacks.base import PlatformStack


class ReplicationStack(PlatformStack):
    """Peering between the primary environment and its standby, with routes both ways."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.dr)
        primary, dr = fleet.primary, fleet.dr
        providers = {
            primary.name: self.extra_provider(primary.region, alias="primary"),
            dr.name: self.provider,
        }
        sides = {
            environment.name: Side(
                name=environment.name,
                region=environment.region,
                config=environment.network,
                published=Published(
                    self,
                    f"Network-{environment.name}",
                    name=naming.network_parameter(environment.name),
                    provider=providers[environment.name],
                ),
                provider=providers[environment.name],
            )
            for environment in (primary, dr)
        }
        Peering(
            self,
            "Peering",
            requester=sides[primary.name],
            accepter=sides[dr.name],
            account_id=self.account_id,
        )
