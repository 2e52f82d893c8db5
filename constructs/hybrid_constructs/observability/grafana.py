"""Amazon Managed Grafana: one place to look at metrics and traces."""

from cdktf_cdktf_provider_aws.grafana_workspace import GrafanaWorkspace
from constructs import Construct

from environments.observability import TelemetryConfig
from hybrid_constructs.observability.prometheus import MetricsWorkspace
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, ServiceRole

VERSION = "10.4"
"""The newest that Managed Grafana offers (Grafana user guide, "Differences between versions")."""


class DashboardsWorkspace(Construct):
    """A Grafana workspace that reads CloudWatch, X-Ray and `metrics`, and nothing else.

    Who may log in is decided outside Terraform: people are assigned to the workspace in IAM Identity Center.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        metrics: MetricsWorkspace,
        config: TelemetryConfig,
        roles: RoleScope,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        role = ServiceRole(
            self,
            "Reader",
            name=f"{name}-grafana",
            service="grafana.amazonaws.com",
            within=roles,
            statements=[
                *metrics.grant_query(),
                *read_statements(f"arn:aws:cloudwatch:*:{roles.account_id}:alarm:*"),
            ],
        )
        workspace = GrafanaWorkspace(
            self,
            "Workspace",
            name=name,
            description="Metrics and traces of the platform",
            account_access_type="CURRENT_ACCOUNT",
            # With SERVICE_MANAGED the console would make a role of its own, outside this path and boundary.
            permission_type="CUSTOMER_MANAGED",
            role_arn=role.arn,
            authentication_providers=[config.grafana_login],
            data_sources=["CLOUDWATCH", "PROMETHEUS", "XRAY"],
            grafana_version=VERSION,
        )
        self.id = workspace.id
        self.endpoint = workspace.endpoint


def read_statements(alarms: str) -> list[Statement]:
    """Read metrics, traces, alarms (by ARN pattern) and the list of workspaces."""
    actions = [
        "aps:ListWorkspaces",
        *("cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
        *("ec2:DescribeRegions", "tag:GetResources"),
        *(
            "xray:BatchGetTraces",
            "xray:GetGroups",
            "xray:GetServiceGraph",
            "xray:GetTimeSeriesServiceStatistics",
        ),
        *("xray:GetTraceGraph", "xray:GetTraceSummaries", "xray:GetInsightSummaries"),
    ]
    about_alarms = ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"]
    return [
        # None of these actions takes a resource (Service Authorization Reference).
        {"Effect": "Allow", "Action": actions, "Resource": "*"},
        {"Effect": "Allow", "Action": about_alarms, "Resource": alarms},
    ]
