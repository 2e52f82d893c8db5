"""Transit Gateway: computed from all stacks together, because only together the routes mean something."""

from pathlib import Path

import pytest
from cdktf import TerraformStack

from environments import schema
from hybrid_constructs.network.transit import TransitHub, TransitSpoke
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.published import Exchange, parse
from tests.synth.reachability import Fleet
from tests.synth.synthesized import Synthesized, synthesize_fleet

SPOKES = {"blue": "10.10.0.0/16", "green": "10.20.0.0/16"}
HUB_DATA = {"eu-central-1a": "10.0.96.0/20", "eu-central-1b": "10.0.112.0/20"}


@pytest.fixture(scope="module")
def network(stacks: dict[str, Synthesized], exchange: Exchange) -> Fleet:
    return Fleet(stacks, exchange)


@pytest.fixture
def hub(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        TransitHub(
            scope,
            "Transit",
            network=builders.network(scope, nat="none"),
            asn=64600,
            spoke_cidrs=SPOKES,
            parameter="/transit",
        )

    return synth(build)


@pytest.fixture
def spoke(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        network = builders.network(scope, nat="single")
        TransitSpoke(scope, "Transit", network=network, parameter="/transit", hub_cidrs=HUB_DATA)

    return synth(build)


def test_who_reaches_whom_in_the_whole_fleet(network: Fleet, fleet: schema.Fleet) -> None:
    attached = fleet.shared.transit_gateway.attach
    hub = {frozenset(((name, tier), ("shared", "data"))) for name in attached for tier in ("private", "data")}
    standby = {
        frozenset(((fleet.primary.name, one), (fleet.dr.name, other)))
        for one in ("private", "data")
        for other in ("private", "data")
    }
    assert network.connected() == hub | standby


def test_environments_never_reach_each_other_even_one_way(network: Fleet, fleet: schema.Fleet) -> None:
    spokes = {place for place in network.places if place[0] in fleet.workloads}
    assert len(spokes) == 3 * len(fleet.workloads)
    leaks = {
        (one, other)
        for one in spokes
        for other in spokes
        if one[0] != other[0] and network.delivers(one, other)
    }
    assert leaks == set()


def test_environments_look_up_exactly_the_data_subnets_of_the_hub(
    network: Fleet, fleet: schema.Fleet
) -> None:
    data = fleet.shared.network.tiers["data"].values()
    assert network.transit_routes("spokes") == dict.fromkeys(data, "shared")


def test_the_hub_looks_up_every_attached_environment(network: Fleet, fleet: schema.Fleet) -> None:
    assert network.transit_routes("hub") == {
        fleet.workloads[name].network.cidr: name for name in fleet.shared.transit_gateway.attach
    }


def test_vpcs_send_the_gateway_only_what_it_delivers(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    attached = fleet.shared.transit_gateway.attach
    expected = {name: set(fleet.shared.network.tiers["data"].values()) for name in attached}
    expected["shared"] = {fleet.workloads[name].network.cidr for name in attached}
    for name, cidrs in expected.items():
        routes = stacks[name].all("aws_route").values()
        assert {body["destination_cidr_block"] for body in routes if "transit_gateway_id" in body} == cidrs


def test_the_second_region_needs_no_transit_gateway(stacks: dict[str, Synthesized]) -> None:
    for name in ("dr", "replication", "edge", "bootstrap"):
        assert not {kind for kind in stacks[name].kinds() if "transit_gateway" in kind}


def test_gateway_associates_and_propagates_nothing_by_itself(hub: Synthesized) -> None:
    gateway = hub.only("aws_ec2_transit_gateway")
    assert gateway["amazon_side_asn"] == 64600
    for setting in (
        "default_route_table_association",
        "default_route_table_propagation",
        "auto_accept_shared_attachments",
    ):
        assert gateway[setting] == "disable"


@pytest.mark.parametrize("side", ["hub", "spoke"])
def test_attachments_stay_out_of_default_tables(side: str, request: pytest.FixtureRequest) -> None:
    stack: Synthesized = request.getfixturevalue(side)
    attachment = stack.only("aws_ec2_transit_gateway_vpc_attachment")
    assert attachment["transit_gateway_default_route_table_association"] is False
    assert attachment["transit_gateway_default_route_table_propagation"] is False
    assert stack.follow(attachment["vpc_id"]) == "Network/Vpc"
    assert stack.follow_all(attachment["subnet_ids"]) == {
        "Network/Subnet-private-a",
        "Network/Subnet-private-b",
    }


def test_hub_answers_to_environments_from_its_data_tier_only(hub: Synthesized) -> None:
    routed = {
        (hub.follow(body["route_table_id"]), body["destination_cidr_block"])
        for body in hub.all("aws_route").values()
        if "transit_gateway_id" in body
    }
    assert routed == {("Network/Table-data", cidr) for cidr in SPOKES.values()}


def test_spoke_reaches_the_hub_from_services_and_databases_not_from_public_subnets(
    spoke: Synthesized,
) -> None:
    routed = {
        (spoke.follow(body["route_table_id"]), body["destination_cidr_block"])
        for body in spoke.all("aws_route").values()
        if "transit_gateway_id" in body
    }
    assert routed == {
        (f"Network/Table-{table}", cidr)
        for table in ("private-a", "private-b", "data")
        for cidr in HUB_DATA.values()
    }


@pytest.mark.parametrize("side", ["hub", "spoke"])
def test_routes_wait_for_the_attachment(side: str, request: pytest.FixtureRequest) -> None:
    stack: Synthesized = request.getfixturevalue(side)
    routes = [body for body in stack.all("aws_route").values() if "transit_gateway_id" in body]
    assert routes
    assert all(stack.depends_on(body) == {"Transit/Attachment"} for body in routes)


def test_hub_publishes_what_spokes_need(hub: Synthesized) -> None:
    parameter = hub.only("aws_ssm_parameter")
    assert parameter["name"] == "/transit"
    value = parse(parameter["value"])
    assert hub.follow(value["gateway_id"]) == "Transit/Gateway"
    assert {key: hub.follow(table) for key, table in value["route_table_ids"].items()} == {
        "spokes": "Transit/Table-spokes",
        "hub": "Transit/Table-hub",
    }


def test_environment_that_is_not_attached_has_no_part_in_transit(fleet: schema.Fleet, tmp_path: Path) -> None:
    attached, lonely = fleet.shared.transit_gateway.attach[:-1], fleet.shared.transit_gateway.attach[-1]
    transit = fleet.shared.transit_gateway.model_copy(update={"attach": attached})
    shared = fleet.shared.model_copy(update={"transit_gateway": transit})
    stacks = synthesize_fleet(fleet.model_copy(update={"shared": shared}), tmp_path)
    assert "transit_gateway" not in stacks[lonely].text
    assert f"From-{lonely}" not in stacks["shared"].text  # nor is the database open to it
    assert f"From-{attached[0]}" in stacks["shared"].text
    network = Fleet(stacks, Exchange(stacks))
    assert set(network.transit_routes("hub").values()) == set(attached)
    assert not {pair for pair in network.connected() if "shared" in dict(pair) and lonely in dict(pair)}
