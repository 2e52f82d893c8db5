"""Published networks: whatever one stack looks up, another one publishes."""

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments import naming, schema
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.network.exchange import Published, publish, publish_network
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.published import Exchange, parse
from tests.synth.synthesized import Synthesized


def test_every_value_that_is_looked_up_is_published(
    stacks: dict[str, Synthesized], exchange: Exchange
) -> None:
    found = [exchange.value(*lookup) for stack in stacks.values() for lookup in set(exchange.lookups(stack))]
    assert {publisher for publisher, _ in found} == {"shared", "prod", "dr"}
    assert all(expression.startswith("${aws_") for _, expression in found)


def test_parameters_are_read_in_no_other_way(stacks: dict[str, Synthesized], exchange: Exchange) -> None:
    for stack in stacks.values():
        assert stack.text.count("data.aws_ssm_parameter.") == len(list(exchange.lookups(stack)))


def test_stacks_read_only_what_others_publish(stacks: dict[str, Synthesized], exchange: Exchange) -> None:
    for name, stack in stacks.items():
        for parameter, _ in exchange.lookups(stack):
            assert exchange.published[parameter][0] != name


def test_lookups_happen_in_the_region_of_the_publisher(
    stacks: dict[str, Synthesized], exchange: Exchange
) -> None:
    def region(name: str, provider: str = "aws") -> str:
        alias = provider.partition(".")[2] or None
        [found] = [body for body in stacks[name].providers if body.get("alias") == alias]
        return str(found["region"])

    for name, stack in stacks.items():
        for parameter in stack.data("aws_ssm_parameter").values():
            publisher, _ = exchange.published[parameter["name"]]
            assert region(name, parameter.get("provider", "aws")) == region(publisher)


def test_every_network_is_published_with_the_keys_of_its_configuration(
    exchange: Exchange, fleet: schema.Fleet
) -> None:
    for name, environment in fleet.environments.items():
        publisher, value = exchange.published[naming.network_parameter(name)]
        assert publisher == name
        assert value["cidr"] == environment.network.cidr
        assert {tier: list(zones) for tier, zones in value["subnet_ids"].items()} == {
            tier: list(environment.network.zones) for tier in ("public", "private", "data")
        }


def test_published_ids_are_those_of_the_resources(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        publish_network(scope, "Parameter", name="/network", network=builders.network(scope))

    stack = synth(build)
    parameter = stack.only("aws_ssm_parameter")
    assert (parameter["name"], parameter["type"]) == ("/network", "String")
    value = parse(parameter["value"])
    assert stack.follow(value["vpc_id"]) == "Network/Vpc"
    assert {key: stack.follow(table) for key, table in value["route_table_ids"].items()} == {
        key: f"Network/Table-{key}" for key in ("public", "private-a", "private-b", "data")
    }
    assert {
        tier: {zone: stack.follow(subnet) for zone, subnet in zones.items()}
        for tier, zones in value["subnet_ids"].items()
    } == {
        tier: {zone: f"Network/Subnet-{tier}-{zone[-1]}" for zone in builders.ZONES}
        for tier in ("public", "private", "data")
    }


def test_published_text_survives_as_it_is(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        publish(scope, "Parameter", name="/p", description="d", value={"a-b": {"c": "10.0.0.0/8"}})

    assert parse(synth(build).only("aws_ssm_parameter")["value"]) == {"a-b": {"c": "10.0.0.0/8"}}


def test_reading_uses_the_value_that_plans_show(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        provider = aws_provider(
            scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="other"
        )
        published = Published(scope, "Hub", name="/hub", provider=provider)
        TerraformOutput(scope, "found", value=published.get("tables", "private-a"))

    stack = synth(build)
    assert stack.data("aws_ssm_parameter")["Hub/Parameter"]["provider"] == "aws.other"
    value = stack.json["output"]["found"]["value"]
    assert value.startswith("${jsondecode(data.aws_ssm_parameter.")
    assert value.endswith('.insecure_value).tables["private-a"]}')


def test_fails_when_a_value_is_looked_up_that_nobody_publishes(exchange: Exchange) -> None:
    with pytest.raises(KeyError, match="private-z"):
        exchange.value(naming.network_parameter("prod"), ("route_table_ids", "private-z"))
    with pytest.raises(KeyError, match="/shared/network/nowhere"):
        exchange.value(naming.network_parameter("nowhere"), ("vpc_id",))
