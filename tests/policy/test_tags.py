"""Every resource that takes tags carries the required ones, as the plan shows them."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from environments.schema import Fleet
from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.plan import Plan
from tests.policy.resources import paths
from tests.synth.synthesized import Synthesized

UNTAGGED = {"aws_autoscaling_group"}
"""Kinds to which the provider gives no default tags (its documentation, "default_tags")."""


def audit(plan: Plan, stacks: dict[str, Synthesized], fleet: Fleet) -> Iterator[Finding]:
    """Resources that lack a required tag. Each value must be that of one of the environments."""
    known = paths(stacks)
    required = [environment.required_tags for environment in fleet.environments.values()]
    for stack, change in changes(plan):
        after, unknown = change["change"]["after"], change["change"]["after_unknown"]
        if "tags_all" not in after and "tags_all" not in unknown and change["type"] not in UNTAGGED:
            continue  # takes no tags
        tags = after.get("tags_all") or {}
        if not any(tags.items() >= wanted.items() for wanted in required):
            missing = sorted(set(required[0]) - set(tags)) or "none, but values of no environment"
            yield Finding("tags", known[stack, change["name"]], f"missing: {missing}")


def changes(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    for change in plan["resource_changes"]:
        if change["mode"] == "managed":
            yield change["module_address"].removeprefix("module."), change


@pytest.fixture(scope="module")
def untagged(plan: Plan, stacks: dict[str, Synthesized], fleet: Fleet) -> set[Finding]:
    return set(audit(plan, stacks, fleet))


def test_the_audit_sees_what_is_tagged(plan: Plan) -> None:
    tagged = {stack for stack, change in changes(plan) if "tags_all" in change["change"]["after"]}
    assert tagged >= {"bootstrap", "shared", "dev", "staging", "prod", "dr", "replication"}


def test_everything_is_tagged(untagged: set[Finding], exceptions: list[Entry]) -> None:
    assert unexcepted(untagged, exceptions) == []


def test_no_exception_is_stale(untagged: set[Finding], exceptions: list[Entry]) -> None:
    assert stale(untagged, exceptions, owned=["tags"]) == []


def test_every_provider_has_the_required_tags(stacks: dict[str, Synthesized], fleet: Fleet) -> None:
    required = [environment.required_tags for environment in fleet.environments.values()]
    for name, stack in stacks.items():
        for provider in stack.providers:
            assert [found["tags"] in required for found in provider["default_tags"]] == [True], name


@pytest.mark.parametrize(
    "tags",
    [None, {}, {"Environment": "prod"}, {"Environment": "nowhere"}],
)
def test_fails_when_a_tag_is_missing(
    plan: Plan, stacks: dict[str, Synthesized], fleet: Fleet, tags: dict[str, str] | None
) -> None:
    [vpc] = [one for stack, one in changes(plan) if (stack, one["type"]) == ("prod", "aws_vpc")]
    broken = copy.deepcopy(vpc)
    broken["change"]["after"]["tags_all"] = tags
    [finding] = audit({"resource_changes": [broken]}, stacks, fleet)
    assert finding.resource == "prod/Network/Vpc"
    assert "Service" in finding.detail


def test_fails_when_a_tag_has_the_value_of_no_environment(
    plan: Plan, stacks: dict[str, Synthesized], fleet: Fleet
) -> None:
    [vpc] = [one for stack, one in changes(plan) if (stack, one["type"]) == ("prod", "aws_vpc")]
    broken = copy.deepcopy(vpc)
    broken["change"]["after"]["tags_all"]["Environment"] = "nowhere"
    [finding] = audit({"resource_changes": [broken]}, stacks, fleet)
    assert "values of no environment" in finding.detail
