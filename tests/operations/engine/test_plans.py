"""What a plan must be, and that it survives the journal."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operations.engine import Call, Join, JsonText, Local, Plan, Probe, Ref, RunId, Secret, Step, codec
from operations.engine.context import Context, Unknown, reveal
from operations.engine.redact import MASK, Redactor
from operations.engine.retry import Clients
from operations.engine.state import StepState, read
from operations.errors import HybridError, Refused
from tests.operations.engine import example

READ = Call("ssm", "r", "GetParameter", {"Name": "n"})
WRITE = Call("ssm", "r", "PutParameter", {"Name": "n", "Value": "v"})
FACTS = {"endpoint": "a", "count": 1, "secret": "arn:aws:secretsmanager:r:1:secret:s", "queue": "http://q"}


def plan_of(*steps: Step, **more: Any) -> Plan:
    return Plan("kind", "a/b", "1", steps, **more)


def step(id_: str = "s", **more: Any) -> Step:
    return Step(id_, "why", **{"call": WRITE, **more})


def test_a_plan_survives_json() -> None:
    everything = step(
        "all",
        call=Local("act", {"a": [Join(("x", RunId())), JsonText({"b": Ref("s", "c")})]}, keep=("k",)),
        saves=READ,
        arrived_when=Probe(READ, equals={"a": [1, 2]}, done_on=("Gone",), wait_on=("Not",), shows="x"),
        undo=replace(WRITE, accept=("None",), token="t"),  # noqa: S106
        undone_when=Probe(READ, fails={"a": Ref("all", "b", "saved")}),
        limit_seconds=1.5,
        danger="all of it",
        optional=True,
    )
    whole = plan_of(step(), everything, notes=("n",), facts={"f": [1]}, confirm="x", undo_on_failure=True)

    for plan in (whole, example.plan(FACTS, "b", 2), plan_of()):
        again = codec.decode_plan(json.loads(json.dumps(codec.encode(plan))))
        assert again == plan
        assert codec.fingerprint(again) == codec.fingerprint(plan)
    assert codec.fingerprint(whole) == codec.fingerprint(replace(whole, facts={}, notes=()))
    assert codec.fingerprint(whole) != codec.fingerprint(replace(whole, steps=(step("other"),)))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((step("Big"),), "step 'Big': an id is lower-case"),
        ((step(), step()), "two steps are named s"),
        ((step(call=None),), "neither calls nor waits"),
        ((step(limit_seconds=0),), r"limit \(0 s\)"),
        ((step(undone_when=Probe(READ)),), "undone_when without undo"),
        ((step(anew=True),), "anew without a call and done_when"),
        ((step(call=None, done_when=Probe(READ), arrived_when=Probe(READ)),), "arrived_when without a call"),
        (
            (step(call=replace(WRITE, params={"a": [Ref("later", "x")]})), step("later")),
            "call: .*must name an earlier",
        ),
        ((step(call=replace(WRITE, params={"a": Ref("s", "x")})),), "what this one has seen by then"),
        ((step(), step("t", undo=replace(WRITE, params={"a": Ref("s", "x", "saved")}))), "no such saved"),
        ((step(), step("t", done_when=Probe(READ, equals={"x": Ref("s", "x", "probe")}))), "no such probe"),
        (
            (
                step(done_when=Probe(READ, {"a": 1})),
                step("t", call=replace(WRITE, params={"a": Ref("s", "x")})),
            ),
            'take it of="probe", or give that step arrived_when',
        ),
        ((step(call=Local("x", {"password": "open"})),), "call: password is written out"),
        ((step(undo=replace(WRITE, params={"a": [{"AuthToken": "x"}]})),), "undo: AuthToken is written out"),
    ],
)
def test_fails_when_a_step_is_wrong(steps: tuple[Step, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan_of(*steps)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"kind": "A B"}, "a kind is lower-case words"),
        ({"target": "a b"}, "a target is made of"),
        ({"facts": {"a": Secret("arn")}}, "facts are plain values"),
    ],
)
def test_fails_when_a_plan_is_wrong(more: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Plan(**{"kind": "k", "target": "t", "account": "1", **more})


def test_what_may_look_back_may() -> None:
    sees = Probe(READ, {"a": Ref("s", "x")})
    plan_of(step(saves=READ, done_when=sees, undo=replace(WRITE, params={"a": Ref("s", "y", "saved")})))
    plan_of(step(done_when=sees), step("t", call=replace(WRITE, params={"a": Ref("s", "x")})))
    plan_of(
        step(
            call=Call(
                "rds", "r", "M", {"MasterUserPassword": Secret("arn:x"), "ManageMasterUserPassword": True}
            )
        )
    )


def test_values_are_filled_in(tmp_path: Path) -> None:
    steps = {"s": StepState(answers={"call": {"a": 1, "none": None, "hidden": MASK}})}
    context = Context("run-1", Clients("1"), Redactor(), tmp_path, steps)

    value = {"n": [Ref("s", "a"), RunId()], "j": Join(("x-", RunId())), "t": JsonText({"a": [Ref("s", "a")]})}
    assert context.resolve(value) == {"n": [1, "run-1"], "j": "x-run-1", "t": '{"a": [1]}'}
    with pytest.raises(Unknown, match="left no b: its answer was lost"):
        context.resolve(Ref("s", "b"))
    with pytest.raises(HybridError, match="there was no none"):
        context.resolve(Ref("s", "none"))
    with pytest.raises(HybridError, match="holds a secret, and was not kept"):
        context.resolve(Ref("s", "hidden"))
    assert context.token("s") == context.token("s") != context.token("t")
    steps["s"].answers["call"]["part"] = ["plain", f"/home/{MASK}/file"]
    with pytest.raises(HybridError, match="part of step s holds a secret"):
        context.resolve(Ref("s", "part"))
    known = context.redactor.add("pass")
    assert str(context._text("a pass")) == MASK
    assert reveal({"a": [known]}) == {"a": ["pass"]}


def test_fails_when_a_journal_does_not_begin_with_a_plan() -> None:
    with pytest.raises(HybridError, match="does not begin with a plan"):
        read("x", [])
    with pytest.raises(Refused, match="schema 0"):
        read("x", [{"entry": "planned", "schema": 0}])
