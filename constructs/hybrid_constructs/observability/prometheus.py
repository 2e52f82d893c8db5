"""Amazon Managed Service for Prometheus: metrics of services, beside those of CloudWatch."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.prometheus_workspace import (
    PrometheusWorkspace,
    PrometheusWorkspaceLoggingConfiguration,
)
from constructs import Construct

from environments.observability import TelemetryConfig
from hybrid_constructs.aws import protected
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

QUERY = ("aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics")
"""What reading metrics takes (Prometheus user guide, "IAM permissions and policies")."""


class MetricsWorkspace(Construct):
    """One Prometheus workspace for the fleet, encrypted, its own errors logged."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, key: Key, logs_key: Key, config: TelemetryConfig
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        # AWS delivers to groups below this prefix without a policy for each of them.
        self.log_group_name = f"/aws/vendedlogs/prometheus/{name}"
        log_group_arn = CloudwatchLogGroup(
            self,
            "LogGroup",
            name=self.log_group_name,
            retention_in_days=config.log_retention_days,
            kms_key_id=logs_key.arn,
        ).arn
        workspace = PrometheusWorkspace(
            self,
            "Workspace",
            alias=name,
            kms_key_arn=key.arn,
            logging_configuration=PrometheusWorkspaceLoggingConfiguration(log_group_arn=f"{log_group_arn}:*"),
            lifecycle=protected(),
        )
        self.id = workspace.id
        self.arn = workspace.arn
        self.endpoint = workspace.prometheus_endpoint

    def grant_write(self) -> list[Statement]:
        """Send metrics to the workspace."""
        return write_statements(self.arn)

    def grant_query(self) -> list[Statement]:
        """Read metrics of the workspace."""
        return [{"Effect": "Allow", "Action": [*QUERY, "aps:DescribeWorkspace"], "Resource": self.arn}]


def write_statements(workspace_arn: str) -> list[Statement]:
    """Send metrics to a workspace that another stack made."""
    return [{"Effect": "Allow", "Action": "aps:RemoteWrite", "Resource": workspace_arn}]
