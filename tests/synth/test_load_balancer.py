"""Load balancer: HTTPS only, who may connect and where it may go, what it logs, what is watched."""

from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from hybrid_constructs.observability.watch import Metric
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.load_balancers import NAME, load_balancer
from tests.synth.synthesized import EMULATOR, Body, Synthesized

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
EVERYTHING: dict[str, Any] = {
    "clients": "cloudfront",
    "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "idle_timeout_seconds": 120,
    "test_port": 8443,
    "deletion_protection": False,
}


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(load_balancer)


def listener(stack: Synthesized, id_: str) -> Body:
    return stack.all("aws_lb_listener")[f"LoadBalancer/{id_}"]


def ingress(stack: Synthesized) -> dict[str, tuple[str, int, str]]:
    """Security group, port and source by rule."""
    found = {}
    for path, rule in stack.all(INGRESS).items():
        assert (rule["ip_protocol"], rule["from_port"]) == ("tcp", rule["to_port"])
        assert rule["description"]
        source = rule.get("cidr_ipv4") or rule.get("cidr_ipv6") or listed(stack, rule["prefix_list_id"])
        found[path.partition("/")[2]] = (
            stack.follow(rule["security_group_id"]).partition("/")[2],
            rule["to_port"],
            source,
        )
    return found


def listed(stack: Synthesized, reference: str) -> str:
    """Name of the prefix list that a rule refers to."""
    lists = stack.json["data"]["aws_ec2_managed_prefix_list"]
    (name,) = [body["name"] for key, body in lists.items() if f".{key}.id}}" in reference]
    return str(name)


def test_it_stands_in_the_public_subnets_and_drops_what_is_malformed(defaults: Synthesized) -> None:
    balancer = defaults.only("aws_lb")
    assert (balancer["name"], balancer["load_balancer_type"], balancer["internal"]) == (
        NAME,
        "application",
        False,
    )
    assert defaults.follow_all(balancer["subnets"]) == {"Network/Subnet-public-a", "Network/Subnet-public-b"}
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["desync_mitigation_mode"] == "defensive"
    assert balancer["xff_header_processing_mode"] == "append"
    assert balancer["enable_deletion_protection"] is True
    assert balancer["idle_timeout"] == 60


def test_it_waits_for_the_internet_gateway_and_for_the_right_to_log(defaults: Synthesized) -> None:
    waits = defaults.depends_on(defaults.only("aws_lb"))
    assert waits == {"AccessLogs/Policy", "Network/InternetGateway"}


def test_requests_and_connections_are_logged_where_the_bucket_takes_them(defaults: Synthesized) -> None:
    balancer = defaults.only("aws_lb")
    for kind in ("access_logs", "connection_logs"):
        assert defaults.follow(balancer[kind]["bucket"]) == "AccessLogs/Bucket"
        assert (balancer[kind]["prefix"], balancer[kind]["enabled"]) == (f"alb/{NAME}", True)


def test_plain_http_is_only_redirected(defaults: Synthesized) -> None:
    http = listener(defaults, "Http")
    assert (http["port"], http["protocol"]) == (80, "HTTP")
    (action,) = http["default_action"]
    assert action == {
        "type": "redirect",
        "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"},
    }


def test_https_answers_unknown_hosts_with_404(defaults: Synthesized) -> None:
    assert set(defaults.all("aws_lb_listener")) == {"LoadBalancer/Http", "LoadBalancer/Https"}
    https = listener(defaults, "Https")
    assert (https["port"], https["protocol"]) == (443, "HTTPS")
    assert https["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    # The validated certificate: AWS refuses one that is not issued yet.
    assert https["certificate_arn"].endswith(".certificate_arn}")
    assert defaults.follow(https["certificate_arn"]) == "Certificate/Validation"
    (action,) = https["default_action"]
    assert action["type"] == "fixed-response"
    assert action["fixed_response"]["status_code"] == "404"


def test_browsers_are_told_to_stay_on_https(defaults: Synthesized) -> None:
    https = listener(defaults, "Https")
    name = "routing_http_response_strict_transport_security_header_value"
    assert https[name] == "max-age=31536000"
    assert https["routing_http_response_server_enabled"] is False


def test_the_firewall_stands_before_it(defaults: Synthesized) -> None:
    association = defaults.only("aws_wafv2_web_acl_association")
    assert defaults.follow(association["resource_arn"]) == "LoadBalancer/LoadBalancer"
    assert defaults.follow(association["web_acl_arn"]) == "Firewall/WebAcl"


def test_everybody_may_connect_to_the_two_ports(defaults: Synthesized) -> None:
    assert ingress(defaults) == {
        "From-anywhere": ("Access", 443, "0.0.0.0/0"),
        "From-anywhere-http": ("Access", 80, "0.0.0.0/0"),
    }
    assert defaults.follow_all(defaults.only("aws_lb")["security_groups"]) == {"LoadBalancer/Access"}
    assert EGRESS not in defaults.kinds()
    assert defaults.only("aws_lb")["ip_address_type"] == "ipv4"


def test_with_ipv6_in_the_network_it_answers_to_ipv6_too(synth: Synth) -> None:
    stack = synth(lambda scope: load_balancer(scope, ipv6=True))
    assert stack.only("aws_lb")["ip_address_type"] == "dualstack"
    assert set(ingress(stack).values()) == {
        ("Access", port, source) for port in (80, 443) for source in ("0.0.0.0/0", "::/0")
    }


def test_it_reaches_a_port_of_the_private_subnets_once(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        balancer = load_balancer(scope)
        for port in (8080, 8080, 9090):
            balancer.reach(port)

    rules = synth(build).all(EGRESS)
    private = builders.config().tiers["private"].values()
    assert len(rules) == 4
    reached = {(rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) for rule in rules.values()}
    assert reached == {(cidr, port, port) for cidr in private for port in (8080, 9090)}
    assert {rule["ip_protocol"] for rule in rules.values()} == {"tcp"}


def test_everything_configured(synth: Synth) -> None:
    stack = synth(lambda scope: load_balancer(scope, **EVERYTHING))
    balancer = stack.only("aws_lb")
    assert (balancer["idle_timeout"], balancer["enable_deletion_protection"]) == (120, False)
    https, test = listener(stack, "Https"), listener(stack, "Test")
    assert https["ssl_policy"] == test["ssl_policy"] == EVERYTHING["tls_policy"]
    assert (test["port"], test["protocol"]) == (8443, "HTTPS")
    assert test["certificate_arn"] == https["certificate_arn"]
    assert test["default_action"] == https["default_action"]


def test_behind_cloudfront_nobody_else_connects(synth: Synth) -> None:
    stack = synth(lambda scope: load_balancer(scope, **EVERYTHING))
    assert ingress(stack) == {
        "From-vpc": ("Access", 8443, builders.CIDR),
        "From-CloudFront": ("Access", 443, "com.amazonaws.global.cloudfront.origin-facing"),
        # 25 rules more than the group with CloudFront's 55 would take.
        "From-HealthChecks": (
            "HealthCheckers",
            443,
            f"com.amazonaws.{builders.REGION}.route53-healthchecks",
        ),
    }
    groups = stack.follow_all(stack.only("aws_lb")["security_groups"])
    assert groups == {"LoadBalancer/Access", "LoadBalancer/HealthCheckers"}
    assert "LoadBalancer/Http" not in stack.all("aws_lb_listener")


def test_without_test_port_there_is_no_test_listener(synth: Synth) -> None:
    seen: list[str | None] = []
    synth(lambda scope: seen.append(load_balancer(scope).test_listener_arn))
    assert seen == [None]


def test_the_emulator_lets_it_be_deleted(synth: Synth) -> None:
    stack = synth(load_balancer, endpoint=EMULATOR)
    assert stack.only("aws_lb")["enable_deletion_protection"] is False


def test_it_is_watched_under_its_own_name(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        made = load_balancer(scope)
        assert made.dashboard_rows()[0].title == f"Load balancer {NAME}"
        for alarm in made.alarms():
            assert isinstance(alarm.metric, Metric)
            (dimension,) = alarm.metric.dimensions.values()
            TerraformOutput(scope, alarm.id, value=dimension)

    stack = synth(build)
    values = {id_: output["value"] for id_, output in stack.json["output"].items()}
    assert values["load-balancer-errors"].endswith(".arn_suffix}")
    assert stack.follow(values["load-balancer-errors"]) == "LoadBalancer/LoadBalancer"
    assert stack.follow(values["load-balancer-certificate"]) == "Certificate/Validation"


@pytest.mark.parametrize("name", ["a" * 33, "internal-acme", "-acme", "acme-", "acme_alb", ""])
def test_fails_when_elb_takes_no_such_name(synth: Synth, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: not a name that a load balancer takes; use up to 32"):
        synth(lambda scope: load_balancer(scope, name=name))


def test_fails_when_the_network_has_one_zone(synth: Synth) -> None:
    with pytest.raises(ValueError, match=r"acme-test has one zone, eu-central-1a; .* add a zone"):
        synth(lambda scope: load_balancer(scope, zones=builders.ZONES[:1]))
