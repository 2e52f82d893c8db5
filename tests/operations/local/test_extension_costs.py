"""Budgets and cost anomalies as the extension makes them."""

from typing import Any

import pytest

from tests.operations.local.conftest import Clients

ACCOUNT = "123456789012"
NOTICE = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:ap-northeast-2:{ACCOUNT}:alarms"}
MAIL = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}
TAGS = [{"Key": "team", "Value": "platform"}]


def budget(limit: str = "100") -> dict[str, Any]:
    return {
        "BudgetName": "prod",
        "BudgetLimit": {"Amount": limit, "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }


@pytest.fixture
def budgets(aws: Clients) -> Any:
    client = aws("budgets", "us-east-1")
    client.create_budget(
        AccountId=ACCOUNT,
        Budget=budget(),
        NotificationsWithSubscribers=[{"Notification": NOTICE, "Subscribers": [TOPIC]}],
        ResourceTags=TAGS,
    )
    return client


def subscribers(budgets: Any, notice: dict[str, Any] = NOTICE) -> list[dict[str, str]]:
    found: list[dict[str, str]] = budgets.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName="prod", Notification=notice
    )["Subscribers"]
    return found


def test_a_budget_is_changed(budgets: Any) -> None:
    before = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="prod")["Budget"]
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget("200"))
    after = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="prod")["Budget"]
    assert after["BudgetLimit"]["Amount"] == "200"
    assert after["TimePeriod"] == before["TimePeriod"]
    assert subscribers(budgets) == [TOPIC]
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget() | {"BudgetName": "none"})


def test_subscribers_come_and_go(budgets: Any) -> None:
    notice = {"AccountId": ACCOUNT, "BudgetName": "prod", "Notification": NOTICE}
    budgets.create_subscriber(**notice, Subscriber=MAIL)
    assert subscribers(budgets) == [TOPIC, MAIL]
    budgets.delete_subscriber(**notice, Subscriber=TOPIC)
    assert subscribers(budgets, NOTICE | {"ThresholdType": "PERCENTAGE"}) == [MAIL]
    later = NOTICE | {"Threshold": 90}
    budgets.update_notification(
        AccountId=ACCOUNT, BudgetName="prod", OldNotification=NOTICE, NewNotification=later
    )
    assert subscribers(budgets, later) == [MAIL]
    with pytest.raises(budgets.exceptions.NotFoundException):
        subscribers(budgets)


def test_a_budget_has_tags_until_it_goes(budgets: Any) -> None:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/prod"
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == TAGS
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "owner", "Value": "me"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["team"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [
        {"Key": "owner", "Value": "me"}
    ]
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="prod")
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == []


@pytest.fixture
def ce(aws: Clients) -> Any:
    return aws("ce", "us-east-1")


@pytest.fixture
def monitor(ce: Any) -> str:
    arn: str = ce.create_anomaly_monitor(
        AnomalyMonitor={
            "MonitorName": "fleet",
            "MonitorType": "CUSTOM",
            "MonitorSpecification": {"Tags": {"Key": "Environment", "Values": ["prod"]}},
        },
        ResourceTags=TAGS,
    )["MonitorArn"]
    return arn


def subscribe(ce: Any, monitor: str) -> str:
    arn: str = ce.create_anomaly_subscription(
        AnomalySubscription={
            "SubscriptionName": "fleet",
            "MonitorArnList": [monitor],
            "Frequency": "IMMEDIATE",
            "Subscribers": [{"Type": "SNS", "Address": TOPIC["Address"]}],
        }
    )["SubscriptionArn"]
    return arn


def test_anomaly_monitors(ce: Any, monitor: str) -> None:
    ce.update_anomaly_monitor(MonitorArn=monitor, MonitorName="all")
    [found] = ce.get_anomaly_monitors(MonitorArnList=[monitor])["AnomalyMonitors"]
    assert (found["MonitorName"], found["MonitorType"]) == ("all", "CUSTOM")
    assert found["MonitorSpecification"]["Tags"]["Values"] == ["prod"]
    assert ce.list_tags_for_resource(ResourceArn=monitor)["ResourceTags"] == TAGS
    ce.delete_anomaly_monitor(MonitorArn=monitor)
    assert ce.get_anomaly_monitors()["AnomalyMonitors"] == []
    assert ce.list_tags_for_resource(ResourceArn=monitor)["ResourceTags"] == []
    with pytest.raises(ce.exceptions.UnknownMonitorException):
        ce.get_anomaly_monitors(MonitorArnList=[monitor])


def test_anomaly_subscriptions(ce: Any, monitor: str) -> None:
    arn = subscribe(ce, monitor)
    assert [each["MonitorArn"] for each in ce.get_anomaly_monitors()["AnomalyMonitors"]] == [monitor]
    ce.update_anomaly_subscription(SubscriptionArn=arn, Frequency="DAILY")
    [found] = ce.get_anomaly_subscriptions()["AnomalySubscriptions"]
    assert (found["SubscriptionName"], found["Frequency"]) == ("fleet", "DAILY")
    assert found["Subscribers"][0]["Status"] == "CONFIRMED"
    ce.delete_anomaly_monitor(MonitorArn=monitor)
    [found] = ce.get_anomaly_subscriptions(SubscriptionArnList=[arn])["AnomalySubscriptions"]
    assert found["MonitorArnList"] == []
    ce.delete_anomaly_subscription(SubscriptionArn=arn)
    with pytest.raises(ce.exceptions.UnknownSubscriptionException):
        ce.get_anomaly_subscriptions(SubscriptionArnList=[arn])


def test_fails_when_a_monitor_is_asked_for_as_a_subscription(ce: Any, monitor: str) -> None:
    with pytest.raises(ce.exceptions.UnknownSubscriptionException):
        ce.get_anomaly_subscriptions(SubscriptionArnList=[monitor])
