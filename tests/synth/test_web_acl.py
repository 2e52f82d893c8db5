"""WebAcl: managed rules and a rate limit, logged where they stop something."""

from collections.abc import Sequence

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.edge.web_acl import MANAGED_GROUPS, WebAcl
from hybrid_constructs.observability.watch import Metric, MissingData
from tests.synth import builders
from tests.synth.alarms import metric_of
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.synthesized import Body, Synthesized, statements

COMMON, SQL = "AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"


def web_acl(
    scope: TerraformStack,
    *,
    rate_limit: int | None = 2000,
    spares_cloudfront: bool = False,
    count_only: Sequence[str] = (),
) -> WebAcl:
    return WebAcl(
        scope,
        "Acl",
        name="acme-test",
        scope_="REGIONAL",
        key=builders.key(scope),
        account_id=ACCOUNT,
        region=REGION,
        rate_limit=rate_limit,
        spares_cloudfront=spares_cloudfront,
        count_only=count_only,
    )


def for_cloudfront(scope: TerraformStack, region: str = "us-east-1") -> WebAcl:
    provider = aws_provider(scope, region=region, account_id=ACCOUNT, tags={}, alias="global")
    return WebAcl(
        scope,
        "Acl",
        name="acme-cdn",
        scope_="CLOUDFRONT",
        key=builders.key(scope, provider=provider),
        account_id=ACCOUNT,
        region=region,
        log_retention_days=90,
        provider=provider,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(web_acl)


def rules(stack: Synthesized) -> dict[str, Body]:
    return {rule["name"]: rule for rule in stack.only("aws_wafv2_web_acl")["rule"]}


def group(rule: Body) -> Body:
    statement: Body = rule["statement"]["managed_rule_group_statement"]
    return statement


def test_requests_pass_unless_a_rule_stops_them(defaults: Synthesized) -> None:
    acl = defaults.only("aws_wafv2_web_acl")
    assert (acl["name"], acl["scope"], acl["default_action"]) == ("acme-test", "REGIONAL", {"allow": {}})
    found = rules(defaults)
    assert [*found] == ["RateLimit", *MANAGED_GROUPS]
    assert [rule["priority"] for rule in found.values()] == [0, 1, 2, 3, 4]
    for name in MANAGED_GROUPS:
        assert (group(found[name])["vendor_name"], group(found[name])["name"]) == ("AWS", name)
        assert found[name]["override_action"] == {"none": {}}, "its rules block as AWS made them"
    for seen in (acl, *found.values()):
        assert seen["visibility_config"]["cloudwatch_metrics_enabled"] is True
        assert seen["visibility_config"]["sampled_requests_enabled"] is True


def test_one_address_may_ask_so_often_in_five_minutes(synth: Synth, defaults: Synthesized) -> None:
    rule = rules(defaults)["RateLimit"]
    assert rule["action"] == {"block": {}}
    assert rule["statement"]["rate_based_statement"] == {
        "limit": 2000,
        "aggregate_key_type": "IP",
        "evaluation_window_sec": 300,
    }
    assert "RateLimit" not in rules(synth(lambda scope: web_acl(scope, rate_limit=None)))


def test_origin_of_a_distribution_does_not_count_what_cloudfront_asks(synth: Synth) -> None:
    rule = rules(synth(lambda scope: web_acl(scope, spares_cloudfront=True)))["RateLimit"]
    [spared] = rule["statement"]["rate_based_statement"]["scope_down_statement"]["not_statement"]["statement"]
    match = spared["byte_match_statement"]
    assert match["field_to_match"] == {"single_header": {"name": "via"}}
    assert (match["positional_constraint"], match["search_string"]) == ("CONTAINS", "(CloudFront)")


def test_uploads_pass_although_they_are_large(defaults: Synthesized) -> None:
    overrides = {name: group(rules(defaults)[name]).get("rule_action_override") for name in MANAGED_GROUPS}
    assert overrides.pop(COMMON) == [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}]
    assert not any(overrides.values())


def test_a_group_can_count_only(synth: Synth) -> None:
    found = rules(synth(lambda scope: web_acl(scope, count_only=[SQL])))
    actions = {name: found[name]["override_action"] for name in MANAGED_GROUPS}
    assert actions.pop(SQL) == {"count": {}}
    assert all(action == {"none": {}} for action in actions.values())


def test_what_is_stopped_is_logged_encrypted_and_without_sessions(defaults: Synthesized) -> None:
    logs = defaults.only("aws_cloudwatch_log_group")
    assert (logs["name"], logs["retention_in_days"]) == ("aws-waf-logs-acme-test", 14)
    assert defaults.follow(logs["kms_key_id"]) == "Key/Key"
    body = defaults.only("aws_wafv2_web_acl_logging_configuration")
    assert defaults.follow(body["resource_arn"]) == "Acl/WebAcl"
    assert defaults.follow_all(body["log_destination_configs"]) == {"Acl/Logs/LogGroup"}
    assert defaults.depends_on(body) == {"Acl/Logs/Delivery"}
    hidden = [field["single_header"]["name"] for field in body["redacted_fields"]]
    assert hidden == ["authorization", "cookie"]
    assert body["logging_filter"]["default_behavior"] == "DROP"
    [kept] = body["logging_filter"]["filter"]
    assert (kept["behavior"], kept["requirement"]) == ("KEEP", "MEETS_ANY")
    actions = [condition["action_condition"]["action"] for condition in kept["condition"]]
    assert actions == ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]


def test_only_deliveries_of_the_account_write_to_the_log_group(defaults: Synthesized) -> None:
    policy = defaults.only("aws_cloudwatch_log_resource_policy")
    [statement] = statements(policy["policy_document"])
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == (
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-acme-test:log-stream:*"
    )
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"},
    }


def test_in_front_of_cloudfront_all_of_it_is_in_its_region(synth: Synth) -> None:
    found: list[WebAcl] = []
    stack = synth(lambda scope: found.append(for_cloudfront(scope)))
    assert stack.only("aws_wafv2_web_acl")["scope"] == "CLOUDFRONT"
    assert stack.only("aws_cloudwatch_log_group")["retention_in_days"] == 90
    kinds = stack.kinds() - {"aws_kms_key", "aws_kms_alias"}
    assert {stack.only(kind)["provider"] for kind in kinds} == {"aws.global"}
    [alarm] = found[0].alarms()
    assert metric_of(alarm).dimensions == {"WebACL": "acme-cdn", "Rule": "ALL"}, "CloudFront's have no Region"
    assert metric_of(alarm).region == "us-east-1"


def test_many_stopped_requests_raise_an_alarm(synth: Synth) -> None:
    found: list[WebAcl] = []
    synth(lambda scope: found.append(web_acl(scope)))
    [alarm] = found[0].alarms()
    metric = metric_of(alarm)
    assert alarm.id == "web-acl-blocked"
    assert (metric.namespace, metric.name) == ("AWS/WAFV2", "BlockedRequests")
    assert metric.dimensions == {"WebACL": "acme-test", "Rule": "ALL", "Region": REGION}
    assert (metric.statistic, metric.period_seconds, alarm.threshold) == ("Sum", 300, 1000)
    assert alarm.missing_data is MissingData.FINE, "WAF is silent while nothing is stopped"
    [row] = found[0].dashboard_rows()
    shown = row.graphs["Blocked by rule"]
    by_rule = [metric.dimensions["Rule"] for metric in shown if isinstance(metric, Metric)]
    assert by_rule == ["RateLimit", *MANAGED_GROUPS]


@pytest.mark.parametrize("limit", [9, 2_000_000_001])
def test_fails_when_the_rate_is_none_that_waf_takes(synth: Synth, limit: int) -> None:
    with pytest.raises(ValueError, match=rf"rate_limit {limit} is not between 10 and 2000000000 .* use None"):
        synth(lambda scope: web_acl(scope, rate_limit=limit))


def test_fails_when_a_group_to_count_is_not_in_use(synth: Synth) -> None:
    with pytest.raises(ValueError, match=r"count_only AWSManagedRulesLinuxRuleSet is no group .* use AWSMan"):
        synth(lambda scope: web_acl(scope, count_only=["AWSManagedRulesLinuxRuleSet"]))


def test_fails_when_cloudfront_is_in_another_region(synth: Synth) -> None:
    with pytest.raises(ValueError, match=r"region eu-west-1 cannot hold .* use us-east-1"):
        synth(lambda scope: for_cloudfront(scope, "eu-west-1"))
