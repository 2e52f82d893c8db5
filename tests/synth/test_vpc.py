"""Network: tiers, routes, NAT modes, IPv6, and what stays closed."""

from ipaddress import IPv4Network

import pytest
from cdktf import TerraformStack

from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Synthesized

V4, V6 = "destination_cidr_block", "destination_ipv6_cidr_block"


def routes(stack: Synthesized, table: str) -> dict[str, str]:
    """Target's construct path by destination, of one route table."""
    found: dict[str, str] = {}
    for body in stack.all("aws_route").values():
        if stack.follow(body["route_table_id"]) == f"Network/Table-{table}":
            [target] = [
                value for name, value in body.items() if name.endswith("_id") and name != "route_table_id"
            ]
            destination = body.get(V4) or body[V6]
            assert destination not in found, f"{table} routes {destination} twice"
            found[destination] = stack.follow(target)
    return found


def associations(stack: Synthesized) -> dict[str, str]:
    """Route table by subnet."""
    found = {
        stack.follow(body["subnet_id"]): stack.follow(body["route_table_id"])
        for body in stack.all("aws_route_table_association").values()
    }
    assert len(found) == len(stack.all("aws_route_table_association"))
    return found


def test_vpc_has_the_range_and_the_dns_that_private_endpoints_need(synth: Synth) -> None:
    vpc = synth(builders.network).only("aws_vpc")
    assert vpc["cidr_block"] == builders.CIDR
    assert vpc["enable_dns_support"] is True
    assert vpc["enable_dns_hostnames"] is True
    assert vpc["tags"] == {"Name": "acme-test"}


def test_every_tier_has_a_subnet_in_every_zone(synth: Synth) -> None:
    stack = synth(builders.network)
    placed = {(body["tags"]["Tier"], body["availability_zone"]) for body in stack.all("aws_subnet").values()}
    assert placed == {(tier, zone) for tier in ("public", "private", "data") for zone in builders.ZONES}
    assert len(stack.all("aws_subnet")) == 6


def test_computed_subnets_are_disjoint_and_inside_the_vpc(synth: Synth) -> None:
    subnets = [IPv4Network(body["cidr_block"]) for body in synth(builders.network).all("aws_subnet").values()]
    assert all(subnet.subnet_of(IPv4Network(builders.CIDR)) for subnet in subnets)
    assert not any(one.overlaps(other) for index, one in enumerate(subnets) for other in subnets[index + 1 :])


def test_explicit_subnets_go_to_their_tier_and_zone(synth: Synth) -> None:
    explicit = {
        "public": ["10.9.0.0/24", "10.9.1.0/24"],
        "private": ["10.9.8.0/22", "10.9.12.0/22"],
        "data": ["10.9.2.0/24", "10.9.3.0/24"],
    }
    stack = synth(lambda scope: builders.network(scope, subnets=explicit))
    placed = {name: body["cidr_block"] for name, body in stack.named("aws_subnet").items()}
    assert placed == {
        "acme-test-public-a": "10.9.0.0/24",
        "acme-test-public-b": "10.9.1.0/24",
        "acme-test-private-a": "10.9.8.0/22",
        "acme-test-private-b": "10.9.12.0/22",
        "acme-test-data-a": "10.9.2.0/24",
        "acme-test-data-b": "10.9.3.0/24",
    }


def test_no_subnet_gives_out_public_addresses(synth: Synth) -> None:
    subnets = synth(builders.network).all("aws_subnet")
    assert {body["map_public_ip_on_launch"] for body in subnets.values()} == {False}


def test_default_security_group_allows_nothing(synth: Synth) -> None:
    stack = synth(builders.network)
    group = stack.only("aws_default_security_group")
    assert stack.follow(group["vpc_id"]) == "Network/Vpc"
    assert not {"ingress", "egress"} & set(group)
    assert not {kind for kind in stack.kinds() if "security_group" in kind} - {"aws_default_security_group"}


def test_each_tier_uses_its_own_route_table(synth: Synth) -> None:
    assert associations(synth(builders.network)) == {
        "Network/Subnet-public-a": "Network/Table-public",
        "Network/Subnet-public-b": "Network/Table-public",
        "Network/Subnet-private-a": "Network/Table-private-a",
        "Network/Subnet-private-b": "Network/Table-private-b",
        "Network/Subnet-data-a": "Network/Table-data",
        "Network/Subnet-data-b": "Network/Table-data",
    }


def test_public_tier_reaches_the_internet(synth: Synth) -> None:
    stack = synth(builders.network)
    assert routes(stack, "public") == {"0.0.0.0/0": "Network/InternetGateway"}
    assert stack.follow(stack.only("aws_internet_gateway")["vpc_id"]) == "Network/Vpc"


@pytest.mark.parametrize(
    ("mode", "gateways", "zone_a", "zone_b"),
    [
        ("none", set(), {}, {}),
        ("single", {"a"}, {"0.0.0.0/0": "Network/Nat-a"}, {"0.0.0.0/0": "Network/Nat-a"}),
        ("per_az", {"a", "b"}, {"0.0.0.0/0": "Network/Nat-a"}, {"0.0.0.0/0": "Network/Nat-b"}),
    ],
)
def test_nat_mode(
    synth: Synth, mode: str, gateways: set[str], zone_a: dict[str, str], zone_b: dict[str, str]
) -> None:
    stack = synth(lambda scope: builders.network(scope, nat=mode))
    assert set(stack.all("aws_nat_gateway")) == {f"Network/Nat-{zone}" for zone in gateways}
    assert routes(stack, "private-a") == zone_a
    assert routes(stack, "private-b") == zone_b


def test_nat_gateways_stand_in_the_public_subnet_of_their_zone(synth: Synth) -> None:
    stack = synth(lambda scope: builders.network(scope, nat="per_az"))
    placed = {
        path: (stack.follow(body["subnet_id"]), stack.follow(body["allocation_id"]))
        for path, body in stack.all("aws_nat_gateway").items()
    }
    assert placed == {
        f"Network/Nat-{zone}": (f"Network/Subnet-public-{zone}", f"Network/NatAddress-{zone}")
        for zone in ("a", "b")
    }
    assert {body["domain"] for body in stack.all("aws_eip").values()} == {"vpc"}


def test_nat_gateways_wait_for_the_internet_gateway(synth: Synth) -> None:
    stack = synth(lambda scope: builders.network(scope, nat="per_az"))
    for gateway in stack.all("aws_nat_gateway").values():
        assert stack.depends_on(gateway) == {"Network/InternetGateway"}


@pytest.mark.parametrize("nat", ["none", "single", "per_az"])
@pytest.mark.parametrize("ipv6", [False, True])
def test_data_tier_never_has_a_route_out(synth: Synth, nat: str, ipv6: bool) -> None:
    stack = synth(lambda scope: builders.network(scope, nat=nat, ipv6=ipv6))
    assert routes(stack, "data") == {}


def test_ipv4_only_by_default(synth: Synth) -> None:
    stack = synth(builders.network)
    assert "ipv6" not in stack.text
    assert "aws_egress_only_internet_gateway" not in stack.kinds()


def test_ipv6_gives_every_subnet_its_own_block(synth: Synth) -> None:
    stack = synth(lambda scope: builders.network(scope, ipv6=True))
    assert stack.only("aws_vpc")["assign_generated_ipv6_cidr_block"] is True
    subnets = list(stack.all("aws_subnet").values())
    assert {body["assign_ipv6_address_on_creation"] for body in subnets} == {True}
    blocks = {body["ipv6_cidr_block"] for body in subnets}
    assert len(blocks) == 6
    assert all(block.startswith("${cidrsubnet(aws_vpc.") and ", 8, " in block for block in blocks)


def test_ipv6_leaves_private_subnets_outbound_only(synth: Synth) -> None:
    stack = synth(lambda scope: builders.network(scope, ipv6=True, nat="none"))
    assert routes(stack, "public")["::/0"] == "Network/InternetGateway"
    for table in ("private-a", "private-b"):
        assert routes(stack, table) == {"::/0": "Network/EgressOnlyGateway"}


def test_ipv6_changes_no_ipv4_address(synth: Synth) -> None:
    def addresses(*, ipv6: bool) -> dict[str, str]:
        stack = synth(lambda scope: builders.network(scope, ipv6=ipv6))
        return {name: body["cidr_block"] for name, body in stack.all("aws_subnet").items()}

    assert addresses(ipv6=True) == addresses(ipv6=False)


def test_fails_when_a_table_gets_the_same_route_twice(synth: Synth) -> None:
    def twice(scope: TerraformStack) -> None:
        network = builders.network(scope)
        for _ in range(2):
            network.route("Again", tables=network.tables("data"), cidr="10.0.0.0/8", gateway_id="igw-1")

    with pytest.raises(RuntimeError, match="There is already a Construct with name 'Again-data'"):
        synth(twice)
