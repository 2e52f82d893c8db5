"""Takes mitigations back: what is as they left it becomes what it was; what others changed stays."""

from collections.abc import Mapping, Sequence

from operations.engine import Local, Plan, RunId, Step
from operations.engine.retry import Clients
from operations.incident import maintenance, maintenance_end, rollback, scaling
from operations.incident.mitigation import KIND, Action, Mitigation, Way, standing
from operations.incident.record import Record
from operations.incident.scene import Scene


def chosen(record: Record, action: Action | None) -> tuple[Mitigation, ...]:
    """Mitigations to take back, newest first.

    A rollback only if it is named: who ends a maintenance does not want the broken release again.
    """
    found = standing(record.entries())
    if action:
        return tuple(one for one in found if one.action is action)
    return tuple(one for one in found if one.action is not Action.ROLLBACK)


def ways(aws: Clients, at: Scene, mitigations: Sequence[Mitigation]) -> dict[Action, Way]:
    """Look, and find the way back for each kind of mitigation, in the order of the newest of each."""
    found: dict[Action, Way] = {}
    for action in dict.fromkeys(one.action for one in mitigations):
        mine = tuple(one for one in mitigations if one.action is action)
        match action:
            case Action.SCALE:
                found[action] = scaling.revert(scaling.gather(aws, at), mine)
            case Action.MAINTENANCE:
                found[action] = maintenance_end.revert(maintenance.gather(aws, at), mine)
            case Action.ROLLBACK:
                found[action] = rollback.revert(aws, at, mine)
    return found


def plan_revert(
    at: Scene, incident: str, mitigations: Sequence[Mitigation], found: Mapping[Action, Way]
) -> Plan:
    """Newest first, then the note that makes a repetition find nothing to do, but for what still stands."""
    steps = [step for way in found.values() for step in way.steps]
    left = [text for way in found.values() for text in way.left]
    over = [one.run for one in mitigations if not any(one.run in way.stand for way in found.values())]
    if mitigations:
        names = " and ".join(found)
        nothing = "nothing was left to take back" if over else "nothing was taken back"
        what = f"{names} taken back" if steps else f"{names}: {nothing}"
        note = {
            "incident": incident,
            "entry": "reverted",
            "run": RunId(),
            "text": "; ".join([what, *left]),
            "runs": over,
            "left": left,
        }
        steps.append(Step("note-after", "the timeline says what was taken back", Local("note", note)))
    return Plan(
        kind=KIND,
        target=f"{at.place.environment}/{at.place.service}",
        account=at.place.account_id,
        steps=tuple(steps),
        notes=tuple(left),
        facts={"action": "revert", "incident": incident, "left": left},
    )
