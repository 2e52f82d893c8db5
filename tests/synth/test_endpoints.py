"""Endpoints: which tables and subnets they serve, and who may pass."""

import pytest
from cdktf import TerraformStack

from environments.network import EndpointsConfig
from hybrid_constructs.network.endpoints import Endpoints
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Body, Synthesized, statements

EVERYTHING = EndpointsConfig(gateway=("s3", "dynamodb"), interface=("ecr.api", "secretsmanager"))
OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": builders.ACCOUNT}}


def build(scope: TerraformStack, config: EndpointsConfig) -> None:
    Endpoints(
        scope,
        "Endpoints",
        network=builders.network(scope),
        config=config,
        region=builders.REGION,
        account_id=builders.ACCOUNT,
    )


@pytest.fixture
def everything(synth: Synth) -> Synthesized:
    return synth(lambda scope: build(scope, EVERYTHING))


def endpoint(stack: Synthesized, service: str) -> Body:
    found = stack.all("aws_vpc_endpoint")[f"Endpoints/{service}"]
    assert found["service_name"] == f"com.amazonaws.{builders.REGION}.{service}"
    assert stack.follow(found["vpc_id"]) == "Network/Vpc"
    return found


def test_only_s3_by_default_and_no_security_group(synth: Synth) -> None:
    stack = synth(lambda scope: build(scope, EndpointsConfig()))
    assert set(stack.all("aws_vpc_endpoint")) == {"Endpoints/s3"}
    assert not {"aws_security_group", "aws_vpc_security_group_ingress_rule"} & stack.kinds()


def test_nothing_at_all_when_nothing_is_asked_for(synth: Synth) -> None:
    stack = synth(lambda scope: build(scope, EndpointsConfig(gateway=(), interface=())))
    assert not {"aws_vpc_endpoint", "aws_security_group"} & stack.kinds()


@pytest.mark.parametrize(
    ("service", "tables"),
    [("s3", {"public", "private-a", "private-b"}), ("dynamodb", {"private-a", "private-b"})],
)
def test_gateway_endpoints_serve_these_tables(
    everything: Synthesized, service: str, tables: set[str]
) -> None:
    found = endpoint(everything, service)
    assert found["vpc_endpoint_type"] == "Gateway"
    assert everything.follow_all(found["route_table_ids"]) == {f"Network/Table-{table}" for table in tables}
    assert not {"subnet_ids", "security_group_ids", "private_dns_enabled"} & set(found)


@pytest.mark.parametrize("service", EVERYTHING.interface)
def test_interface_endpoints_answer_to_the_public_name_in_private_subnets(
    everything: Synthesized, service: str
) -> None:
    found = endpoint(everything, service)
    assert found["vpc_endpoint_type"] == "Interface"
    assert found["private_dns_enabled"] is True
    assert everything.follow_all(found["subnet_ids"]) == {
        "Network/Subnet-private-a",
        "Network/Subnet-private-b",
    }
    assert everything.follow_all(found["security_group_ids"]) == {"Endpoints/Access"}


def test_one_security_group_lets_https_in_from_the_vpc_and_nothing_out(everything: Synthesized) -> None:
    group = everything.only("aws_security_group")
    assert everything.follow(group["vpc_id"]) == "Network/Vpc"
    assert not {"ingress", "egress"} & set(group)
    rule = everything.only("aws_vpc_security_group_ingress_rule")
    assert everything.follow(rule.pop("security_group_id")) == "Endpoints/Access"
    assert {name: value for name, value in rule.items() if name not in ("//", "description")} == {
        "ip_protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_ipv4": builders.CIDR,
    }
    rules = {kind for kind in everything.kinds() if "security_group" in kind}
    assert rules == {
        "aws_security_group",
        "aws_default_security_group",
        "aws_vpc_security_group_ingress_rule",
    }


@pytest.mark.parametrize("service", ["dynamodb", *EVERYTHING.interface])
def test_only_principals_of_the_own_account_pass(everything: Synthesized, service: str) -> None:
    [statement] = statements(endpoint(everything, service)["policy"])
    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == OWN_ACCOUNT


def test_s3_also_lets_image_layers_of_ecr_pass(everything: Synthesized) -> None:
    own, layers = statements(endpoint(everything, "s3")["policy"])
    assert own["Condition"] == OWN_ACCOUNT
    assert layers == {
        "Sid": "EcrLayers",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::prod-{builders.REGION}-starport-layer-bucket/*",
    }
