"""Peering: one connection, accepted on the other side, with names and routes both ways."""

import pytest
from cdktf import TerraformStack

from environments import schema
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.network.peering import Peering, Side
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.published import Exchange
from tests.synth.synthesized import Body, Synthesized

NEAR, FAR = "aws.near", "aws.far"
NEAR_CIDR, FAR_CIDR = "10.30.0.0/16", "10.1.0.0/16"


def side(scope: TerraformStack, name: str, region: str, letters: str, cidr: str) -> Side:
    provider = aws_provider(scope, region=region, account_id=builders.ACCOUNT, tags={}, alias=name)
    return Side(
        name=name,
        region=region,
        config=builders.config(cidr=cidr, zones=tuple(f"{region}{letter}" for letter in letters)),
        published=Published(scope, f"Network-{name}", name=f"/network/{name}", provider=provider),
        provider=provider,
    )


@pytest.fixture
def peering(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        Peering(
            scope,
            "Peering",
            requester=side(scope, "near", "eu-central-1", "ab", NEAR_CIDR),
            accepter=side(scope, "far", "eu-west-1", "abc", FAR_CIDR),
            account_id=builders.ACCOUNT,
        )

    return synth(build)


def looks_up(expression: str, network: str, path: str) -> bool:
    """Whether an expression reads `path` of what the network published."""
    start, end = f"${{jsondecode(data.aws_ssm_parameter.Network-{network}_", f".insecure_value){path}}}"
    return expression.startswith(start) and expression.endswith(end)


def routes(stack: Synthesized, provider: str) -> dict[str, Body]:
    return {path: body for path, body in stack.all("aws_route").items() if body["provider"] == provider}


def test_requester_asks_from_its_own_region(peering: Synthesized) -> None:
    connection = peering.only("aws_vpc_peering_connection")
    assert connection["provider"] == NEAR
    assert connection["peer_region"] == "eu-west-1"
    assert connection["peer_owner_id"] == builders.ACCOUNT
    assert connection["auto_accept"] is False
    assert looks_up(connection["vpc_id"], "near", ".vpc_id")
    assert looks_up(connection["peer_vpc_id"], "far", ".vpc_id")


def test_accepter_accepts_in_the_other_region(peering: Synthesized) -> None:
    accepter = peering.only("aws_vpc_peering_connection_accepter")
    assert accepter["provider"] == FAR
    assert accepter["auto_accept"] is True
    assert peering.follow(accepter["vpc_peering_connection_id"]) == "Peering/Connection"


def test_names_resolve_to_private_addresses_on_both_sides(peering: Synthesized) -> None:
    options = peering.all("aws_vpc_peering_connection_options")
    resolves = {"allow_remote_vpc_dns_resolution": True}
    assert {body["provider"]: (body.get("requester"), body.get("accepter")) for body in options.values()} == {
        NEAR: (resolves, None),
        FAR: (None, resolves),
    }


def test_everything_after_the_connection_waits_for_its_acceptance(peering: Synthesized) -> None:
    after = [
        *peering.all("aws_vpc_peering_connection_options").values(),
        *peering.all("aws_route").values(),
    ]
    assert {peering.follow(body["vpc_peering_connection_id"]) for body in after} == {"Peering/Accepter"}


@pytest.mark.parametrize(
    ("provider", "name", "destination", "private"),
    [(NEAR, "near", FAR_CIDR, "ab"), (FAR, "far", NEAR_CIDR, "abc")],
)
def test_private_and_data_tables_lead_to_the_other_side(
    peering: Synthesized, provider: str, name: str, destination: str, private: str
) -> None:
    found = routes(peering, provider)
    keys = [*(f"private-{letter}" for letter in private), "data"]
    assert set(found) == {f"Peering/{name}-{key}" for key in keys}
    for key in keys:
        body = found[f"Peering/{name}-{key}"]
        assert body["destination_cidr_block"] == destination
        path = f'["{key}"]' if "-" in key else f".{key}"
        assert looks_up(body["route_table_id"], name, f".route_table_ids{path}")


def test_nothing_is_multiplied_by_values_unknown_at_plan(stacks: dict[str, Synthesized]) -> None:
    for stack in stacks.values():
        for kind in ("resource", "data"):
            for bodies in stack.json.get(kind, {}).values():
                for body in bodies.values():
                    assert not {"for_each", "count", "dynamic"} & set(body)


def test_in_the_fleet_the_primary_asks_and_the_standby_accepts(
    stacks: dict[str, Synthesized], exchange: Exchange, fleet: schema.Fleet
) -> None:
    replication = stacks["replication"]
    connection = replication.only("aws_vpc_peering_connection")
    assert connection["provider"] == "aws.primary"
    assert connection["peer_region"] == fleet.dr.region
    assert exchange.resolve(replication, connection["vpc_id"])[0] == fleet.primary.name
    assert exchange.resolve(replication, connection["peer_vpc_id"])[0] == fleet.dr.name
    # The stack's own provider works in the second region.
    assert replication.only("aws_vpc_peering_connection_accepter")["provider"] == "aws"


@pytest.mark.parametrize("tables", ["private-a", "private-c", "data"])
def test_in_the_fleet_each_route_is_made_in_the_region_of_its_table(
    stacks: dict[str, Synthesized], exchange: Exchange, fleet: schema.Fleet, tables: str
) -> None:
    replication = stacks["replication"]
    providers = {fleet.primary.name: "aws.primary", fleet.dr.name: "aws"}
    cidrs = {fleet.primary.name: fleet.dr.network.cidr, fleet.dr.name: fleet.primary.network.cidr}
    for name, provider in providers.items():
        body = replication.all("aws_route")[f"Peering/{name}-{tables}"]
        publisher, table = exchange.resolve(replication, body["route_table_id"])
        assert (publisher, stacks[publisher].follow(table)) == (name, f"Network/Table-{tables}")
        assert (body["provider"], body["destination_cidr_block"]) == (provider, cidrs[name])
