# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules between the workloads and the hub: region, number and the way to the database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from environments import rules_workloads
from environments.rules_workloads import LOG_POLICIES_ELSEWHERE, LOG_POLICIES_PER_WORKLOAD, room

SNAPSHOTS = Path(__file__).resolve().parents[1] / "synth" / "__snapshots__" / "test_snapshots"


@pytest.fixture
def add(directory: Path) -> Callable[[str, int], None]:
    """Add a workload like dev, which needs no database."""

    def write(name: str, second: int) -> None:
        text = (directory / "dev.yaml").read_text(encoding="utf-8").replace("name: dev", f"name: {name}")
        text = text.replace(".dev.ryuqqq.com", f".{name}.ryuqqq.com").replace("10.10.", f"10.{second}.")
        text = text.replace("needs: [database, ", "needs: [")
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


def test_a_region_has_room_for_five_workloads(
    add: Callable[[str, int], None], lines: Callable[[], list[str]]
) -> None:
    add("a1", 101)
    add("a2", 102)
    assert not lines()
    add("a3", 103)
    add("a4", 104)
    why = "ap-northeast-2 has room for 5, because each makes 2 of the 10 resource policies of CloudWatch Logs in a region (CloudWatch Logs quotas, fixed); move its services to another workload"
    assert lines() == [
        f"environments/a3.yaml:3: name: a3: is workload 6; {why}",
        f"environments/a4.yaml:3: name: a4: is workload 7; {why}",
    ]


def test_the_cdn_takes_a_share_in_its_region() -> None:
    assert (room("ap-northeast-2"), room("us-east-1")) == (5, 4)


def test_stacks_make_as_many_log_policies_as_the_rule_counts() -> None:
    made = {}
    for stack in ("shared", "dev", "staging", "prod", "edge", "bootstrap", "replication"):
        body = json.loads((SNAPSHOTS / f"test_stack[{stack}].json").read_text(encoding="utf-8"))
        policies = body["resource"].get("aws_cloudwatch_log_resource_policy", {}).values()
        made[stack] = [policy.get("provider", "") for policy in policies]
    assert made.pop("edge") == ["aws.us_east_1"] * LOG_POLICIES_ELSEWHERE["us-east-1"]
    counted = {stack: len(policies) for stack, policies in made.items() if policies}
    assert counted == dict.fromkeys(("dev", "staging", "prod"), LOG_POLICIES_PER_WORKLOAD)


def test_cost_anomalies_leave_room_for_as_many_workloads() -> None:
    # One value of the tag for each environment, the hub and the second region among them.
    code = (SNAPSHOTS.parents[3] / "constructs/hybrid_constructs/observability/cost_anomalies.py").read_text(
        "utf-8"
    )
    assert "\nVALUES = 10\n" in code
    assert rules_workloads.LOG_POLICIES // LOG_POLICIES_PER_WORKLOAD + 2 <= 10


@pytest.mark.parametrize("region", ["ap-northeast-1", "us-east-1"], ids=["of_dr", "third"])
def test_a_workload_lives_in_the_region_of_the_hub(
    region: str, edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    # Its zones do not fit that region either, but that is no second mistake.
    edit("dev.yaml", "region: ap-northeast-2", f"region: {region}")
    assert lines() == [
        f"environments/dev.yaml:5: region: {region}: differs from ap-northeast-2 of environments/shared.yaml; a workload uses the hub's keys, images and Transit Gateway, which are in that region only, use ap-northeast-2"
    ]


def test_a_workload_that_is_not_attached_needs_the_database(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    edit("shared.yaml", "[dev, staging, prod]", "[prod]")
    way_out = "to transit_gateway.attach of environments/shared.yaml, or remove this need"
    assert lines() == [
        f"environments/dev.yaml:32: services.fileflow.needs[0]: database: dev has no route to it; add dev {way_out}",
        f"environments/staging.yaml:29: services.fileflow.needs[0]: database: staging has no route to it; add staging {way_out}",
    ]


def test_a_misspelt_attachment_is_one_mistake(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    edit("shared.yaml", "[dev, staging, prod]", "[dev, stagin, prod]")
    assert len(lines()) == 1
