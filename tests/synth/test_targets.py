"""Targets of a service: groups of tasks, and the rules by which a host leads to them."""

from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from hybrid_constructs.compute.targets import ServiceTargets
from tests.synth.builders import Synth
from tests.synth.load_balancers import load_balancer, targets
from tests.synth.synthesized import Body, Synthesized

GROUP, RULE = "aws_lb_target_group", "aws_lb_listener_rule"


def behind(scope: TerraformStack, *, test_port: int | None = None, **options: Any) -> ServiceTargets:
    return targets(load_balancer(scope, test_port=test_port), **options)


def rule(stack: Synthesized, id_: str = "Rule") -> Body:
    return stack.all(RULE)[f"Targets-files/{id_}"]


def forwards_to(stack: Synthesized, body: Body) -> str:
    (action,) = body["action"]
    assert action["type"] == "forward"
    return stack.follow(action["target_group_arn"])


def test_a_rolling_service_has_one_group_and_one_rule(synth: Synth) -> None:
    stack = synth(lambda scope: behind(scope, test_port=8443))
    assert {body["name"] for body in stack.all(GROUP).values()} == {"files-test-blue"}
    assert set(stack.all(RULE)) == {"Targets-files/Rule"}
    assert stack.follow(rule(stack)["listener_arn"]) == "LoadBalancer/Https"
    assert forwards_to(stack, rule(stack)) == "Targets-files/Blue"
    assert "lifecycle" not in rule(stack)


def test_the_rule_takes_the_hosts_of_the_service(synth: Synth) -> None:
    hosts = ["files.example.com", "origin.files.example.com"]
    stack = synth(lambda scope: behind(scope, hosts=hosts, priority=7))
    assert rule(stack)["condition"] == [{"host_header": {"values": hosts}}]
    assert rule(stack)["priority"] == 7


def test_tasks_are_registered_by_address_and_checked_on_their_own_port(synth: Synth) -> None:
    stack = synth(lambda scope: behind(scope, health_check_path="/up", deregistration_delay_seconds=30))
    group = stack.only(GROUP)
    assert (group["target_type"], group["protocol"]) == ("ip", "HTTP")
    assert stack.follow(group["vpc_id"]) == "Network/Vpc"
    assert group["deregistration_delay"] == "30"
    assert group["health_check"] == {
        "path": "/up",
        "protocol": "HTTP",
        "port": "traffic-port",
        "matcher": "200",
        "interval": 15,
        "timeout": 5,
        "healthy_threshold": 2,
        "unhealthy_threshold": 3,
    }
    assert group["load_balancing_algorithm_type"] == "least_outstanding_requests"
    assert group["stickiness"] == {"enabled": False, "type": "lb_cookie"}


def test_another_port_replaces_no_group(synth: Synth) -> None:
    ports = [synth(lambda scope, port=port: behind(scope, port=port)).only(GROUP)["port"] for port in (80, 9)]
    assert ports[0] == ports[1]


def test_the_load_balancer_reaches_the_port(synth: Synth) -> None:
    stack = synth(lambda scope: behind(scope, port=9000))
    rules = stack.all("aws_vpc_security_group_egress_rule")
    assert {rule["from_port"] for rule in rules.values()} == {9000}


def test_codedeploy_owns_the_rules_of_a_blue_green_service(synth: Synth) -> None:
    stack = synth(lambda scope: behind(scope, blue_green=True))
    assert {body["name"] for body in stack.all(GROUP).values()} == {"files-test-blue", "files-test-green"}
    assert set(stack.all(RULE)) == {"Targets-files/Rule"}
    assert forwards_to(stack, rule(stack)) == "Targets-files/Blue"
    assert rule(stack)["lifecycle"] == {"ignore_changes": ["action"]}


def test_the_test_listener_shows_the_new_tasks(synth: Synth) -> None:
    stack = synth(lambda scope: behind(scope, blue_green=True, test_port=8443))
    test = rule(stack, "TestRule")
    assert stack.follow(test["listener_arn"]) == "LoadBalancer/Test"
    assert forwards_to(stack, test) == "Targets-files/Green"
    assert test["condition"] == rule(stack)["condition"]
    assert test["lifecycle"] == {"ignore_changes": ["action"]}


def test_a_service_can_wait_for_its_rules(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        made = behind(scope, blue_green=True, test_port=8443)
        SsmParameter(
            scope, "Service", name="/test", type="String", value=made.blue.arn_suffix, depends_on=made.ready
        )

    stack = synth(build)
    service = stack.only("aws_ssm_parameter")
    assert stack.depends_on(service) == {"Targets-files/Rule", "Targets-files/TestRule"}
    assert stack.follow(service["value"]) == "Targets-files/Blue"


def test_two_services_share_the_load_balancer_and_a_port(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        balancer = load_balancer(scope)
        for number, name in enumerate(("files", "mail")):
            targets(balancer, name, priority=100 + number)

    stack = synth(build)
    assert {body["name"] for body in stack.all(GROUP).values()} == {"files-test-blue", "mail-test-blue"}
    assert len(stack.all("aws_vpc_security_group_egress_rule")) == 2


@pytest.mark.parametrize(
    "name", ["a" * 33, "-".join("a" * 17), "-files", "files-", "files--blue", "files_blue", ""]
)
def test_fails_when_elb_takes_no_such_name(synth: Synth, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: not a name that a target group takes; use up to 32"):
        synth(lambda scope: behind(scope, names=("files-blue", name)))


@pytest.mark.parametrize("count", [0, 6])
def test_fails_when_a_rule_cannot_take_the_hosts(synth: Synth, count: int) -> None:
    hosts = [f"h{number}.example.com" for number in range(count)]
    with pytest.raises(ValueError, match=f"files-test-blue has {count} hosts; give 1 to 5"):
        synth(lambda scope: behind(scope, hosts=hosts))
