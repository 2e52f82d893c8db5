"""What shows how much a web ACL stops (WAF developer guide, "AWS WAF core metrics and dimensions")."""

from collections.abc import Sequence

from hybrid_constructs.observability.watch import Alarm, DashboardRow, Metric, MissingData, Severity

RUNBOOK = "runbooks/cdn.md"
BLOCKED_REQUESTS = 1000
"""In five minutes; scanners alone reach a few hundred."""

_PERIOD_SECONDS = 300
_ALL_RULES = "ALL"


def alarms(name: str, dimensions: dict[str, str], region: str) -> list[Alarm]:
    """WAF reports nothing while nothing is stopped."""
    return [
        Alarm(
            id="web-acl-blocked",
            description=f"{name} blocks more than {BLOCKED_REQUESTS} requests in five minutes: an attack, "
            "or a rule that users trip over",
            metric=_metric("BlockedRequests", dimensions, _ALL_RULES, region),
            threshold=BLOCKED_REQUESTS,
            severity=Severity.WARNING,
            runbook=RUNBOOK,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            missing_data=MissingData.FINE,
        )
    ]


def dashboard_rows(
    name: str, dimensions: dict[str, str], rules: Sequence[str], region: str
) -> list[DashboardRow]:
    """Requests that passed and that were stopped, and by which rule."""
    return [
        DashboardRow(
            f"Web ACL {name}",
            {
                "Requests": [
                    _metric(what, dimensions, _ALL_RULES, region)
                    for what in ("AllowedRequests", "BlockedRequests")
                ],
                "Blocked by rule": [_metric("BlockedRequests", dimensions, rule, region) for rule in rules],
                "Counted by rule": [_metric("CountedRequests", dimensions, rule, region) for rule in rules],
            },
        )
    ]


def _metric(what: str, dimensions: dict[str, str], rule: str, region: str) -> Metric:
    return Metric("AWS/WAFV2", what, {**dimensions, "Rule": rule}, "Sum", _PERIOD_SECONDS, region=region)
