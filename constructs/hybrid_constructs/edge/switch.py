"""The switch of a failover: a metric that a person's command publishes, and Route 53 reads as health."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from hybrid_constructs.observability.watch import MissingData

SWITCHED = 1
"""The value that switches over; 0 switches back."""


class FailoverSwitch(Construct):
    """Healthy while traffic belongs to the primary region, unhealthy once it was switched over.

    Metric and alarm are in the second region, and Route 53's checkers read them there. So switching needs
    neither the primary region nor a control plane in us-east-1. Silence keeps what was: the alarm ignores
    missing data, and the check keeps its last status. A check that never saw data is healthy (Route 53 API
    reference, HealthCheckConfig, "InsufficientDataHealthStatus"): not switched.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        namespace: str,
        metric: str,
        dimensions: dict[str, str],
        region: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        # Route 53 reads the metric itself, by a copy of this definition, and knows neither M of N nor metric
        # math nor percentiles (Route 53 developer guide, "Monitoring a CloudWatch alarm").
        alarm = CloudwatchMetricAlarm(
            self,
            "Alarm",
            alarm_name=name,
            alarm_description="A switch, not an alert: in ALARM, traffic goes to the second region. See the "
            "runbook of the failover.",
            namespace=namespace,
            metric_name=metric,
            dimensions=dimensions,
            statistic="Maximum",
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=SWITCHED,
            treat_missing_data=MissingData.KEEP.value,
            provider=provider,
        )
        self.check_id = Route53HealthCheck(
            self,
            "Check",
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=name,
            cloudwatch_alarm_region=region,
            insufficient_data_health_status="LastKnownStatus",
            # Renews the copy when the alarm changes.
            triggers={"metric": f"{namespace}/{metric}", **dimensions},
            tags={"Name": name},
            # The alarm is named, not referred to: the check must not come first.
            depends_on=[alarm],
        ).id
