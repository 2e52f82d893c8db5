"""Route 53's view of the two regions: health checks, and the alarms on them."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from environments.recovery import HealthCheckConfig
from hybrid_constructs.observability.watch import Alarm, Comparison, Metric, Severity

RUNBOOK = "runbooks/failover.md"
HEALTH_REGION = "us-east-1"
"""Route 53 reports health there and nowhere else (Route 53 guide, "Monitoring health checks")."""


def endpoint_check(scope: Construct, id_: str, *, name: str, host: str, config: HealthCheckConfig) -> str:
    """Id of a check that asks `host` over HTTPS, from several continents."""
    return Route53HealthCheck(
        scope,
        id_,
        type="HTTPS",
        fqdn=host,
        port=config.port,
        resource_path=config.path,
        request_interval=config.interval_seconds,
        failure_threshold=config.failure_threshold,
        # The load balancer picks its certificate, and answers at all, by this name.
        enable_sni=True,
        regions=list(config.checker_regions) or None,
        tags={"Name": name},
    ).id


def calculated_check(
    scope: Construct, id_: str, *, name: str, children: Sequence[str], healthy_children: int
) -> str:
    """Id of a check that is healthy while at least `healthy_children` of `children` are."""
    return Route53HealthCheck(
        scope,
        id_,
        type="CALCULATED",
        child_healthchecks=list(children),
        child_health_threshold=healthy_children,
        tags={"Name": name},
    ).id


def health(check_id: str) -> Metric:
    """1 while a check is healthy, 0 while it is not."""
    return Metric(
        "AWS/Route53", "HealthCheckStatus", {"HealthCheckId": check_id}, "Minimum", region=HEALTH_REGION
    )


def unhealthy(check_id: str, *, id_: str, description: str, severity: Severity) -> Alarm:
    """A check that turned unhealthy; it counted failures before, so the alarm does not count again."""
    return Alarm(
        id=id_,
        description=description,
        metric=health(check_id),
        comparison=Comparison.BELOW,
        threshold=1,
        severity=severity,
        runbook=RUNBOOK,
        evaluation_periods=1,
        datapoints_to_alarm=1,
    )
