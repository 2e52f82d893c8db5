"""Ways to break the CDN, so that reads or writes do not follow a failover."""

from typing import Any

from tests.operations.dr.breaking import Case, change, drop, path

DISTRIBUTION, RECORD = "aws_cloudfront_distribution", "aws_route53_record"
CDN = path("Cdn/Distribution")


def _cdn(what: str, text: str, **values: Any) -> Case:
    return what, change("edge", DISTRIBUTION, CDN, **values), text


def _record(what: str, text: str, **values: Any) -> Case:
    return what, change("edge", RECORD, path("Cdn/Alias-A"), **values), text


READS: list[Case] = [
    ("no CDN", drop("edge", DISTRIBUTION), "no distribution answers to cdn.fileflow.ryuqqq.com"),
    _cdn("other alias", "no distribution answers to cdn.fileflow.ryuqqq.com", aliases=["x.ryuqqq.com"]),
    _cdn("off", "the CDN of cdn.fileflow.ryuqqq.com is switched off", enabled=False),
    _cdn(
        "primary only",
        "the CDN asks current by default, not its origin group",
        default_cache_behavior__target_origin_id="current",
    ),
    _cdn(
        "too few codes",
        "asks the second region after 404, not after 500, 502, 503, 504",
        origin_group__0__failover_criteria__status_codes=[404],
    ),
    _cdn(
        "members swapped",
        "no origin group with origin-dr.fileflow.ryuqqq.com as its second member",
        origin_group__0__member=[{"origin_id": "standby"}, {"origin_id": "current"}],
    ),
    _cdn(
        "stale after a switch",
        "asks origin-primary.fileflow.ryuqqq.com first, not fileflow.ryuqqq.com",
        origin__0__domain_name="origin-primary.fileflow.ryuqqq.com",
    ),
    _cdn(
        "writes stay",
        "the CDN sends /api/* to origin-dr.fileflow.ryuqqq.com",
        ordered_cache_behavior__0__target_origin_id="standby",
    ),
    _cdn("no writes", "the CDN takes no writes below /api/*", ordered_cache_behavior=[]),
    _cdn(
        "by HTTP",
        "the CDN asks origin-dr.fileflow.ryuqqq.com by http-only",
        origin__1__custom_origin_config__origin_protocol_policy="http-only",
    ),
    _cdn("no certificate", "the certificate of the CDN does not cover", viewer_certificate={}),
    ("no A record", drop("edge", RECORD, path("Cdn/Alias-A")), "cdn.fileflow.ryuqqq.com has no A record"),
    (
        "no AAAA record",
        drop("edge", RECORD, path("Cdn/Alias-AAAA")),
        "cdn.fileflow.ryuqqq.com has no AAAA record",
    ),
    _record("name leads elsewhere", "leads to example.org, not to", alias__name="example.org"),
    _record("name in another zone", "cdn.fileflow.ryuqqq.com is in the zone Z", zone_id="Z"),
]
