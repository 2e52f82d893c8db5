"""What users meet first, in front of both regions."""

from constructs import Construct

from environments.schema import Fleet
from stacks.base import GLOBAL_REGION, PlatformStack


class EdgeStack(PlatformStack):
    """Failover DNS and CDN. Holds no resource yet; its regions and its state are settled here."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.dr)
        self.primary = self.extra_provider(fleet.primary.region, alias="primary")
        self.us_east_1 = self.extra_provider(GLOBAL_REGION, alias="us_east_1")
