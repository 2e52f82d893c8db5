"""Finds what security groups open to the whole internet."""

import ipaddress
import re
from collections.abc import Iterator

from stacks.guardrails_json import Body, dynamic_blocks, listed

_INGRESS = "aws_vpc_security_group_ingress_rule"
_GROUPS = ("aws_security_group", "aws_default_security_group")
_SOURCES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "cidr")
_PREFIX_LISTS = ("aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry")

_NETWORK = re.compile(r"[0-9A-Fa-f.:]+/\d{1,3}")
"""Found inside of expressions too, such as `${concat(["0.0.0.0/0"], local.ours)}`."""

_INSIDE = {4: ipaddress.ip_network("10.0.0.0/8"), 6: ipaddress.ip_network("fc00::/7")}
"""The private networks that are as large as parts of the world (RFC 1918, RFC 4193)."""

_WORLD_PREFIX = {4: 8, 6: 16}
"""Nobody owns more: an /8 is what a registry gets, and two /1 are the world in two rules."""


def open_ports(kind: str, body: Body) -> Iterator[tuple[str, str]]:
    """Ports that a security group, or a rule of one, opens to the whole internet; and to which network."""
    for rule, repeated_for in _rules(kind, body):
        source = _world(rule, repeated_for)
        if source:
            yield _ports(rule), source


def _rules(kind: str, body: Body) -> Iterator[tuple[Body, str | None]]:
    if kind in _GROUPS:
        for rule in listed(body.get("ingress")):
            # Terraform also takes an expression for all rules.
            yield (rule if isinstance(rule, dict) else {"cidr_blocks": rule}), None
        yield from dynamic_blocks(body, "ingress")
    elif kind == _INGRESS or (kind == "aws_security_group_rule" and body.get("type") != "egress"):
        yield body, None
    elif kind in _PREFIX_LISTS:
        # Rules may name the list instead of its networks.
        yield from ((entry, None) for entry in [body, *listed(body.get("entry"))])
        yield from dynamic_blocks(body, "entry")


def _world(rule: Body, repeated_for: str | None) -> str | None:
    """The network of a rule that is the world; in a dynamic block also one that nobody can read."""
    sources = [str(source) for attribute in _SOURCES for source in listed(rule.get(attribute))]
    repeated = _NETWORK.findall(repeated_for or "")
    for network in [*_NETWORK.findall(" ".join(sources)), *repeated]:
        if _is_world(network):
            return str(network)
    unreadable = [source for source in sources if "${" in source]
    return unreadable[0] if unreadable and repeated_for is not None and not repeated else None


def _is_world(text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False  # a part of an expression; a malformed network AWS refuses
    if network.prefixlen > _WORLD_PREFIX[network.version]:
        return False
    inside = _INSIDE[network.version]
    return not (network.network_address in inside and network.prefixlen >= inside.prefixlen)


def _ports(rule: Body) -> str:
    first, last = str(rule.get("from_port")), str(rule.get("to_port"))
    protocols = {str(rule.get("protocol")), str(rule.get("ip_protocol"))}
    if protocols & {"-1", "all"} or rule.get("from_port") is None:
        return "all ports"
    return f"port {first}" if first == last else f"ports {first}-{last}"
