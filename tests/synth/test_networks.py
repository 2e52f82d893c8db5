"""stacks/network.py and stacks/bootstrap.py: what an environment's file says arrives in its resources."""

import re

from environments import naming
from environments.schema import EnvironmentBase, Fleet
from tests.synth.synthesized import Synthesized


def networks(fleet: Fleet, stacks: dict[str, Synthesized]) -> dict[str, tuple[EnvironmentBase, Synthesized]]:
    return {name: (environment, stacks[name]) for name, environment in fleet.environments.items()}


def test_addresses_are_those_of_the_file(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for environment, stack in networks(fleet, stacks).values():
        assert stack.only("aws_vpc")["cidr_block"] == environment.network.cidr
        found = {
            (body["tags"]["Tier"], body["availability_zone"]): body["cidr_block"]
            for body in stack.all("aws_subnet").values()
        }
        assert found == {
            (tier, zone): cidr
            for tier, zones in environment.network.tiers.items()
            for zone, cidr in zones.items()
        }


def test_nat_gateways_are_as_many_as_the_file_asks_for(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for environment, stack in networks(fleet, stacks).values():
        assert len(stack.all("aws_nat_gateway")) == len(environment.network.nat_zones)


def test_endpoints_are_those_of_the_file_in_its_region(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for environment, stack in networks(fleet, stacks).values():
        config = environment.network.endpoints
        found = {
            (body["vpc_endpoint_type"], body["service_name"])
            for body in stack.all("aws_vpc_endpoint").values()
        }
        prefix = f"com.amazonaws.{environment.region}"
        assert found == {
            *(("Gateway", f"{prefix}.{service}") for service in config.gateway),
            *(("Interface", f"{prefix}.{service}") for service in config.interface),
        }


def test_flow_logs_are_kept_as_the_file_says(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for name, (environment, stack) in networks(fleet, stacks).items():
        config = environment.network.flow_logs
        group = stack.all("aws_cloudwatch_log_group")["FlowLogs/LogGroup"]
        assert group["name"] == naming.flow_log_group(name)
        assert group["retention_in_days"] == config.retention_days
        log = stack.only("aws_flow_log")
        assert (log["traffic_type"], log["max_aggregation_interval"]) == (
            config.traffic,
            config.aggregation_seconds,
        )


def test_no_stack_names_another_account(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for environment, stack in networks(fleet, stacks).values():
        accounts = re.findall(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])", stack.text)
        assert set(accounts) == {environment.account_id}


def test_names_start_with_organisation_and_environment(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for name, (_, stack) in networks(fleet, stacks).items():
        own = f"{fleet.shared.organisation.prefix}-{name}"
        for kind in ("aws_vpc", "aws_subnet", "aws_route_table", "aws_nat_gateway", "aws_vpc_endpoint"):
            assert all(tag.startswith(own) for tag in stack.named(kind))


def test_old_state_versions_are_kept_as_the_file_says(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    lifecycles = stacks["bootstrap"].all("aws_s3_bucket_lifecycle_configuration").values()
    kept = {body["rule"][0]["noncurrent_version_expiration"][0]["noncurrent_days"] for body in lifecycles}
    assert kept == {fleet.shared.bootstrap.noncurrent_versions_days}
