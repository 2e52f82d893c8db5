"""What an environment may cost in a month, and who hears of it."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.budgets_budget import (
    BudgetsBudget,
    BudgetsBudgetCostFilter,
    BudgetsBudgetNotification,
)
from constructs import Construct

from hybrid_constructs.security.policies import Statement

NOTICES = ((80, "ACTUAL"), (100, "ACTUAL"), (100, "FORECASTED"))
"""Percent of the budget, of what was spent or of what the month is going to cost."""

EMAILS = 10
"""Addresses that one notice reaches (AWS Budgets API reference, CreateBudget)."""


class EnvironmentBudget(Construct):
    """A monthly budget for everything with a cost allocation tag, with notices on the way to its limit.

    The tag must have been activated for cost allocation, or the budget sees nothing (AWS Billing user guide,
    "Activating user-defined cost allocation tags").
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        limit_usd: float,
        tag_key: str,
        tag_value: str,
        topic_arn: str | None = None,
        emails: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        if topic_arn is None and not emails:
            raise ValueError(
                f"budget {name} has nobody to tell; give a topic or e-mail addresses "
                "(AWS Budgets API reference, Notification: 1 to 11 subscribers)"
            )
        if len(emails) > EMAILS:
            raise ValueError(
                f"budget {name} has {len(emails)} e-mail addresses; AWS Budgets takes {EMAILS}, "
                "use a mailing list (AWS Budgets API reference, CreateBudget)"
            )
        self.name = name
        BudgetsBudget(
            self,
            "Budget",
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{limit_usd:.2f}".rstrip("0").rstrip("."),
            limit_unit="USD",
            cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:{tag_key}${tag_value}"])],
            notification=[
                BudgetsBudgetNotification(
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    notification_type=kind,
                    subscriber_sns_topic_arns=[topic_arn] if topic_arn else [],
                    subscriber_email_addresses=[*emails],
                )
                for percent, kind in NOTICES
            ],
        )


def publish_statements(topic_arn: str, account_id: str) -> list[Statement]:
    """Let budgets and cost anomaly detection of this account publish to a topic.

    AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications" and "... for
    anomaly notifications". The topic's key must let both services use it, too.
    """
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        }
        for sid, service in (("Budgets", "budgets.amazonaws.com"), ("Anomalies", "costalerts.amazonaws.com"))
    ]
