"""Budgets and cost anomalies: limits, notices, and who hears of them."""

import json
from typing import Any

import pytest
from cdktf import TerraformStack

from environments.observability import CostAlertsConfig
from hybrid_constructs.observability.budget import EnvironmentBudget, publish_statements
from hybrid_constructs.observability.cost_anomalies import CostAnomalies
from tests.synth.builders import ACCOUNT, REGION, Synth

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:acme-warning"
NOTICES = {(80, "ACTUAL"), (100, "ACTUAL"), (100, "FORECASTED")}


def budget(scope: TerraformStack, **options: Any) -> None:
    EnvironmentBudget(
        scope,
        "Budget",
        **{
            "name": "acme-test-monthly",
            "limit_usd": 145,
            "tag_key": "Environment",
            "tag_value": "test",
            "topic_arn": TOPIC,
            **options,
        },
    )


def anomalies(scope: TerraformStack, **options: Any) -> None:
    CostAnomalies(
        scope,
        "Anomalies",
        **{
            "name": "acme",
            "tag_key": "Environment",
            "tag_values": ["dev", "prod"],
            "topic_arn": TOPIC,
            "config": CostAlertsConfig(),
            **options,
        },
    )


def test_a_budget_counts_what_carries_the_tag(synth: Synth) -> None:
    found = synth(budget).only("aws_budgets_budget")
    assert (found["budget_type"], found["time_unit"]) == ("COST", "MONTHLY")
    assert (found["limit_amount"], found["limit_unit"]) == ("145", "USD")
    assert found["cost_filter"] == [{"name": "TagKeyValue", "values": ["user:Environment$test"]}]


def test_notices_come_on_the_way_at_the_limit_and_by_forecast(synth: Synth) -> None:
    notices = synth(budget).only("aws_budgets_budget")["notification"]
    assert {(notice["threshold"], notice["notification_type"]) for notice in notices} == NOTICES
    for notice in notices:
        assert (notice["comparison_operator"], notice["threshold_type"]) == ("GREATER_THAN", "PERCENTAGE")
        assert notice["subscriber_sns_topic_arns"] == [TOPIC]
        assert not notice.get("subscriber_email_addresses")


def test_everything_configured(synth: Synth) -> None:
    mail = ["a@example.com", "b@example.com"]
    found = synth(lambda scope: budget(scope, limit_usd=99.5, topic_arn=None, emails=mail))
    body = found.only("aws_budgets_budget")
    assert body["limit_amount"] == "99.5"
    for notice in body["notification"]:
        assert notice["subscriber_email_addresses"] == mail
        assert not notice.get("subscriber_sns_topic_arns")


@pytest.mark.parametrize(("usd", "written"), [(372, "372"), (300, "300"), (0.1, "0.1"), (12.345, "12.35")])
def test_a_limit_is_written_as_aws_returns_it(synth: Synth, usd: float, written: str) -> None:
    found = synth(lambda scope: budget(scope, limit_usd=usd)).only("aws_budgets_budget")
    assert found["limit_amount"] == written


def test_fails_when_a_budget_has_nobody_to_tell(synth: Synth) -> None:
    with pytest.raises(ValueError, match="acme-test-monthly has nobody to tell; give a topic or e-mail"):
        synth(lambda scope: budget(scope, topic_arn=None))


def test_fails_when_a_budget_has_too_many_addresses(synth: Synth) -> None:
    mail = [f"{index}@example.com" for index in range(11)]
    with pytest.raises(ValueError, match="has 11 e-mail addresses; AWS Budgets takes 10"):
        synth(lambda scope: budget(scope, emails=mail))


def test_anomalies_of_tagged_cost_are_told_at_once(synth: Synth) -> None:
    stack = synth(anomalies)
    monitor, subscription = stack.only("aws_ce_anomaly_monitor"), stack.only("aws_ce_anomaly_subscription")
    assert monitor["monitor_type"] == "CUSTOM"
    specification = json.loads(monitor["monitor_specification"])
    assert specification["Tags"]["Key"] == "Environment"
    assert specification["Tags"]["Values"] == ["dev", "prod"]
    [arn] = subscription["monitor_arn_list"]
    assert stack.follow(arn) == "Anomalies/Monitor"
    assert subscription["frequency"] == "IMMEDIATE"
    assert subscription["subscriber"] == [{"type": "SNS", "address": TOPIC}]
    assert subscription["threshold_expression"]["dimension"] == {
        "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
        "match_options": ["GREATER_THAN_OR_EQUAL"],
        "values": ["20"],
    }


def test_the_threshold_is_a_setting(synth: Synth) -> None:
    stack = synth(lambda scope: anomalies(scope, config=CostAlertsConfig(anomaly_usd=12.5)))
    expression = stack.only("aws_ce_anomaly_subscription")["threshold_expression"]
    assert expression["dimension"]["values"] == ["12.5"]


@pytest.mark.parametrize("count", [0, 11])
def test_fails_when_a_monitor_has_too_few_or_too_many_values(synth: Synth, count: int) -> None:
    values = [f"env-{index}" for index in range(count)]
    with pytest.raises(ValueError, match=f"acme has {count} values of Environment; give 1 to 10"):
        synth(lambda scope: anomalies(scope, tag_values=values))


def test_both_services_publish_for_this_account_only() -> None:
    found = publish_statements(TOPIC, ACCOUNT)
    assert {body["Principal"]["Service"] for body in found} == {
        "budgets.amazonaws.com",
        "costalerts.amazonaws.com",
    }
    for body in found:
        assert (body["Effect"], body["Action"], body["Resource"]) == ("Allow", "sns:Publish", TOPIC)
        assert body["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
