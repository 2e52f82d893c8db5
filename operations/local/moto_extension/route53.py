"""Route 53.

Moto 5.2.5
- makes a private zone only when HostedZoneConfig.PrivateZone says so; AWS makes every zone private that is
  created with a VPC;
- lists the name servers of every zone as a reusable delegation set, and keeps them after the zone is deleted.
"""

from moto.core.responses import ActionResult
from moto.route53.responses import Route53

from operations.local.moto_extension.adopt import adopt

_create_hosted_zone = Route53.create_hosted_zone


def install() -> None:
    """Register the fixes."""
    adopt(Route53, Responses)


class Responses(Route53):
    """What AWS answers."""

    def create_hosted_zone(self) -> ActionResult:
        if self._get_param("VPC.VPCId"):
            self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        answer = _create_hosted_zone(self)
        # Moto empties the id of a set that is not reusable.
        sets = self.backend.delegation_sets
        for key in [key for key, made in sets.items() if not made.id]:
            del sets[key]
        return answer
