"""What a step started fails: with `anew` a resume starts it once more, without it a resume only looks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from operations.engine import Attempt, Join, Local, Probe, Ref, RunId, Step, crash, journal
from operations.engine.context import Context
from operations.engine.resume import abandon, resume
from operations.errors import HybridError
from tests.operations.engine.test_steps import YES, Do, actions, newest, run

__all__ = ["actions"]


class Killed(BaseException):
    """Stands for SIGKILL."""


@dataclass
class Deployments:
    """A service that makes deployments, which fail while it is broken."""

    broken: bool = True
    made: dict[str, str] = field(default_factory=dict)
    """Mark to how it ended."""

    def create(self, _context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
        assert params["mark"] not in self.made, "a second one"
        self.made[params["mark"]] = "FAILED" if self.broken else "COMPLETED"
        return {"id": params["mark"]}

    def find(self, _context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
        return {"found": params["mark"] in self.made, "id": params["mark"]}

    def look(self, _context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
        return {"state": self.made[params["id"]]}


@pytest.fixture
def service(actions: dict[str, Do]) -> Deployments:
    found = Deployments()
    actions.update({"create": found.create, "find": found.find, "look": found.look})
    return found


def step(**more: Any) -> Step:
    mark = {"mark": Join((RunId(), " ", Attempt()))}
    state: dict[str, Any] = {"equals": {"state": "COMPLETED"}, "fails": {"state": "FAILED"}, "shows": "state"}
    return Step(
        "deploy",
        "w",
        Local("create", mark),
        Probe(Local("look", {"id": Ref("deploy", "id")}), **state),
        arrived_when=Probe(Local("find", mark), equals={"found": True}),
        **more,
    )


def entries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in next(journal.journals()).read_text().splitlines()]


def test_a_resume_makes_another_one(service: Deployments) -> None:
    with pytest.raises(HybridError, match="it failed; last seen: FAILED\nGo on: hybrid runs resume"):
        run(step(anew=True))
    with pytest.raises(HybridError, match="it failed"):
        resume(newest(), YES)
    service.broken = False

    assert resume(newest(), YES).state == "done"

    id_ = newest()
    assert service.made == {f"{id_} 1": "FAILED", f"{id_} 2": "FAILED", f"{id_} 3": "COMPLETED"}


@pytest.mark.parametrize("at", ["before", "between", "waiting", "after"])
def test_a_second_one_is_made_once_although_the_process_is_killed(
    service: Deployments, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    with pytest.raises(HybridError, match="it failed"):
        run(step(anew=True))
    service.broken = False

    def point(name: str, number: int, id_: str) -> None:
        if name == at:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(crash, "point", point)
        with pytest.raises(Killed):
            resume(newest(), YES)

    assert resume(newest(), YES).state == "done"
    assert [*service.made.values()] == ["FAILED", "COMPLETED"]


def test_without_it_a_resume_only_looks(service: Deployments) -> None:
    said = (
        "hybrid runs resume .* only looks whether deploy has recovered; or give the run up, "
        "and run `hybrid t` again: hybrid runs abandon"
    )
    with pytest.raises(HybridError, match=said):
        run(step())
    service.broken = False
    with pytest.raises(HybridError, match=said):
        resume(newest(), YES)
    assert len(service.made) == 1
    service.made = dict.fromkeys(service.made, "COMPLETED")

    assert resume(newest(), YES).state == "done"


def test_an_undo_is_offered_where_there_is_one(service: Deployments) -> None:
    undo = Local("find", {"mark": "none"})
    with pytest.raises(
        HybridError, match=r"put back what it changed: hybrid runs undo \w+; or give the run up"
    ):
        run(step(undo=undo))
    abandon(newest(), YES)
    assert entries()[-1]["state"] == "abandoned"
