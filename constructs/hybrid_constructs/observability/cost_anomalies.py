"""Spending that is unlike what AWS learned to expect."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.ce_anomaly_monitor import CeAnomalyMonitor
from cdktf_cdktf_provider_aws.ce_anomaly_subscription import (
    CeAnomalySubscription,
    CeAnomalySubscriptionSubscriber,
    CeAnomalySubscriptionThresholdExpression,
    CeAnomalySubscriptionThresholdExpressionDimension,
)
from constructs import Construct

from environments.observability import CostAlertsConfig

VALUES = 10
"""Values of one tag in a monitor (AWS Cost Management user guide, "Cost anomaly detection quotas")."""


class CostAnomalies(Construct):
    """Watches the cost of everything whose tag `tag_key` is one of `tag_values`, and tells a topic at once.

    A monitor by tag, because an account has one monitor of its services at most, and AWS makes it by itself.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        tag_key: str,
        tag_values: Sequence[str],
        topic_arn: str,
        config: CostAlertsConfig,
    ) -> None:
        super().__init__(scope, id_)
        if not 1 <= len(tag_values) <= VALUES:
            raise ValueError(
                f"cost anomaly monitor {name} has {len(tag_values)} values of {tag_key}; give 1 to {VALUES} "
                '(AWS Cost Management user guide, "Cost anomaly detection quotas")'
            )
        monitor = CeAnomalyMonitor(
            self,
            "Monitor",
            name=name,
            monitor_type="CUSTOM",
            monitor_specification=_by_tag(tag_key, tag_values),
        )
        dimension = CeAnomalySubscriptionThresholdExpressionDimension(
            key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            match_options=["GREATER_THAN_OR_EQUAL"],
            values=[f"{config.anomaly_usd:g}"],
        )
        CeAnomalySubscription(
            self,
            "Subscription",
            name=name,
            # The only frequency that a topic can have (Cost Explorer API reference, AnomalySubscription).
            frequency="IMMEDIATE",
            monitor_arn_list=[monitor.arn],
            subscriber=[CeAnomalySubscriptionSubscriber(type="SNS", address=topic_arn)],
            threshold_expression=CeAnomalySubscriptionThresholdExpression(dimension=dimension),
        )


def _by_tag(key: str, values: Sequence[str]) -> str:
    """The expression with every key that the API returns, so that a plan finds no difference."""
    absent = {"And": None, "CostCategories": None, "Dimensions": None, "Not": None, "Or": None}
    tags = {"Key": key, "MatchOptions": None, "Values": [*values]}
    return json.dumps({**absent, "Tags": tags}, separators=(",", ":"))
