"""checkov finds nothing that is not excepted, neither in the JSON nor in a plan of it."""

import json
from pathlib import Path

import pytest

from tests.policy.checkov import Report, scan_json, scan_plan
from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.plan import Plan
from tests.synth.synthesized import Synthesized

PRODUCTION = ("prod/", "shared/", "dr/")
LIMIT = 12
"""Ids that production may have excepted. More means that the exceptions have become the rule."""


@pytest.fixture(scope="module")
def of_json(stacks: dict[str, Synthesized], tmp_path_factory: pytest.TempPathFactory) -> Report:
    return scan_json(stacks, tmp_path_factory.mktemp("checkov-json"))


@pytest.fixture(scope="module")
def of_plan(stacks: dict[str, Synthesized], plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return scan_plan(plan, stacks, tmp_path_factory.mktemp("checkov-plan"))


@pytest.fixture(scope="module")
def found(of_json: Report, of_plan: Report) -> frozenset[Finding]:
    return of_json.findings | of_plan.findings


def test_both_scans_see_the_fleet(of_json: Report, of_plan: Report) -> None:
    assert of_json.passed > 900
    assert of_plan.passed > 900


def test_the_plan_has_every_resource(stacks: dict[str, Synthesized], plan: Plan) -> None:
    planned = {
        module["address"].removeprefix("module."): len(
            [one for one in module["resources"] if one["mode"] == "managed"]
        )
        for module in plan["planned_values"]["root_module"]["child_modules"]
    }
    synthesized = {
        name: sum(map(len, stack.json["resource"].values()))
        for name, stack in stacks.items()
        if stack.json.get("resource")
    }
    assert planned == synthesized


def test_everything_is_excepted_or_fixed(found: frozenset[Finding], exceptions: list[Entry]) -> None:
    assert unexcepted(found, exceptions) == []


def test_no_exception_is_stale(found: frozenset[Finding], exceptions: list[Entry]) -> None:
    assert stale(found, exceptions, owned=["CKV"]) == []


def test_production_has_few_exceptions(found: frozenset[Finding]) -> None:
    ids = {one.check for one in found if one.resource.startswith(PRODUCTION)}
    assert len(ids) <= LIMIT, sorted(ids)


def test_fails_when_a_stack_is_careless(stacks: dict[str, Synthesized], tmp_path: Path) -> None:
    careless = json.loads(stacks["edge"].text)
    body = {"bucket": "acme", "//": {"metadata": {"path": "edge/Careless"}}}
    careless["resource"] = {"aws_s3_bucket": {"Careless_1": body}}
    report = scan_json({"edge": Synthesized(careless)}, tmp_path)
    assert {one.resource for one in report.findings} == {"edge/Careless"}
    assert {"CKV_AWS_145", "CKV2_AWS_6"} <= {one.check for one in report.findings}


def test_fails_when_checkov_cannot_read_a_file(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="this method receives only dicts"):
        scan_json({"a": Synthesized({"output": {"x": "no block"}})}, tmp_path)
