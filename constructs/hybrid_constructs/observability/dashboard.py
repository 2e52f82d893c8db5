"""A CloudWatch dashboard."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from hybrid_constructs.observability.alarms import AnyAlarm
from hybrid_constructs.observability.dashboard_body import dashboard_body
from hybrid_constructs.observability.watch import DashboardRow


class Dashboard(Construct):
    """The state of alarms, then rows of graphs with the alarms' thresholds as lines.

    `region` is where metrics are that do not say otherwise. The dashboard itself has no region: it is found
    in every one, whichever is down (CloudWatch user guide, "Cross-Region dashboards").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        rows: Sequence[DashboardRow],
        region: str,
        alarms: Mapping[str, AnyAlarm] | None = None,
        runbook_url: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        CloudwatchDashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            dashboard_body=dashboard_body(
                name, rows, region=region, alarms=alarms or {}, runbook_url=runbook_url
            ),
        )
