"""What is odd, broken or only a part of a fleet is drawn as far as it goes, and never a traceback."""

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations import cli
from operations.errors import UsageError
from operations.graph.commands import Format, render
from operations.graph.model import Edge, Topology
from operations.graph.read import read
from operations.graph.synthesis import Synthesis
from tests.operations.graph.written import HERE, network, stack, topology
from tests.synth.synthesized import Synthesized

Stacks = dict[str, dict[str, Any]]
Change = Callable[[Stacks], None]


@pytest.fixture(scope="session")
def whole(stacks: dict[str, Synthesized]) -> Stacks:
    """The JSON of the committed fleet."""
    return {name: each.json for name, each in stacks.items()}


def _bodies(stacks: Stacks, name: str, kind: str) -> list[dict[str, Any]]:
    found = list(stacks[name]["resource"][kind].values())
    assert found
    return found


def _set(name: str, kind: str, **values: Any) -> Change:
    """In every resource of a kind; None takes the attribute away."""

    def apply(stacks: Stacks) -> None:
        for body in _bodies(stacks, name, kind):
            for key, value in values.items():
                body[key] = value
                if value is None:
                    del body[key]

    return apply


def _only(*names: str) -> Change:
    def apply(stacks: Stacks) -> None:
        for name in set(stacks) - set(names):
            del stacks[name]

    return apply


def _empty(name: str) -> Change:
    return lambda stacks: stacks.update({name: {}})


def _distribution(stacks: Stacks) -> dict[str, Any]:
    (found,) = _bodies(stacks, "edge", "aws_cloudfront_distribution")
    return found


def _single_provider(stacks: Stacks) -> None:
    (stacks["dr"]["provider"]["aws"],) = stacks["dr"]["provider"]["aws"]


DRAWN: dict[str, Change] = {
    **{f"nothing in {name}": _empty(name) for name in ("bootstrap", "shared", "prod", "dr", "edge")},
    **{f"only {name}": _only(name) for name in ("edge", "replication", "bootstrap", "dr", "shared")},
    "one provider without a list": _single_provider,
    "a group with one member": lambda stacks: _distribution(stacks)["origin_group"][0]["member"].pop(),
    "NAT gateways in a literal subnet": _set("dr", "aws_nat_gateway", subnet_id="subnet-1"),
    "a literal route table": _set("dr", "aws_route_table_association", route_table_id="rtb-1"),
    "a task in vCPU": _set("dr", "aws_ecs_task_definition", cpu="1 vCPU", memory="2 GB"),
    "a service without a number of tasks": _set("dr", "aws_ecs_service", desired_count=None),
    "alarms without a threshold": _set("dr", "aws_cloudwatch_metric_alarm", threshold=None),
    "endpoints without a type": _set("dr", "aws_vpc_endpoint", vpc_endpoint_type=None),
    "a cache without subnets": _set("prod", "aws_elasticache_replication_group", subnet_group_name=None),
    "parameters without a value": _set("dr", "aws_ssm_parameter", value=None),
    "constructs without a path": _set("dr", "aws_lb", **{"//": None}),
}


@pytest.mark.parametrize("change", DRAWN.values(), ids=DRAWN.keys())
@pytest.mark.parametrize("format_", [*Format])
def test_what_is_odd_or_missing_is_drawn_all_the_same(whole: Stacks, change: Change, format_: Format) -> None:
    changed = copy.deepcopy(whole)
    change(changed)
    assert changed != whole
    assert render(read(Synthesis(changed)), format_, None)


def _edges(whole: Stacks, change: Change, relation: str) -> list[Edge]:
    changed = copy.deepcopy(whole)
    change(changed)
    return [edge for edge in read(Synthesis(changed)).edges if edge.relation == relation]


def test_a_group_that_no_behaviour_uses_is_no_fallback(whole: Stacks) -> None:
    def unused(stacks: Stacks) -> None:
        body = _distribution(stacks)
        first = body["origin_group"][0]["member"][0]["origin_id"]
        body["default_cache_behavior"]["target_origin_id"] = first
        for behaviour in body.get("ordered_cache_behavior", []):
            behaviour["target_origin_id"] = first

    assert [edge.label for edge in _edges(whole, lambda _: None, "fallback")] == ["after 500, 502, 503, 504"]
    assert _edges(whole, unused, "fallback") == []
    assert _edges(whole, unused, "origin") == _edges(whole, lambda _: None, "origin")


def test_an_origin_that_nothing_asks_has_no_arrow(whole: Stacks) -> None:
    def straight_to_the_standby(stacks: Stacks) -> None:
        body = _distribution(stacks)
        second = body["origin_group"][0]["member"][1]["origin_id"]
        body["default_cache_behavior"]["target_origin_id"] = second
        for behaviour in body.get("ordered_cache_behavior", []):
            behaviour["target_origin_id"] = second

    (edge,) = _edges(whole, straight_to_the_standby, "origin")
    assert edge.target.startswith("dr/")


def test_a_replication_rule_that_is_off_copies_nothing(whole: Stacks) -> None:
    def off(stacks: Stacks) -> None:
        for body in _bodies(stacks, "replication", "aws_s3_bucket_replication_configuration"):
            for rule in body["rule"]:
                rule["status"] = "Disabled"

    sources = {edge.source for edge in _edges(whole, lambda _: None, "objects")}
    left = {edge.source for edge in _edges(whole, off, "objects")}
    assert {source for source in sources - left if source.startswith("prod/")}
    assert not {source for source in left if source.startswith(("prod/", "shared/"))}


def test_fails_when_a_stack_names_no_region() -> None:
    without = stack("here", network("10.0.0.0/16"))
    del without["provider"]["aws"][0]["region"]
    with pytest.raises(
        UsageError, match=r"here: aws_vpc\.Vpc cannot be drawn: the provider aws of the stack"
    ):
        Synthesis({"here": without})


def test_fails_when_a_resource_lacks_what_is_drawn_of_it() -> None:
    with pytest.raises(
        UsageError, match=r"here/Lb \(aws_lb\) cannot be drawn: it has no subnets; correct it"
    ):
        topology(here=network("10.0.0.0/16") | {"aws_lb": {"Lb": {"name": "lb"}}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resource": {', "is no JSON"),
        ("[]", "it is a list, not an object"),
        ("null", "it is null, not an object"),
        ('{"resource": null}', "resource is null, not an object"),
        ('{"resource": {"aws_vpc": []}}', "resource.aws_vpc is a list, not an object"),
        ('{"resource": {"aws_vpc": {"Vpc": 1}}}', "resource.aws_vpc.Vpc is a number, not an object"),
        ('{"provider": {"aws": ["x"]}}', "provider.aws is neither an object nor a list of objects"),
        ("{}", "its stacks hold nothing that is drawn"),
        (
            json.dumps(
                {
                    "provider": {"aws": {"region": HERE}},
                    "resource": {
                        "aws_vpc": {"Vpc": {"cidr_block": "10.0.0.0/16"}},
                        "aws_vpc_peering_connection": {"P": {"vpc_id": "x"}},
                        "aws_route53_record": {"R": {"failover_routing_policy": {"type": "PRIMARY"}}},
                    },
                }
            ),
            "its links cannot be drawn (KeyError('name'))",
        ),
    ],
)
def test_fails_when_a_file_is_no_synthesis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "stacks" / "odd" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["hybrid", "graph", "--from", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    captured = capsys.readouterr()
    assert (stop.value.code, captured.out) == (2, "")
    assert said in captured.err
    assert str(tmp_path) in captured.err


def test_nothing_is_an_empty_picture() -> None:
    assert render(Topology(regions=(), places=(), nodes=(), edges=()), Format.SVG, None)
