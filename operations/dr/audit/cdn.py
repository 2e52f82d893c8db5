"""The CDN: reads come from the second region when the first one fails, and its own name leads to it."""

from collections.abc import Iterator

from environments import naming
from operations.dr.audit.blocks import Block, Body
from operations.dr.audit.findings import Finding, Gap, View
from operations.dr.audit.records import in_zone, of_name

_DO = "make it as edge.cdn says (Distribution)"


def findings(view: View) -> Iterator[Finding]:
    """About the distribution that dr.yaml configures."""
    alias = view.fleet.dr.edge.cdn.alias
    found = [
        each
        for each in view.synthesis.all("aws_cloudfront_distribution")
        if alias in (each.body.get("aliases") or ())
    ]
    if not found:
        yield Gap(f"no distribution answers to {alias}", "add it to the stack edge (Distribution)")
    for distribution in found:
        if distribution.body.get("enabled") is not True:
            yield Gap(
                f"the CDN of {alias} is switched off (enabled)", "set enabled of the distribution to true"
            )
        yield from _named(view, distribution, alias)
        yield from _certified(view, distribution, alias)
        yield from _fails_over(view, distribution)


def _named(view: View, distribution: Block, alias: str) -> Iterator[Finding]:
    records = of_name(view, alias)
    wanted = {"A", "AAAA"} if distribution.body.get("is_ipv6_enabled") else {"A"}
    for missing in sorted(wanted - {str(record.body.get("type")) for record in records}):
        yield Gap(f"{alias} has no {missing} record", "add it to the stack edge (Distribution)")
    for record in records:
        what = f"the {record.body.get('type')} record of {alias}"
        target = str((record.body.get("alias") or {}).get("name"))
        if distribution not in view.synthesis.references(record.stack, target):
            rendered = view.synthesis.render(record.stack, target)
            yield Gap(f"{what} leads to {rendered}, not to the CDN", "alias it to the distribution")
        yield from in_zone(view, what, record)


def _certified(view: View, distribution: Block, alias: str) -> Iterator[Finding]:
    """CloudFront refuses a name that its certificate does not cover, and takes those of us-east-1 only."""
    expression = str((distribution.body.get("viewer_certificate") or {}).get("acm_certificate_arn"))
    found = list(view.synthesis.references(distribution.stack, expression))
    for proof in [each for each in found if each.kind == "aws_acm_certificate_validation"]:
        found += view.synthesis.references(proof.stack, str(proof.body.get("certificate_arn")))
    covered = {
        name
        for each in found
        if each.kind == "aws_acm_certificate" and each.region == "us-east-1"
        for name in (each.body.get("domain_name"), *(each.body.get("subject_alternative_names") or ()))
    }
    if not covered & {alias, f"*.{alias.partition('.')[2]}"}:
        yield Gap(
            f"the certificate of the CDN does not cover {alias}, or is not in us-east-1",
            "give the distribution a validated certificate of its alias (Certificate)",
        )


def _fails_over(view: View, distribution: Block) -> Iterator[Finding]:
    """The second member of an origin group is asked when the first one fails."""
    config, standby = view.fleet.dr.edge.cdn, naming.origin_host(view.fleet, "dr")
    origins = {str(each.get("origin_id")): each for each in distribution.body.get("origin") or ()}
    groups = [
        group
        for group in distribution.body.get("origin_group") or ()
        if _hosts(origins, group)[1:] == [standby]
    ]
    if not groups:
        yield Gap(
            f"the CDN has no origin group with {standby} as its second member",
            "add it to the distribution (Distribution, standby_host)",
        )
        return
    target = (distribution.body.get("default_cache_behavior") or {}).get("target_origin_id")
    used = [group for group in groups if group.get("origin_id") == target]
    if not used:
        yield Gap(
            f"the CDN asks {target} by default, not its origin group: reads stop with the primary",
            "let default_cache_behavior lead to the group",
        )
    for group in used:
        yield from _asked_when(view, group, origins)
    # CloudFront fails over for GET, HEAD and OPTIONS only, so writes must go where DNS leads.
    for behavior in distribution.body.get("ordered_cache_behavior") or ():
        yield from _writes(view, behavior, origins)
    paths = {each.get("path_pattern") for each in distribution.body.get("ordered_cache_behavior") or ()}
    for path in config.uncached_paths:
        if path not in paths:
            yield Gap(f"the CDN takes no writes below {path}", _DO)
    for origin in origins.values():
        yield from _reached(origin)


def _asked_when(view: View, group: Body, origins: dict[str, Body]) -> Iterator[Finding]:
    config, host = view.fleet.dr.edge.cdn, view.fleet.dr.edge.host
    first = _hosts(origins, group)[:1]
    if first != [host]:
        yield Gap(
            f"the CDN asks {', '.join(map(str, first))} first, not {host}: after a switch reads are stale",
            "let the first member of the origin group be the name that fails over",
        )
    codes = sorted((group.get("failover_criteria") or {}).get("status_codes") or ())
    if codes != sorted(config.failover_status_codes):
        yield Gap(
            f"the CDN asks the second region after {', '.join(map(str, codes)) or 'no status'}, not after "
            f"{', '.join(map(str, sorted(config.failover_status_codes)))}",
            "set failover_criteria of the group to edge.cdn.failover_status_codes",
        )


def _writes(view: View, behavior: Body, origins: dict[str, Body]) -> Iterator[Finding]:
    target, host = str(behavior.get("target_origin_id")), view.fleet.dr.edge.host
    found = origins.get(target, {}).get("domain_name")
    if found != host:
        yield Gap(
            f"the CDN sends {behavior.get('path_pattern')} to {found or target}, not to {host}: "
            "writes do not follow a failover",
            "let the behaviour lead to the origin of the name that fails over",
        )


def _reached(origin: Body) -> Iterator[Finding]:
    """Load balancers answer by HTTP with a redirect, which would lead around the CDN."""
    config = origin.get("custom_origin_config") or {}
    if (config.get("origin_protocol_policy"), config.get("https_port")) != ("https-only", 443):
        yield Gap(
            f"the CDN asks {origin.get('domain_name')} by {config.get('origin_protocol_policy')} at "
            f"{config.get('https_port')}, not by https-only at 443",
            _DO,
        )


def _hosts(origins: dict[str, Body], group: Body) -> list[object]:
    return [
        origins.get(str(each.get("origin_id")), {}).get("domain_name") for each in group.get("member") or ()
    ]
