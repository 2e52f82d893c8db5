"""Health checks of the failover: what they ask, what they follow, and who hears of it."""

from collections.abc import Iterator

from environments import naming
from operations.dr.audit import alarms
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, View

_CHECK = "aws_route53_health_check"
_GLOBAL = "us-east-1"
"""Route 53 reports there, whatever it checks (Route 53 developer guide, "Monitoring health checks")."""


def followed(view: View, record: Block, side: naming.Side, policy: str) -> Iterator[Finding]:
    """Users move when the second region is healthy, after the CLI moved the switch, within the RTO."""
    checks = list(_followed(view, record.stack, str(record.body.get("health_check_id") or ""), []))
    what = f"the {policy} record"
    for check in checks:
        yield from _answers(view, check)
        if check.body.get("type") == "CALCULATED":
            yield from _needs_all(view, check)
    leaves = [check for check in checks if check.body.get("type") != "CALCULATED"]
    asking = [check for check in leaves if check.body.get("type") == "HTTPS"]
    if not asking:
        yield Gap(f"no health check asks the endpoint of {what}", "give the record an HTTPS check")
    for check in asking:
        yield from _asks(view, check, side, what)
    switch = naming.failover_switch(view.fleet)
    switches = [check for check in leaves if check.body.get("cloudwatch_alarm_name") == switch]
    if side == "primary":
        if not switches:
            yield Gap(
                f"{what} does not follow the switch {switch}",
                "make its check a calculated one of endpoint and switch",
            )
        for check in switches:
            yield from _keeps_its_status(view, check)
        yield from _moved_by_the_cli(view, switch)
    for check in leaves:
        if check not in asking and (side != "primary" or check not in switches):
            yield Gap(
                f"{what} follows {view.name(check)} as well, which has nothing to do with its endpoint",
                "take it from the children of the record's check",
            )
    if side == "dr":
        for check in asking:
            yield from _soon_enough(view, check)


def noticed(view: View) -> Iterator[Finding]:
    """People decide on a failover, so the RTO runs until they are woken."""
    host = naming.origin_host(view.fleet, "primary")
    own = [check for check in view.synthesis.all(_CHECK) if check.body.get("fqdn") == host]
    for check in own:
        found = view.alarms(_GLOBAL, "HealthCheckStatus", HealthCheckId=view.name(check))
        if not alarms.below(found, 1):
            yield Gap(
                f"no alarm in {_GLOBAL} wakes anybody when {host} is unhealthy: nobody decides on a failover",
                "add a critical alarm on its HealthCheckStatus below 1 (FailoverDns, alarms)",
            )


def _followed(view: View, stack: str, expression: str, seen: list[Block]) -> Iterator[Block]:
    """A check and all that it is calculated from."""
    for check in view.synthesis.references(stack, expression):
        if check.kind == _CHECK and check not in seen:
            seen.append(check)
            yield check
            for child in check.body.get("child_healthchecks") or ():
                yield from _followed(view, check.stack, str(child), seen)


def _answers(view: View, check: Block) -> Iterator[Finding]:
    for attribute, meaning in (
        ("disabled", "always healthy"),
        ("invert_healthcheck", "healthy while what it checks is not"),
    ):
        if check.body.get(attribute):
            yield Gap(
                f"the health check {view.name(check)} is {meaning} ({attribute})",
                f"set {attribute} of the check to false",
            )


def _needs_all(view: View, check: Block) -> Iterator[Finding]:
    """With fewer, a healthy endpoint outvotes the switch, and the failover moves nobody."""
    children = check.body.get("child_healthchecks") or ()
    threshold = check.body.get("child_health_threshold")
    if threshold != len(children):
        yield Gap(
            f"the health check {view.name(check)} is healthy with {threshold} of {len(children)} children: "
            "the others decide nothing",
            "set child_health_threshold to the number of children",
        )


def _asks(view: View, check: Block, side: naming.Side, what: str) -> Iterator[Finding]:
    config = view.fleet.dr.edge.health_check
    wanted = {
        "fqdn": naming.origin_host(view.fleet, side),
        "port": config.port,
        "resource_path": config.path,
        # Asked in place of the name, if there is one.
        "ip_address": None,
        "regions": sorted(config.checker_regions) or None,
    }
    found = {**check.body, "regions": sorted(check.body.get("regions") or ()) or None}
    for attribute, value in wanted.items():
        if found.get(attribute) != value:
            yield Gap(
                f"the health check of {what} asks {attribute} {found.get(attribute)}, not {value}",
                "make it as edge.health_check says, for the load balancer of its own side (FailoverDns)",
            )


def _keeps_its_status(view: View, check: Block) -> Iterator[Finding]:
    """The switch stays where the CLI put it, and is read where the CLI moves it."""
    for attribute, value in (
        ("type", "CLOUDWATCH_METRIC"),
        ("cloudwatch_alarm_region", view.fleet.dr.region),
        ("insufficient_data_health_status", "LastKnownStatus"),
    ):
        if check.body.get(attribute) != value:
            yield Gap(
                f"the check of the switch {view.name(check)} has {attribute} {check.body.get(attribute)}, "
                f"not {value}",
                f"set {attribute} of the check to {value} (FailoverSwitch)",
            )


def _moved_by_the_cli(view: View, switch: str) -> Iterator[Finding]:
    """The alarm must go off by what the CLI publishes, by nothing else, and not by silence."""
    region = view.fleet.dr.region
    alarm = view.synthesis.find("aws_cloudwatch_metric_alarm", region, switch)
    if alarm is None:
        yield Gap(
            f"no alarm {switch} in {region}: the CLI can switch nothing over",
            "add it to the stack edge (FailoverSwitch)",
        )
        return
    namespace, metric, dimensions = naming.failover_metric(view.fleet)
    wanted = {
        "namespace": namespace,
        "metric_name": metric,
        "dimensions": dimensions,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
        "statistic": "Maximum",
        "treat_missing_data": "ignore",
        # Of several periods Route 53 would wait for all of them, and the CLI publishes once.
        "evaluation_periods": 1,
    }
    for attribute, value in wanted.items():
        if alarm.body.get(attribute) != value:
            yield Gap(
                f"the switch {switch} has {attribute} {alarm.body.get(attribute)}, not {value}: what the CLI "
                "publishes does not move it, or does not last",
                f"set {attribute} of the alarm to {value} (FailoverSwitch)",
            )
    period, limit = alarm.body.get("period") or 0, _limit(view)
    if not 0 < period <= limit:
        yield Gap(
            f"the switch {switch} looks every {period} s; the RTO is {limit} s", "set its period to 60 s"
        )


def _soon_enough(view: View, endpoint: Block) -> Iterator[Finding]:
    # Route 53's defaults (API reference, HealthCheckConfig).
    seconds = int(endpoint.body.get("request_interval", 30)) * int(endpoint.body.get("failure_threshold", 3))
    limit = _limit(view)
    if seconds > limit:
        yield Gap(
            f"the health check of {endpoint.body.get('fqdn')} takes {seconds} s; the RTO is {limit} s",
            "lower edge.health_check.interval_seconds or failure_threshold",
        )
    else:
        yield Held(f"healthy after {seconds} s")


def _limit(view: View) -> int:
    return view.fleet.dr.objectives.application.rto_minutes * 60
