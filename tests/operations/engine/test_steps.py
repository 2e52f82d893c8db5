"""Steps of sorts that the example lacks, carried out in this process with local actions."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from operations.aws import explained
from operations.engine import Call, Local, Plan, Probe, Step, journal, kinds, retry
from operations.engine.context import Context
from operations.engine.report import Outcome
from operations.engine.resume import abandon, resume, undo
from operations.engine.run import Manner, carry_out
from operations.errors import HybridError, Refused
from operations.local import control
from tests.operations.engine.conftest import World

YES = Manner(agreed=True)
Do = Callable[[Context, dict[str, Any]], Mapping[str, Any] | None]


@pytest.fixture
def actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Do]:
    """What `Local`s of the kind `t` do."""
    found: dict[str, Do] = {}
    module = ModuleType("module_of_t")
    module.ACTIONS = found  # type: ignore[attr-defined]
    monkeypatch.setitem(kinds.KINDS, "t", kinds.Kind("hybrid t", "module_of_t"))
    monkeypatch.setitem(sys.modules, "module_of_t", module)
    monkeypatch.setattr(journal, "RUNS", tmp_path / "runs")
    return found


def run(*steps: Step, **more: Any) -> Outcome:
    return carry_out("t", "x", lambda: Plan("t", "x", "123456789012", steps, **more), YES)


def newest() -> str:
    return next(journal.journals()).stem


def test_an_optional_step_may_fail(actions: dict[str, Do]) -> None:
    done: list[str] = []
    actions["break"] = lambda _c, p: p["missing"]
    actions["note"] = lambda _c, p: done.append(p["n"])

    outcome = run(
        Step("a", "w", Local("break"), optional=True),
        Step("b", "w", Local("note", {"n": "b"})),
    )

    assert (outcome.state, done) == ("done", ["b"])
    assert outcome.report
    text = outcome.report.read_text()
    assert "| a | w | skipped |" in text
    assert "KeyError: 'missing' (test_steps.py:" in text


def test_without_credentials_no_step_is_skipped(actions: dict[str, Do]) -> None:
    def refuse(_context: Context, _params: dict[str, Any]) -> None:
        raise retry.CredentialsExpired("log in again")

    actions["refuse"] = refuse
    with pytest.raises(HybridError, match="log in again"):
        run(Step("a", "w", Local("refuse"), optional=True))
    actions["refuse"] = lambda _c, _p: None

    assert resume(newest(), YES).state == "done"


def test_a_mistake_in_an_action_stops_resumably(actions: dict[str, Do]) -> None:
    actions["once"] = lambda _c, p: p["missing"]
    with pytest.raises(HybridError, match="KeyError"):
        run(Step("a", "w", Local("once")))
    actions["once"] = lambda _c, _p: {}

    assert resume(newest(), YES).state == "done"


def test_a_wait_ends_with_the_failure_it_names(actions: dict[str, Do]) -> None:
    states = ["RUNNING", "RUNNING", "FAILED"]
    actions["look"] = lambda _c, _p: {"state": states.pop(0) if len(states) > 1 else states[0]}
    waits = Probe(Local("look"), {"state": "DONE"}, fails={"state": "FAILED"}, shows="state")

    with pytest.raises(HybridError, match="a: it failed; last seen: FAILED"):
        run(Step("a", "w", None, waits, poll_seconds=0.01))
    states[:] = ["DONE"]
    assert resume(newest(), YES).state == "done"


def test_fails_when_an_action_is_unknown(actions: dict[str, Do]) -> None:
    with pytest.raises(HybridError, match="module_of_t has no action 'gone'"):
        run(Step("a", "w", Local("gone")))


def test_fails_when_a_kind_is_not_registered() -> None:
    with pytest.raises(HybridError, match="knows no runs of kind 'unheard-of'"):
        carry_out("unheard-of", "x", lambda: Plan("unheard-of", "x", "1"), YES)


def test_an_error_can_mean_done_or_not_yet(world: World, actions: dict[str, Do]) -> None:
    gone = Call("ssm", "ap-northeast-2", "GetParameter", {"Name": "/soon"})
    delete = Call(
        "ssm", "ap-northeast-2", "DeleteParameter", {"Name": "/soon"}, accept=("ParameterNotFound",)
    )

    def make(_context: Context, _params: dict[str, Any]) -> None:
        world.aws("ssm").put_parameter(Name="/soon", Value="v", Type="String")

    actions["make"] = make
    outcome = run(
        Step("none", "it was never there", delete, Probe(gone, done_on=("ParameterNotFound",))),
        Step(
            "make", "w", Local("make"), Probe(gone, {"Parameter.Value": "v"}, wait_on=("ParameterNotFound",))
        ),
    )
    assert outcome.state == "done"


def test_a_repeated_call_carries_the_same_token(world: World, actions: dict[str, Do]) -> None:
    """AWS makes one volume for one token, and nobody can look for it; the answer of the first was lost."""
    control.inject_fault(world.hybrid.server, "lost", "ec2:CreateVolume")
    one = {"AvailabilityZone": "ap-northeast-2a", "Size": 1}

    run(Step("volume", "w", Call("ec2", "ap-northeast-2", "CreateVolume", one)))

    assert world.writes()["ec2:CreateVolume"] == 2
    assert len(world.aws("ec2").describe_volumes()["Volumes"]) == 1


def test_nothing_touched_blocks_nothing(world: World, actions: dict[str, Do]) -> None:
    """A run that stopped before its first call is over: the same command begins anew."""
    saves = Call("ssm", "ap-northeast-2", "GetParameter", {"Name": "/none"})
    with pytest.raises(HybridError, match=r"ParameterNotFound.*\nNothing was changed"):
        run(Step("a", "w", Local("x"), saves=saves))
    actions["x"] = lambda _c, _p: {}

    assert run(Step("a", "w", Local("x"))).state == "done"
    with pytest.raises(Refused, match="is done: there is nothing to resume"):
        resume(newest(), YES)


def test_a_journal_without_a_whole_line_blocks_nothing(actions: dict[str, Do]) -> None:
    actions["x"] = lambda _c, _p: {}
    journal.RUNS.mkdir(parents=True)
    (journal.RUNS / "20200101T000000Z-t-x-aaaaaa.jsonl").write_text('{"at":"20')

    assert run(Step("a", "w", Local("x"))).state == "done"


@pytest.mark.parametrize("fault", ["throttle", "500", "lost"])
def test_a_look_of_ours_without_an_answer_is_followed_by_another(
    world: World, actions: dict[str, Do], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(retry, "ATTEMPTS", 1)  # or the SDK would wait through the burst
    actions["look"] = _look
    control.inject_fault(world.hybrid.server, fault, "ssm:GetParameter", count=3)

    outcome = run(Step("a", "w", None, Probe(Local("look"), {"v": "old.example.com"}), poll_seconds=0.01))

    assert outcome.state == "done"
    assert control.calls(world.hybrid.server)["ssm:GetParameter"] == 4


@pytest.mark.parametrize(
    ("fault", "name", "message"),
    [("expired", "/app/endpoint", "ExpiredToken"), ("", "/none", "ParameterNotFound")],
)
def test_fails_at_once_when_a_look_of_ours_is_refused(
    world: World, actions: dict[str, Do], fault: str, name: str, message: str
) -> None:
    actions["look"] = _look
    if fault:
        control.inject_fault(world.hybrid.server, fault, "ssm:GetParameter", count=0)

    with pytest.raises(HybridError, match=message):
        run(Step("a", "w", None, Probe(Local("look", {"name": name}), {"v": "x"}), poll_seconds=0.01))

    assert control.calls(world.hybrid.server)["ssm:GetParameter"] == 1


def _look(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """As commands look that know nothing of the engine's retries."""
    with explained("ssm:GetParameter"):
        client = context.aws.client("ssm", "ap-northeast-2")
        found = client.get_parameter(Name=params.get("name", "/app/endpoint"))
    return {"v": found["Parameter"]["Value"]}


def test_another_attempt_has_another_token(
    world: World, actions: dict[str, Do], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS would answer the same token with the volume that failed."""
    states = {"state": "error"}
    actions["look"] = lambda _c, _p: states
    waits = Probe(Local("look"), {"state": "in-use"}, fails={"state": "error"})
    one = {"AvailabilityZone": "ap-northeast-2a", "Size": 1}
    made = Step("volume", "w", Call("ec2", "ap-northeast-2", "CreateVolume", one), waits, anew=True)

    with pytest.raises(HybridError, match="it failed"):
        run(made)
    states["state"] = "creating"
    monkeypatch.setattr("operations.engine.probe.time.sleep", lambda _s: states.update(state="in-use"))
    assert resume(newest(), YES).state == "done"

    assert len(world.aws("ec2").describe_volumes()["Volumes"]) == 2


def held(released: list[str], monkeypatch: pytest.MonkeyPatch, failure: str = "") -> None:
    """The kind `t` holds something outside of the engine."""

    def release(context: Context, plan: Plan) -> None:
        released.append(f"{plan.target} of {context.run}")
        if failure:
            raise HybridError(failure)

    monkeypatch.setattr(sys.modules["module_of_t"], "release", release, raising=False)


def test_what_a_run_holds_is_released_when_its_undo_fails_or_nobody_goes_on(
    actions: dict[str, Do], monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    held(released, monkeypatch)
    actions["do"] = lambda _c, _p: {}
    actions["break"] = lambda _c, p: p["missing"]

    run(Step("a", "w", Local("do"), undo=Local("break")))
    assert released == [], "it is done"
    with pytest.raises(HybridError, match="undoing a: KeyError"):
        undo(newest(), YES)
    assert released == [f"x of {newest()}"]
    abandon(newest(), YES)
    assert len(released) == 2


def test_fails_when_it_cannot_be_released(actions: dict[str, Do], monkeypatch: pytest.MonkeyPatch) -> None:
    held([], monkeypatch, failure="no way")
    actions["break"] = lambda _c, p: p["missing"]

    with pytest.raises(HybridError, match="missing"):
        run(Step("a", "w", Local("break"), undo=Local("break")))
    with pytest.raises(HybridError, match="What the run holds was not given back: no way"):
        undo(newest(), YES)
    with pytest.raises(HybridError, match="no way"):
        abandon(newest(), YES)
    with pytest.raises(HybridError, match="no way"):
        abandon(newest(), YES)
