"""Web application firewall in front of a distribution or of load balancers."""

from collections.abc import Sequence
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from constructs import Construct

from hybrid_constructs.edge.delivered_logs import DeliveredLogs
from hybrid_constructs.edge.web_acl_logging import log_what_is_stopped
from hybrid_constructs.edge.web_acl_watch import alarms, dashboard_rows
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key

Scope = Literal["REGIONAL", "CLOUDFRONT"]

MANAGED_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""AWS's baseline and what fits services with an SQL database, cheapest first. 1125 of the 1500 capacity units
that cost nothing extra (WAF developer guide, "AWS Managed Rules rule groups list", "AWS WAF pricing")."""

LARGE_BODIES = ("AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY")
"""Blocks every body above 8 KB, so every upload: it only counts. The others look at what comes first."""

_RATE_WINDOW_SECONDS = 300
_RATE_LIMITS = range(10, 2_000_000_001)
"""Requests in a window (WAF API reference, RateBasedStatement)."""


class WebAcl(Construct):
    """Lets requests pass unless AWS's managed rules or the rate limit per address stop them.

    `scope_` CLOUDFRONT works in us-east-1 only, so `provider`, `region` and `key` must be of that region.
    `spares_cloudfront` is for a load balancer that is the origin of a distribution with a web ACL of its own:
    it sees the addresses of CloudFront, each shared by many users, and does not count what comes from there.
    Whoever forges CloudFront's header escapes the limit, but not the managed rules. `count_only` names
    managed groups that count instead of blocking.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        scope_: Scope,
        key: Key,
        account_id: str,
        region: str,
        rate_limit: int | None = 2000,
        spares_cloudfront: bool = False,
        count_only: Sequence[str] = (),
        log_retention_days: int = 14,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        _check(scope_, region, rate_limit, count_only)
        self.name = name
        self._region = region
        self._dimensions = {"WebACL": name} | ({} if scope_ == "CLOUDFRONT" else {"Region": region})
        acl = Wafv2WebAcl(
            self,
            "WebAcl",
            name=name,
            scope=scope_,
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[*_rate_rules(rate_limit, spares_cloudfront), *_managed_rules(count_only)],
            visibility_config=Wafv2WebAclVisibilityConfig(**_seen_as(name)),
            provider=provider,
        )
        self.arn = acl.arn
        logs = DeliveredLogs(
            self,
            "Logs",
            name=f"aws-waf-logs-{name}",  # WAF takes no other prefix (WAF developer guide, "Logging")
            key=key,
            retention_days=log_retention_days,
            account_id=account_id,
            region=region,
            provider=provider,
        )
        log_what_is_stopped(self, "Logging", web_acl_arn=self.arn, logs=logs, provider=provider)

    def alarms(self) -> list[Alarm]:
        """Many requests are stopped: an attack, or a rule that users trip over."""
        return alarms(self.name, self._dimensions, self._region)

    def dashboard_rows(self) -> list[DashboardRow]:
        """What passes, and which rule stops how much."""
        return dashboard_rows(self.name, self._dimensions, [RATE_RULE, *MANAGED_GROUPS], self._region)


RATE_RULE = "RateLimit"


_NOT_CLOUDFRONT = {
    "not_statement": {
        "statement": [
            {
                "byte_match_statement": {
                    "field_to_match": {"single_header": {"name": "via"}},
                    "positional_constraint": "CONTAINS",
                    "search_string": "(CloudFront)",
                    "text_transformation": [{"priority": 0, "type": "NONE"}],
                }
            }
        ]
    }
}
"""CloudFront adds itself to `Via` (its developer guide, "HTTP request headers and CloudFront behavior")."""


def _rate_rules(limit: int | None, spares_cloudfront: bool) -> list[Wafv2WebAclRule]:
    if limit is None:
        return []
    statement: dict[str, Any] = {
        "limit": limit,
        "aggregate_key_type": "IP",
        "evaluation_window_sec": _RATE_WINDOW_SECONDS,
    }
    if spares_cloudfront:
        statement["scope_down_statement"] = _NOT_CLOUDFRONT
    return [
        Wafv2WebAclRule(
            name=RATE_RULE,
            priority=0,
            action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
            statement={"rate_based_statement": statement},
            visibility_config=Wafv2WebAclRuleVisibilityConfig(**_seen_as(RATE_RULE)),
        )
    ]


def _managed_rules(count_only: Sequence[str]) -> list[Wafv2WebAclRule]:
    return [
        Wafv2WebAclRule(
            name=group,
            priority=priority,
            override_action=_as_count() if group in count_only else _as_the_group_says(),
            statement={"managed_rule_group_statement": _managed_group(group)},
            visibility_config=Wafv2WebAclRuleVisibilityConfig(**_seen_as(group)),
        )
        for priority, group in enumerate(MANAGED_GROUPS, start=1)
    ]


def _as_count() -> Wafv2WebAclRuleOverrideAction:
    return Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())


def _as_the_group_says() -> Wafv2WebAclRuleOverrideAction:
    return Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone())


def _managed_group(name: str) -> dict[str, Any]:
    statement: dict[str, Any] = {"vendor_name": "AWS", "name": name}
    group, rule = LARGE_BODIES
    if name == group:
        statement["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}}]
    return statement


def _seen_as(metric: str) -> dict[str, Any]:
    return {
        "metric_name": metric,
        "cloudwatch_metrics_enabled": True,
        "sampled_requests_enabled": True,
    }


def _check(scope: Scope, region: str, rate_limit: int | None, count_only: Sequence[str]) -> None:
    if scope == "CLOUDFRONT" and region != "us-east-1":
        raise ValueError(
            f"region {region} cannot hold a web ACL for CloudFront; use us-east-1 with a provider and a "
            "key of that region (WAF API reference, CreateWebACL)"
        )
    if rate_limit is not None and rate_limit not in _RATE_LIMITS:
        raise ValueError(
            f"rate_limit {rate_limit} is not between {_RATE_LIMITS[0]} and {_RATE_LIMITS[-1]} requests in "
            "five minutes; use None for no limit (WAF API reference, RateBasedStatement)"
        )
    if unknown := [group for group in count_only if group not in MANAGED_GROUPS]:
        raise ValueError(
            f"count_only {unknown[0]} is no group of this web ACL; use {', '.join(MANAGED_GROUPS)} "
            "(WAF developer guide, AWS Managed Rules rule groups list)"
        )
