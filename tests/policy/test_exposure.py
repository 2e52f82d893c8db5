"""Nothing answers the public internet but what exceptions.yaml lists."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stacks.guardrails_ingress import open_ports
from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.resources import Resource, listed, resources
from tests.synth.synthesized import Body, Synthesized

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
ADDRESSES = ("associate_public_ip_address", "assign_public_ip", "map_public_ip_on_launch")
PUBLIC: dict[str, Callable[[Body], bool]] = {
    "aws_apigatewayv2_route": lambda body: body.get("authorization_type", "NONE") == "NONE",
    "aws_api_gateway_method": lambda body: body.get("authorization") == "NONE",
    "aws_cloudfront_distribution": lambda _: True,
    "aws_ecrpublic_repository": lambda _: True,
    "aws_lambda_function_url": lambda body: body.get("authorization_type") == "NONE",
    "aws_lb": lambda body: body.get("internal") is not True,
}
"""Kinds that answer anyone, and when."""


def audit(stacks: dict[str, Synthesized]) -> Iterator[Finding]:
    """Ways in from the internet. test_iam.py looks at the policies of buckets, queues and the like."""
    blocked = {
        (one.stack, one.body["bucket"].partition(".")[2].split(".")[0])
        for one in resources(stacks, "aws_s3_bucket_public_access_block")
        if all(one.body.get(block) is True for block in BLOCKS)
    }
    nat = {
        (one.stack, one.body["allocation_id"].partition(".")[2].split(".")[0])
        for one in resources(stacks, "aws_nat_gateway")
    }
    for one in resources(stacks):
        for why in ways_in(one):
            yield Finding("exposure", one.path, why)
        if one.kind == "aws_s3_bucket" and (one.stack, one.name) not in blocked:
            yield Finding("exposure", one.path, "public access is not blocked")
        if one.kind == "aws_eip" and (one.stack, one.name) not in nat:
            yield Finding("exposure", one.path, "a public address for something else than NAT")


def ways_in(one: Resource) -> Iterator[str]:
    for ports, source in open_ports(one.kind, one.body):
        yield f"open to the world: {ports} to {source}"
    if one.kind in PUBLIC and PUBLIC[one.kind](one.body):
        yield "answers anyone"
    for attribute, value in attributes(one.body):
        if attribute == "publicly_accessible" and value is not False:
            yield "publicly accessible"
        if attribute in ADDRESSES and value is not False:
            yield "takes public addresses"


def attributes(body: Any) -> Iterator[tuple[str, Any]]:
    """Every plain attribute, at any depth."""
    for block in listed(body):
        if isinstance(block, dict):
            for key, value in block.items():
                if key != "//":
                    yield from attributes(value) if isinstance(value, (dict, list)) else [(key, value)]


@pytest.fixture(scope="module")
def exposed(stacks: dict[str, Synthesized]) -> set[Finding]:
    return set(audit(stacks))


def test_nothing_is_exposed_that_is_not_listed(exposed: set[Finding], exceptions: list[Entry]) -> None:
    assert unexcepted(exposed, exceptions) == []


def test_no_exception_is_stale(exposed: set[Finding], exceptions: list[Entry]) -> None:
    assert stale(exposed, exceptions, owned=["exposure"]) == []


def found(kind: str, body: Body) -> set[str]:
    resource = {**body, "//": {"metadata": {"path": "a/Thing"}}}
    return {one.detail for one in audit({"a": Synthesized({"resource": {kind: {"Thing": resource}}})})}


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": "0.0.0.0/0", "from_port": 443, "to_port": 443},
            "443",
        ),
        ("aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "::/0", "ip_protocol": "-1"}, "all ports"),
        (
            "aws_security_group",
            {"ingress": [{"cidr_blocks": ["0.0.0.0/0"], "from_port": 1, "to_port": 9}]},
            "1-9",
        ),
        (
            "aws_security_group_rule",
            {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"},
            "all",
        ),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": "128.0.0.0/1", "from_port": 22, "to_port": 22},
            "port 22 to 128.0.0.0/1",
        ),
        (
            "aws_default_security_group",
            {"ingress": {"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}},
            "all ports",
        ),
        (
            "aws_security_group",
            {
                "dynamic": {
                    "ingress": {
                        "for_each": [22],
                        "content": {"ipv6_cidr_blocks": ["2000::/3"], "from_port": 22, "to_port": 22},
                    }
                }
            },
            "port 22 to 2000::/3",
        ),
        ("aws_lb", {}, "answers anyone"),
        ("aws_lb", {"internal": False}, "answers anyone"),
        ("aws_cloudfront_distribution", {}, "answers anyone"),
        ("aws_lambda_function_url", {"authorization_type": "NONE"}, "answers anyone"),
        ("aws_apigatewayv2_route", {}, "answers anyone"),
        ("aws_db_instance", {"publicly_accessible": True}, "publicly accessible"),
        ("aws_subnet", {"map_public_ip_on_launch": True}, "public addresses"),
        ("aws_ecs_service", {"network_configuration": {"assign_public_ip": True}}, "public addresses"),
        ("aws_s3_bucket", {"bucket": "acme"}, "public access is not blocked"),
        ("aws_eip", {"domain": "vpc"}, "something else than NAT"),
    ],
)
def test_fails_when_something_is_exposed(kind: str, body: Body, why: str) -> None:
    [finding] = found(kind, body)
    assert why in finding


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_vpc_security_group_ingress_rule", {"cidr_ipv4": "10.0.0.0/8", "from_port": 1, "to_port": 9}),
        ("aws_vpc_security_group_ingress_rule", {"prefix_list_id": "pl-1", "from_port": 443, "to_port": 443}),
        ("aws_security_group_rule", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}),
        ("aws_lb", {"internal": True}),
        ("aws_lambda_function_url", {"authorization_type": "AWS_IAM"}),
        ("aws_db_instance", {"publicly_accessible": False}),
    ],
)
def test_what_is_not_exposed(kind: str, body: Body) -> None:
    assert found(kind, body) == set()
