"""DNS records of the failover: in which zone they are, and where they lead."""

from collections.abc import Iterator

from environments import naming
from environments.schema import EnvironmentBase
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, View


def of_name(view: View, name: str) -> list[Block]:
    """Records of a name; DNS knows neither case nor the dot at the end."""
    return [
        record
        for record in view.synthesis.all("aws_route53_record")
        if str(record.body.get("name")).lower().rstrip(".") == name
    ]


def types(view: View) -> set[str]:
    """Which records a side needs; with one of them only, clients of IPv6 have no second region to go to."""
    both = view.fleet.primary.network.ipv6 and view.fleet.dr.network.ipv6
    return {"A", "AAAA"} if both else {"A"}


def in_zone(view: View, what: str, record: Block) -> Iterator[Finding]:
    """A record in another zone is asked by nobody."""
    wanted = f"<aws_route53_zone {view.fleet.shared.organisation.domain}>.zone_id"
    found = view.synthesis.render(record.stack, str(record.body.get("zone_id")))
    if found != wanted:
        yield Gap(f"{what} is in the zone {found}, not in {wanted}", "put it into the zone of the domain")


def leads_to(view: View, what: str, record: Block, environment: EnvironmentBase) -> Iterator[Finding]:
    """An alias is the name of a load balancer and the zone that AWS keeps that name in."""
    balancer, alias = naming.load_balancer(environment), record.body.get("alias") or {}
    for attribute, of_balancer, verb in (("name", "dns_name", "leads to"), ("zone_id", "zone_id", "asks in")):
        wanted = f"<aws_lb {balancer}>.{of_balancer}"
        target = view.synthesis.render(record.stack, str(alias.get(attribute)))
        if target != wanted:
            yield Gap(
                f"{what} {verb} {target}, not {'to' if attribute == 'name' else 'in'} {wanted}",
                f"alias it to the load balancer of {environment.name}",
            )
    if view.synthesis.find("aws_lb", environment.region, balancer) is None:
        yield Gap(
            f"{what} leads to {balancer}, which no stack makes in {environment.region}",
            f"add the load balancer to the stack {environment.name}",
        )
