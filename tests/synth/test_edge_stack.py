"""The stack `edge`: what is where, and by which names the CLI and the other stacks meet it."""

import pytest

from environments import naming
from environments.schema import Fleet
from tests.synth.synthesized import Body, Synthesized, statements

GLOBAL = "aws.us_east_1"
ANYWHERE = {"aws_route53_record", "aws_route53_health_check"}
"""Route 53 is the same from every region."""


@pytest.fixture
def edge(stacks: dict[str, Synthesized]) -> Synthesized:
    return stacks["edge"]


def resources(stack: Synthesized) -> list[tuple[str, Body]]:
    return [(kind, body) for kind in stack.kinds() - ANYWHERE for body in stack.all(kind).values()]


def test_the_switch_works_without_the_primary_region_and_without_us_east_1(
    edge: Synthesized, fleet: Fleet
) -> None:
    in_second_region = sorted(kind for kind, body in resources(edge) if "provider" not in body)
    # A dashboard has no region; it is found in every one.
    assert in_second_region == ["aws_cloudwatch_dashboard", "aws_cloudwatch_metric_alarm"]
    alarm = edge.all("aws_cloudwatch_metric_alarm")["Switch/Alarm"]
    assert alarm["alarm_name"] == naming.failover_switch(fleet) == "ryuqqq-dr-failover-switch"
    assert (alarm["namespace"], alarm["metric_name"], alarm["dimensions"]) == naming.failover_metric(fleet)
    assert naming.failover_metric(fleet) == (
        "ryuqqq/Recovery",
        "SwitchedOver",
        {"Host": "fileflow.ryuqqq.com"},
    )
    check = edge.all("aws_route53_health_check")["Switch/Check"]
    assert check["cloudwatch_alarm_region"] == fleet.dr.region


def test_cloudfront_and_what_it_uses_are_in_us_east_1(edge: Synthesized) -> None:
    kinds = {kind for kind, body in resources(edge) if body.get("provider") == GLOBAL}
    assert {
        "aws_acm_certificate",
        "aws_cloudfront_distribution",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_group",
        "aws_kms_key",
        "aws_wafv2_web_acl",
    } <= kinds
    policy = edge.all("aws_kms_key")["LogsKey/Key"]["policy"]
    services = [statement["Principal"].get("Service") for statement in statements(policy)]
    assert "logs.us-east-1.amazonaws.com" in services


def test_each_load_balancer_is_looked_up_where_its_stack_published_it(
    edge: Synthesized, fleet: Fleet
) -> None:
    found = {body["name"]: body.get("provider") for body in edge.data("aws_ssm_parameter").values()}
    assert found == {
        naming.load_balancer_parameter(fleet.primary.name): "aws.primary",
        naming.load_balancer_parameter(fleet.dr.name): "aws",
    }
    names = {path: body["name"] for path, body in edge.all("aws_route53_record").items()}
    host = fleet.dr.edge.host
    assert set(names.values()) >= {
        host,
        f"origin-primary.{host}",
        f"origin-dr.{host}",
        fleet.dr.edge.cdn.alias,
    }
    assert naming.origin_host(fleet, "primary") == f"origin-primary.{host}"


def test_every_record_is_in_the_zone_of_the_organisation(edge: Synthesized, fleet: Fleet) -> None:
    [zone] = edge.data("aws_route53_zone").values()
    assert zone["name"] == fleet.shared.organisation.domain
    address = "${data.aws_route53_zone.Zone.zone_id}"
    assert {body["zone_id"] for body in edge.all("aws_route53_record").values()} == {address}
