"""Route 53's health checks as the extension makes them."""

from typing import Any

from tests.operations.local.conftest import Clients

ALARM = {"Name": "switch", "Region": "ap-northeast-1"}
ENDPOINT = {
    "Type": "HTTPS",
    "FullyQualifiedDomainName": "files.example.com",
    "Port": 443,
    "ResourcePath": "/up",
    "RequestInterval": 10,
    "FailureThreshold": 2,
    "EnableSNI": True,
}


def create(route53: Any, **config: Any) -> dict[str, Any]:
    answer = route53.create_health_check(CallerReference=config["Type"], HealthCheckConfig=config)
    check: dict[str, Any] = answer["HealthCheck"]
    return check


def test_check_of_an_alarm_keeps_the_alarm_and_asks_no_endpoint(aws: Clients) -> None:
    route53 = aws("route53")
    made = create(
        route53,
        Type="CLOUDWATCH_METRIC",
        AlarmIdentifier=ALARM,
        InsufficientDataHealthStatus="LastKnownStatus",
    )

    check = route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]
    assert check["HealthCheckConfig"] == {
        "Type": "CLOUDWATCH_METRIC",
        "AlarmIdentifier": ALARM,
        "InsufficientDataHealthStatus": "LastKnownStatus",
        "Inverted": False,
        "Disabled": False,
    }


def test_changes_of_the_alarm_are_kept_and_counted(aws: Clients) -> None:
    route53 = aws("route53")
    made = create(
        route53, Type="CLOUDWATCH_METRIC", AlarmIdentifier=ALARM, InsufficientDataHealthStatus="Healthy"
    )
    assert made["HealthCheckVersion"] == 1

    other = {"Name": "other", "Region": "us-east-1"}
    route53.update_health_check(HealthCheckId=made["Id"], AlarmIdentifier=other)

    check = route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]
    assert check["HealthCheckConfig"]["AlarmIdentifier"] == other
    assert check["HealthCheckConfig"]["InsufficientDataHealthStatus"] == "Healthy"
    assert check["HealthCheckVersion"] == 2


def test_calculated_check_has_children_and_no_endpoint(aws: Clients) -> None:
    route53 = aws("route53")
    child = create(route53, **ENDPOINT)["Id"]

    made = create(route53, Type="CALCULATED", ChildHealthChecks=[child], HealthThreshold=1)

    assert made["HealthCheckConfig"] == {
        "Type": "CALCULATED",
        "ChildHealthChecks": [child],
        "HealthThreshold": 1,
        "Inverted": False,
        "Disabled": False,
    }


def test_check_of_an_endpoint_is_as_it_was_asked_for(aws: Clients) -> None:
    config = create(aws("route53"), **ENDPOINT)["HealthCheckConfig"]
    assert config.items() >= ENDPOINT.items()
    assert not {"AlarmIdentifier", "InsufficientDataHealthStatus"} & set(config)
