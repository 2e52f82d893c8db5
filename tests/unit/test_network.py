"""The address plan: computed subnets, NAT zones."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from pydantic import ValidationError

from environments.network import TIERS, NatMode, NetworkConfig, SubnetsConfig

ZONES = tuple(f"ap-northeast-2{letter}" for letter in "abcd")


@pytest.mark.parametrize("prefix", range(16, 25))
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_computed_subnets_fit_and_are_disjoint(prefix: int, count: int) -> None:
    network = NetworkConfig(cidr=f"10.64.0.0/{prefix}", zones=ZONES[:count])
    subnets = [IPv4Network(cidr) for tier in network.tiers.values() for cidr in tier.values()]
    assert len(subnets) == count * len(TIERS)
    assert all(subnet.subnet_of(IPv4Network(network.cidr)) for subnet in subnets)
    assert all(subnet.prefixlen <= 28 for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


def test_two_zones_in_a_16_make_the_classic_plan() -> None:
    assert NetworkConfig(cidr="10.30.0.0/16", zones=ZONES[:2]).tiers == {
        "public": {ZONES[0]: "10.30.0.0/20", ZONES[1]: "10.30.16.0/20"},
        "private": {ZONES[0]: "10.30.32.0/19", ZONES[1]: "10.30.64.0/19"},
        "data": {ZONES[0]: "10.30.96.0/20", ZONES[1]: "10.30.112.0/20"},
    }


def test_explicit_subnets_are_taken_in_the_order_of_zones() -> None:
    subnets = SubnetsConfig(public=("10.0.0.0/24",), private=("10.0.1.0/24",), data=("10.0.2.0/24",))
    network = NetworkConfig(cidr="10.0.0.0/16", zones=ZONES[:1], subnets=subnets)
    assert network.tiers["data"] == {ZONES[0]: "10.0.2.0/24"}


@pytest.mark.parametrize(
    ("nat", "zones"), [(NatMode.NONE, ()), (NatMode.SINGLE, ZONES[:1]), (NatMode.PER_AZ, ZONES[:3])]
)
def test_nat_zones(nat: NatMode, zones: tuple[str, ...]) -> None:
    assert NetworkConfig(cidr="10.0.0.0/16", zones=ZONES[:3], nat=nat).nat_zones == zones


def test_fails_when_there_is_no_zone_or_too_many() -> None:
    for zones in ((), (*ZONES, "ap-northeast-2e")):
        with pytest.raises(ValidationError):
            NetworkConfig(cidr="10.0.0.0/16", zones=zones)


def test_fails_when_a_network_built_by_hand_breaks_several_rules() -> None:
    subnets = SubnetsConfig(public=("10.9.0.0/24",), private=("10.0.1.0/29",), data=())
    with pytest.raises(ValidationError) as caught:
        NetworkConfig(cidr="10.0.0.0/16", zones=ZONES[:1], subnets=subnets)
    message = str(caught.value)
    assert "subnets.public[0]: 10.9.0.0/24: outside the VPC" in message
    assert "subnets.private[0]: 10.0.1.0/29: is a /29" in message
    assert "subnets.data: has 0 subnets for 1 zones" in message
