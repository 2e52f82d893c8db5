"""Access logs of a distribution, in a log group."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from constructs import Construct

from hybrid_constructs.edge.delivered_logs import DeliveredLogs
from hybrid_constructs.security.key import Key

FIELDS = (
    *("date", "time", "x-edge-location", "c-ip", "c-port", "cs-method", "cs(Host)", "cs-uri-stem"),
    *("cs-uri-query", "cs(Referer)", "cs(User-Agent)", "x-host-header", "x-forwarded-for", "cs-protocol"),
    *("cs-protocol-version", "ssl-protocol", "ssl-cipher", "cs-bytes", "sc-status", "sc-bytes"),
    *("sc-content-type", "sc-content-len", "time-taken", "time-to-first-byte", "x-edge-request-id"),
    *("x-edge-result-type", "x-edge-response-result-type", "x-edge-detailed-result-type"),
)
"""All that help in an incident; without cs(Cookie), in which sessions would lie open."""


class DistributionLogs(Construct):
    """Standard logs (v2) as JSON in an encrypted log group, where an incident can query them at once.

    The older standard logs want a bucket with ACLs, which our buckets have switched off. All of this is in
    us-east-1, where CloudFront's logs start (CloudFront guide, "Configure standard logging (v2)").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        distribution_arn: str,
        key: Key,
        retention_days: int,
        account_id: str,
        region: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        # AWS's own prefix for what its services deliver (CloudWatch Logs guide, "Enable logging").
        self.log_group = f"/aws/vendedlogs/cloudfront/{name}"
        logs = DeliveredLogs(
            self,
            "Group",
            name=self.log_group,
            key=key,
            retention_days=retention_days,
            account_id=account_id,
            region=region,
            provider=provider,
        )
        source = CloudwatchLogDeliverySource(
            self,
            "Source",
            name=name,
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "Destination",
            name=name,
            output_format="json",
            delivery_destination_configuration=[
                CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                    destination_resource_arn=logs.arn
                )
            ],
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "Delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(FIELDS),
            depends_on=[logs.policy],
            provider=provider,
        )
