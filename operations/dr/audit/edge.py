"""How users get to the second region: DNS and CDN."""

from collections.abc import Iterator

from environments import naming
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, Row, View, evidence, gaps, objective_text
from operations.dr.audit.walk import EVERYTHING

GROUP = "entry"
STEP = "Route 53 failover, switched by the CLI"


def rows(view: View) -> Iterator[Row]:
    """A row for each host of the primary's services, and one for each CDN."""
    fleet = view.fleet
    for name, service in fleet.primary.services.items():
        found = list(_host(view, service.host))
        twin = naming.origin_host(fleet, "dr") if not gaps(found) else None
        step = "; ".join([STEP, *evidence(found)])
        text = objective_text(view, "application")
        yield Row(GROUP, "host name", (name,), service.host, twin, step, text, gaps(found))
    for distribution in view.synthesis.all("aws_cloudfront_distribution"):
        found = list(_origins(view, distribution))
        yield Row(
            GROUP,
            "CDN",
            (EVERYTHING,),
            ", ".join(distribution.body.get("aliases") or ()),
            naming.origin_host(fleet, "dr") if not found else None,
            "origin group, by each request",
            objective_text(view, "application"),
            gaps(found),
        )


def _host(view: View, host: str) -> Iterator[Finding]:
    fleet = view.fleet
    if host != fleet.dr.edge.host:
        yield Gap(
            f"{host} does not fail over: it leads to the primary whatever happens",
            f"serve it under {fleet.dr.edge.host} (edge.host of {fleet.dr.name}.yaml)",
        )
        return
    records = [
        record for record in view.synthesis.all("aws_route53_record") if record.body.get("name") == host
    ]
    for side, environment in (("PRIMARY", fleet.primary), ("SECONDARY", fleet.dr)):
        own = [
            each for each in records if (each.body.get("failover_routing_policy") or {}).get("type") == side
        ]
        if not own:
            yield Gap(f"{host} has no {side} record", "add it to the stack edge (FailoverDns)")
        for record in own:
            wanted = f"<aws_lb {naming.load_balancer(environment)}>.dns_name"
            target = view.synthesis.render(record.stack, str((record.body.get("alias") or {}).get("name")))
            if target != wanted:
                yield Gap(
                    f"the {side} record of {host} leads to {target}, not to {wanted}",
                    f"alias it to the load balancer of {environment.name}",
                )
            yield from _checked(view, record, side)


def _checked(view: View, record: Block, side: str) -> Iterator[Finding]:
    """Users move when the second region is healthy, after the CLI moved the switch, within the RTO."""
    checks = _with_children(view, record.stack, str(record.body.get("health_check_id", "")))
    endpoints = [check for check in checks if check.body.get("type") == "HTTPS"]
    if not endpoints:
        yield Gap(f"no health check asks the endpoint of the {side} record", "give the record an HTTPS check")
    switch = naming.failover_switch(view.fleet)
    if side == "PRIMARY" and switch not in [check.body.get("cloudwatch_alarm_name") for check in checks]:
        yield Gap(
            f"the PRIMARY record does not follow the switch {switch}",
            "make its check a calculated one of endpoint and switch",
        )
    if side == "SECONDARY":
        for endpoint in endpoints:
            yield from _soon_enough(view, endpoint)


def _soon_enough(view: View, endpoint: Block) -> Iterator[Finding]:
    seconds = int(endpoint.body["request_interval"]) * int(endpoint.body["failure_threshold"])
    limit = view.fleet.dr.objectives.application.rto_minutes * 60
    if seconds > limit:
        yield Gap(
            f"the health check of {endpoint.body.get('fqdn')} takes {seconds} s; the RTO is {limit} s",
            "lower edge.health_check.interval_seconds or failure_threshold",
        )
    else:
        yield Held(f"healthy after {seconds} s")


def _with_children(view: View, stack: str, expression: str) -> list[Block]:
    found = list(view.synthesis.references(stack, expression))
    for check in list(found):
        for child in check.body.get("child_healthchecks") or ():
            found += _with_children(view, stack, child)
    return found


def _origins(view: View, distribution: Block) -> Iterator[Finding]:
    """The second member of an origin group is asked when the first one fails."""
    standby = naming.origin_host(view.fleet, "dr")
    domains = {each["origin_id"]: each["domain_name"] for each in distribution.body.get("origin") or ()}
    groups = [
        [domains.get(member["origin_id"]) for member in group["member"]]
        for group in distribution.body.get("origin_group") or ()
    ]
    if not any(group[1:] == [standby] for group in groups):
        yield Gap(
            f"the CDN has no origin group with {standby} as its second member",
            "add it to the distribution (Distribution, standby_host)",
        )
