"""Ways to break what moves users: records, health checks, the switch, the CDN."""

from typing import Any

from tests.operations.dr.breaking import (
    Break,
    Broken,
    Case,
    Chosen,
    address,
    change,
    drop,
    metric,
    path,
    published_elsewhere,
)

RECORD, CHECK, ALARM = "aws_route53_record", "aws_route53_health_check", "aws_cloudwatch_metric_alarm"
DISTRIBUTION = "aws_cloudfront_distribution"
CDN = path("Cdn/Distribution")
SECONDARY, LEADS = path("Failover/dr-A"), path("Failover/LeadsToPrimary")
PRIMARY_CHECK, DR_CHECK = path("Failover/PrimaryEndpoint"), path("Failover/DrEndpoint")
SWITCH = "the switch ryuqqq-dr-failover-switch has"


def _origin(side: str) -> Chosen:
    return path(f"Failover/origin-{side}.fileflow.ryuqqq.com-A")


def _record(what: str, chosen: Chosen, text: str, **values: Any) -> Case:
    return what, change("edge", RECORD, chosen, **values), text


def _check(what: str, chosen: Chosen, text: str, **values: Any) -> Case:
    return what, change("edge", CHECK, chosen, **values), text


def _switch(what: str, text: str, **values: Any) -> Case:
    return what, change("edge", ALARM, metric("SwitchedOver"), **values), text


def _as(kind: str, chosen: Chosen, attribute: str, other: Chosen) -> Break:
    """Take an attribute from another resource of the kind."""

    def apply(stacks: Broken) -> None:
        bodies = stacks["edge"]["resource"][kind].values()
        (body,), (source,) = ([each for each in bodies if fit(each)] for fit in (chosen, other))
        assert body[attribute] != source[attribute]
        body[attribute] = source[attribute]

    return apply


def _asked_by(chosen: Chosen, check: Chosen) -> Break:
    """Give a record another health check."""

    def apply(stacks: Broken) -> None:
        (body,) = filter(chosen, stacks["edge"]["resource"][RECORD].values())
        body["health_check_id"] = f"${{{address(stacks, 'edge', CHECK, check)}.id}}"

    return apply


def _child_dropped(index: int) -> Break:
    def apply(stacks: Broken) -> None:
        (body,) = filter(LEADS, stacks["edge"]["resource"][CHECK].values())
        del body["child_healthchecks"][index]
        body["child_health_threshold"] = 1

    return apply


def _beside(stacks: Broken) -> None:
    records = stacks["edge"]["resource"][RECORD]
    (body,) = filter(SECONDARY, records.values())
    records["Simple"] = {
        key: value for key, value in body.items() if key not in ("failover_routing_policy", "set_identifier")
    }


_MEANS = {"disabled": "always healthy", "invert_healthcheck": "healthy while what it checks is not"}

RECORDS: list[Case] = [
    ("no name of the standby", drop("edge", RECORD, _origin("dr")), "no record of origin-dr.fileflow"),
    ("no name of the primary", drop("edge", RECORD, _origin("primary")), "no record of origin-primary."),
    (
        "the standby's name leads to the primary",
        _as(RECORD, _origin("dr"), "alias", _origin("primary")),
        "the record of origin-dr.fileflow.ryuqqq.com leads to <aws_lb fileflow-prod-alb>.dns_name",
    ),
    (
        "the primary's name leads to the standby",
        _as(RECORD, _origin("primary"), "alias", _origin("dr")),
        "the record of origin-primary.fileflow.ryuqqq.com leads to <aws_lb fileflow-dr-alb>.dns_name",
    ),
    (
        "what the standby publishes is the primary's",
        published_elsewhere("edge", "LoadBalancer-dr/Parameter", "/shared/load-balancer/prod"),
        "the record of origin-dr.fileflow.ryuqqq.com leads to <aws_lb fileflow-prod-alb>.dns_name",
    ),
    _record(
        "other type", SECONDARY, "the SECONDARY record of fileflow.ryuqqq.com is of type AAAA", type="AAAA"
    ),
    _record("other zone", SECONDARY, "fileflow.ryuqqq.com is in the zone ZOTHER", zone_id="ZOTHER"),
    _record(
        "zone of nothing", _origin("dr"), "origin-dr.fileflow.ryuqqq.com is in the zone Z1", zone_id="Z1"
    ),
    _record(
        "zone of another balancer",
        SECONDARY,
        "asks in Z2, not in <aws_lb fileflow-dr-alb>",
        alias__zone_id="Z2",
    ),
    _record(
        "weighted",
        SECONDARY,
        "fileflow.ryuqqq.com has no SECONDARY record",
        failover_routing_policy=None,
        weighted_routing_policy={"weight": 0},
    ),
    ("one more that does not fail over", _beside, "a A record of fileflow.ryuqqq.com does not fail over"),
    (
        "the standby's record asks the primary",
        _asked_by(SECONDARY, PRIMARY_CHECK),
        "of the SECONDARY record asks fqdn origin-primary.fileflow.ryuqqq.com, not origin-dr",
    ),
    (
        "the standby's record follows the switch",
        _asked_by(SECONDARY, LEADS),
        "the SECONDARY record follows ryuqqq-dr-failover-switch as well",
    ),
    ("no load balancer", drop("dr", "aws_lb"), "leads to fileflow-dr-alb, which no stack makes"),
]

CHECKS: list[Case] = [
    _check("outvoted", LEADS, "is healthy with 1 of 2 children", child_health_threshold=1),
    _check("no threshold", LEADS, "is healthy with None of 2 children", child_health_threshold=None),
    _check("calculated, inverted", LEADS, "to the primary is healthy while", invert_healthcheck=True),
    _check(
        "switch, inverted",
        path("Switch/Check"),
        "ryuqqq-dr-failover-switch is healthy while",
        invert_healthcheck=True,
    ),
    _check(
        "switch, disabled", path("Switch/Check"), "ryuqqq-dr-failover-switch is always healthy", disabled=True
    ),
    ("no endpoint", _child_dropped(0), "no health check asks the endpoint of the PRIMARY record"),
    ("no switch", _child_dropped(1), "the PRIMARY record does not follow the switch"),
    *(
        _check(
            f"{what}, {side}", check, f"of the {record} record asks {attribute} {value}", **{attribute: value}
        )
        for side, record, check in (("primary", "PRIMARY", PRIMARY_CHECK), ("dr", "SECONDARY", DR_CHECK))
        for what, attribute, value in (
            ("other path", "resource_path", "/nope"),
            ("other port", "port", 8443),
            ("other host", "fqdn", "example.org"),
            ("an address", "ip_address", "192.0.2.1"),
        )
    ),
    *(
        _check(
            f"{attribute}, {side}",
            check,
            f"the health check origin-{side}.fileflow.ryuqqq.com is {meaning}",
            **{attribute: True},
        )
        for side, check in (("primary", PRIMARY_CHECK), ("dr", DR_CHECK))
        for attribute, meaning in _MEANS.items()
    ),
    _check(
        "switch read elsewhere",
        path("Switch/Check"),
        "has cloudwatch_alarm_region ap-northeast-2, not ap-northeast-1",
        cloudwatch_alarm_region="ap-northeast-2",
    ),
    _check(
        "silence moves users",
        path("Switch/Check"),
        "has insufficient_data_health_status Unhealthy, not LastKnownStatus",
        insufficient_data_health_status="Unhealthy",
    ),
    ("switch removed", drop("edge", ALARM, metric("SwitchedOver")), "no alarm ryuqqq-dr-failover-switch in"),
    _switch("switch renamed", "no alarm ryuqqq-dr-failover-switch in", alarm_name="zzz"),
    _switch("switch elsewhere", "no alarm ryuqqq-dr-failover-switch in", provider="aws.us_east_1"),
    _switch("other metric", f"{SWITCH} metric_name Other", metric_name="Other"),
    _switch("other namespace", f"{SWITCH} namespace AWS/S3", namespace="AWS/S3"),
    _switch("other dimension", f"{SWITCH} dimensions", dimensions={"Host": "example.org"}),
    _switch("out of reach", f"{SWITCH} threshold 5", threshold=5),
    _switch(
        "silence resets it", f"{SWITCH} treat_missing_data notBreaching", treat_missing_data="notBreaching"
    ),
    _switch("waits for more", f"{SWITCH} evaluation_periods 5", evaluation_periods=5),
    _switch("looks once a day", "looks every 86400 s; the RTO is 900 s", period=86400),
    (
        "nobody is woken",
        drop("edge", ALARM, path("Monitoring/Alarm-failover-primary-unhealthy")),
        "wakes anybody when origin-primary.fileflow.ryuqqq.com is unhealthy",
    ),
]
