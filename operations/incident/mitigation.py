"""What mitigations have in common: how they are noted in the timeline, and what of them stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from operations.engine import Local, Ref, RunId, Step
from operations.engine.context import Context
from operations.engine.journal import Entry
from operations.engine.report import Conclusion, Outcome
from operations.engine.state import State
from operations.incident.record import find
from operations.service import actions as of_services

KIND = "incident"
"""Of every run of an incident: two never work on one service at once."""


class Action(StrEnum):
    """What a person can do at once."""

    ROLLBACK = "rollback"
    SCALE = "scale"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class Mitigation:
    """One that was begun and not taken back."""

    action: Action
    run: str
    before: Mapping[str, Any]
    """What it replaced."""

    after: Mapping[str, Any]
    """What it made of it."""

    made: Sequence[str] = ()
    """ARNs of what it created; empty if it never got to its end."""


@dataclass(frozen=True)
class Way:
    """The way back from mitigations of one kind."""

    steps: list[Step]
    left: list[str]
    """What others changed, and what is left as it is."""

    stand: frozenset[str] = frozenset()
    """Runs whose mitigation is still there: a later revert takes it back."""


def standing(entries: Sequence[Entry]) -> tuple[Mitigation, ...]:
    """Mitigations that were not taken back, newest first."""
    gone = {run for entry in entries if entry["entry"] == "reverted" for run in entry["runs"]}
    made = {entry["run"]: entry.get("made", ()) for entry in entries if entry["entry"] == "mitigated"}
    return tuple(
        Mitigation(
            Action(entry["action"]),
            entry["run"],
            entry["before"],
            entry["after"],
            made.get(entry["run"], ()),
        )
        for entry in sorted(entries, key=lambda one: str(one["at"]), reverse=True)
        if entry["entry"] == "mitigating" and entry["run"] not in gone
    )


def begin(incident: str, action: Action, text: str, *, before: Any, after: Any) -> Step:
    """Notes what is replaced before anything is, so that any machine with the record can take it back."""
    note: dict[str, Any] = {"incident": incident, "action": action.value, "run": RunId()}
    return Step(
        "note-before",
        "the timeline keeps what is replaced",
        Local("note", {**note, "entry": "mitigating", "text": text, "before": before, "after": after}),
        undo=Local(
            "note",
            {**note, "entry": "reverted", "text": f"{text}: undone", "runs": [RunId()], "left": []},
        ),
    )


def end(incident: str, action: Action, text: str, made: Sequence[Ref] = ()) -> Step:
    """Notes that it is done, and the ARNs of what it created."""
    note = {"incident": incident, "action": action.value, "run": RunId(), "entry": "mitigated", "text": text}
    more = {"made": list(made)} if made else {}
    return Step("note-after", "the timeline says that it is done", Local("note", {**note, **more}))


def note(context: Context, params: dict[str, Any]) -> None:
    """Write a line of the timeline, once for each run and kind of line."""
    data = dict(params)
    incident, entry, text = data.pop("incident"), data.pop("entry"), data.pop("text")
    find(incident).write(entry, text, key=f"{context.run}:{entry}", **data)


def conclude(outcome: Outcome) -> Conclusion | None:
    """A revert that left something as others made it has not brought back everything."""
    if outcome.run is None or outcome.state is not State.DONE:
        return None
    left: Any = outcome.run.plan.facts.get("left") or ()
    text = "\n".join(f"- {one}" for one in left)
    return Conclusion(text, {"left": list(left)}, breached=f"not all is as it was:\n{text}" if left else "")


ACTIONS = {**of_services.ACTIONS, "note": note}
"""A return to a revision is the plan of `hybrid service rollback`, with its actions."""
