"""How users get to the second region: records that fail over, and the CDN in front of them."""

from collections.abc import Iterator

from environments import naming
from environments.schema import EnvironmentBase
from operations.dr.audit import cdn, dangling, health
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Row, View, evidence, gaps, objective_text
from operations.dr.audit.records import in_zone, leads_to, of_name, types
from operations.dr.audit.walk import EVERYTHING

GROUP = "entry"
STEP = "Route 53 failover, switched by the CLI"


def rows(view: View) -> Iterator[Row]:
    """A row for each host of the primary's services, and one for the CDN."""
    fleet = view.fleet
    text = objective_text(view, "application")
    standby = naming.origin_host(fleet, "dr")
    for name, service in fleet.primary.services.items():
        found = list(dict.fromkeys(_host(view, service.host)))
        twin = standby if not gaps(found) else None
        step = "; ".join([STEP, *evidence(found)])
        yield Row(GROUP, "host name", (name,), service.host, twin, step, text, gaps(found))
    missing = gaps(dict.fromkeys(cdn.findings(view)))
    twin, alias = standby if not missing else None, fleet.dr.edge.cdn.alias
    yield Row(GROUP, "CDN", (EVERYTHING,), alias, twin, "origin group, by each request", text, missing)
    yield from dangling.rows(view)


def _host(view: View, host: str) -> Iterator[Finding]:
    fleet = view.fleet
    if host != fleet.dr.edge.host:
        yield Gap(
            f"{host} does not fail over: it leads to the primary whatever happens",
            f"serve it under {fleet.dr.edge.host} (edge.host of {fleet.dr.name}.yaml)",
        )
        return
    records = of_name(view, host)
    yield from _conflicting(host, records)
    sides: tuple[tuple[naming.Side, str, EnvironmentBase], ...] = (
        ("primary", "PRIMARY", fleet.primary),
        ("dr", "SECONDARY", fleet.dr),
    )
    for side, policy, environment in sides:
        own = [record for record in records if _policy(record) == policy]
        what = f"the {policy} record of {host}"
        if not own:
            yield Gap(f"{host} has no {policy} record", "add it to the stack edge (FailoverDns)")
        else:
            yield from _all_types(view, what, own)
        for record in own:
            yield from in_zone(view, what, record)
            yield from leads_to(view, what, record, environment)
            yield from health.followed(view, record, side, policy)
        yield from _own_name(view, side, environment)
    yield from health.noticed(view)


def _own_name(view: View, side: naming.Side, environment: EnvironmentBase) -> Iterator[Finding]:
    """The name of one side's load balancer: health checks and the CDN ask for it."""
    host = naming.origin_host(view.fleet, side)
    records = of_name(view, host)
    if not records:
        yield Gap(
            f"no record of {host}: its health check fails, and so does all that asks for it",
            "add it to the stack edge (FailoverDns)",
        )
        return
    what = f"the record of {host}"
    yield from _all_types(view, what, records)
    for record in records:
        yield from in_zone(view, what, record)
        yield from leads_to(view, what, record, environment)


def _conflicting(host: str, records: list[Block]) -> Iterator[Finding]:
    for record in records:
        if _policy(record) not in ("PRIMARY", "SECONDARY"):
            yield Gap(
                f"a {record.body.get('type')} record of {host} does not fail over: it stands beside those "
                "that do, or in their place",
                "make it PRIMARY or SECONDARY (FailoverDns), or remove it",
            )


def _all_types(view: View, what: str, records: list[Block]) -> Iterator[Finding]:
    wanted, found = types(view), {str(record.body.get("type")) for record in records}
    if found != wanted:
        yield Gap(
            f"{what} is of type {', '.join(sorted(found))}, not {' and '.join(sorted(wanted))}",
            "give both sides the same types: Route 53 fails over within a type only",
        )


def _policy(record: Block) -> object:
    return (record.body.get("failover_routing_policy") or {}).get("type")
