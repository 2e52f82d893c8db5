"""Distribution: reads from both regions, writes to the one in charge, and everything over TLS."""

from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments.recovery import CdnConfig
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.edge.certificate import Certificate
from hybrid_constructs.edge.distribution import Distribution
from hybrid_constructs.edge.web_acl import WebAcl
from hybrid_constructs.observability.watch import MissingData, Severity
from tests.synth import builders
from tests.synth.alarms import metric_of
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.synthesized import Body, Synthesized

ALIAS = "cdn.files.example.com"
US = "us-east-1"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
USER_AGENT_REFERER = "acba4595-bd28-49b8-b9fe-13317c0390fa"


def distribution(scope: TerraformStack, **config: Any) -> Distribution:
    provider = aws_provider(scope, region=US, account_id=ACCOUNT, tags={}, alias="global")
    key = builders.key(scope, provider=provider)
    return Distribution(
        scope,
        "Cdn",
        name="acme-cdn",
        current_host="files.example.com",
        standby_host="origin-dr.files.example.com",
        config=CdnConfig(alias=ALIAS, **config),
        zone_id="Z0",
        certificate=Certificate(scope, "Tls", domain=ALIAS, zone_id="Z0", provider=provider),
        web_acl=WebAcl(
            scope,
            "Acl",
            name="acme-cdn",
            scope_="CLOUDFRONT",
            key=key,
            account_id=ACCOUNT,
            region=US,
            provider=provider,
        ),
        key=key,
        account_id=ACCOUNT,
        region=US,
        provider=provider,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(distribution)


def body_of(stack: Synthesized) -> Body:
    return stack.only("aws_cloudfront_distribution")


def test_users_are_met_by_its_own_name_with_current_tls(defaults: Synthesized) -> None:
    body = body_of(defaults)
    assert (body["enabled"], body["aliases"]) == (True, [ALIAS])
    assert (body["http_version"], body["is_ipv6_enabled"]) == ("http2and3", True)
    certificate = body["viewer_certificate"]
    assert defaults.follow(certificate["acm_certificate_arn"]) == "Tls/Validation"
    assert certificate["minimum_protocol_version"] == "TLSv1.2_2021"
    assert certificate["ssl_support_method"] == "sni-only"
    assert defaults.follow(body["web_acl_id"]) == "Acl/WebAcl"
    assert body["price_class"] == "PriceClass_200"
    assert body["restrictions"]["geo_restriction"] == {"restriction_type": "none", "locations": []}
    assert "default_root_object" not in body
    assert body["provider"] == "aws.global"


def test_the_second_region_answers_when_the_one_in_charge_fails(defaults: Synthesized) -> None:
    body = body_of(defaults)
    hosts = {origin["origin_id"]: origin["domain_name"] for origin in body["origin"]}
    assert hosts == {"current": "files.example.com", "standby": "origin-dr.files.example.com"}
    [group] = body["origin_group"]
    assert [member["origin_id"] for member in group["member"]] == ["current", "standby"]
    assert group["failover_criteria"]["status_codes"] == [500, 502, 503, 504]
    assert body["default_cache_behavior"]["target_origin_id"] == group["origin_id"]
    for origin in body["origin"]:
        assert origin["custom_origin_config"]["origin_protocol_policy"] == "https-only"
        assert origin["custom_origin_config"]["origin_ssl_protocols"] == ["TLSv1.2"]
        assert origin["connection_attempts"] * origin["connection_timeout"] == 10
        assert "custom_header" not in origin, "a secret would lie in the state"


def test_reads_are_kept_and_are_the_same_for_everybody(defaults: Synthesized) -> None:
    behavior = body_of(defaults)["default_cache_behavior"]
    assert behavior["allowed_methods"] == ["GET", "HEAD", "OPTIONS"]
    assert behavior["cached_methods"] == ["GET", "HEAD"]
    assert (behavior["viewer_protocol_policy"], behavior["compress"]) == ("redirect-to-https", True)
    assert behavior["origin_request_policy_id"] == USER_AGENT_REFERER
    assert defaults.follow(behavior["cache_policy_id"]) == "Cdn/Cache"
    cache = defaults.only("aws_cloudfront_cache_policy")
    assert (cache["min_ttl"], cache["default_ttl"], cache["max_ttl"]) == (0, 300, 3600)
    key = cache["parameters_in_cache_key_and_forwarded_to_origin"]
    assert key["cookies_config"] == {"cookie_behavior": "none"}
    assert key["headers_config"] == {"header_behavior": "none"}
    assert key["query_strings_config"] == {"query_string_behavior": "all"}
    assert key["enable_accept_encoding_gzip"] is key["enable_accept_encoding_brotli"] is True


def test_writes_go_to_the_region_in_charge_and_are_never_kept(defaults: Synthesized) -> None:
    [behavior] = body_of(defaults)["ordered_cache_behavior"]
    assert (behavior["path_pattern"], behavior["target_origin_id"]) == ("/api/*", "current")
    methods = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
    assert set(behavior["allowed_methods"]) == methods
    assert behavior["cache_policy_id"] == CACHING_DISABLED
    assert behavior["origin_request_policy_id"] == ALL_VIEWER_EXCEPT_HOST
    assert behavior["viewer_protocol_policy"] == "https-only"


def test_every_answer_has_the_security_headers(defaults: Synthesized) -> None:
    body = body_of(defaults)
    for behavior in (body["default_cache_behavior"], *body["ordered_cache_behavior"]):
        assert defaults.follow(behavior["response_headers_policy_id"]) == "Cdn/Headers"
    headers = defaults.only("aws_cloudfront_response_headers_policy")["security_headers_config"]
    assert headers["strict_transport_security"] == {
        "access_control_max_age_sec": 63_072_000,
        "include_subdomains": True,
        "override": True,
    }
    assert headers["content_type_options"] == {"override": True}
    assert headers["frame_options"] == {"frame_option": "DENY", "override": False}
    assert headers["referrer_policy"]["referrer_policy"] == "strict-origin-when-cross-origin"
    assert headers["xss_protection"] == {"protection": True, "mode_block": True, "override": False}


def test_access_is_logged_encrypted_and_without_sessions(defaults: Synthesized) -> None:
    group = defaults.all("aws_cloudwatch_log_group")["Cdn/Logs/Group/LogGroup"]
    assert (group["name"], group["retention_in_days"]) == ("/aws/vendedlogs/cloudfront/acme-cdn", 14)
    assert defaults.follow(group["kms_key_id"]) == "Key/Key"
    source = defaults.only("aws_cloudwatch_log_delivery_source")
    assert source["log_type"] == "ACCESS_LOGS"
    assert defaults.follow(source["resource_arn"]) == "Cdn/Distribution"
    target = defaults.only("aws_cloudwatch_log_delivery_destination")
    assert target["output_format"] == "json"
    [configuration] = target["delivery_destination_configuration"]
    assert defaults.follow(configuration["destination_resource_arn"]) == "Cdn/Logs/Group/LogGroup"
    delivery = defaults.only("aws_cloudwatch_log_delivery")
    assert defaults.follow(delivery["delivery_source_name"]) == "Cdn/Logs/Source"
    assert defaults.follow(delivery["delivery_destination_arn"]) == "Cdn/Logs/Destination"
    assert {"c-ip", "sc-status", "x-edge-request-id"} <= set(delivery["record_fields"])
    assert "cs(Cookie)" not in delivery["record_fields"]
    for body in (group, source, target, delivery):
        assert body["provider"] == "aws.global"


def test_its_name_leads_to_it(defaults: Synthesized) -> None:
    records = {
        body["type"]: body
        for path, body in defaults.all("aws_route53_record").items()
        if path.startswith("Cdn/")
    }
    assert set(records) == {"A", "AAAA"}
    for body in records.values():
        assert (body["name"], body["zone_id"]) == (ALIAS, "Z0")
        assert body["alias"]["name"].endswith(".domain_name}")
        assert defaults.follow(body["alias"]["name"]) == "Cdn/Distribution"
        assert body["alias"]["zone_id"].endswith(".hosted_zone_id}")


def test_everything_configured(synth: Synth) -> None:
    stack = synth(
        lambda scope: distribution(
            scope,
            failover_status_codes=(404, 503),
            ttl_seconds={"minimum": 1, "default": 2, "maximum": 3},
            uncached_paths=("/api/*", "/upload"),
            price_class="PriceClass_All",
            countries=("JP", "KR"),
        )
    )
    body = body_of(stack)
    assert body["origin_group"][0]["failover_criteria"]["status_codes"] == [404, 503]
    assert [each["path_pattern"] for each in body["ordered_cache_behavior"]] == ["/api/*", "/upload"]
    assert body["price_class"] == "PriceClass_All"
    assert body["restrictions"]["geo_restriction"] == {
        "restriction_type": "whitelist",
        "locations": ["JP", "KR"],
    }
    cache = stack.only("aws_cloudfront_cache_policy")
    assert (cache["min_ttl"], cache["default_ttl"], cache["max_ttl"]) == (1, 2, 3)


def test_errors_that_users_see_raise_an_alarm(synth: Synth) -> None:
    found: list[Distribution] = []

    def build(scope: TerraformStack) -> None:
        found.append(distribution(scope))
        TerraformOutput(scope, "id", value=metric_of(found[0].alarms()[0]).dimensions["DistributionId"])

    stack = synth(build)
    [alarm] = found[0].alarms()
    metric = metric_of(alarm)
    assert (metric.namespace, metric.name) == ("AWS/CloudFront", "5xxErrorRate")
    assert metric.dimensions["Region"] == "Global"
    assert stack.follow(stack.json["output"]["id"]["value"]) == "Cdn/Distribution"
    assert (metric.region, alarm.threshold, alarm.severity) == (US, 5, Severity.CRITICAL)
    assert alarm.missing_data is MissingData.FINE, "no requests, no rate"
    [row] = found[0].dashboard_rows()
    assert [*row.graphs] == ["Requests", "Errors, %", "Bytes"]
