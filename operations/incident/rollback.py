"""A return to what ran before, as a mitigation: `hybrid service rollback`, noted in the timeline."""

from collections.abc import Sequence
from dataclasses import replace

from operations.deploy.service import read_service
from operations.engine import Plan
from operations.engine.retry import Clients
from operations.incident.mitigation import KIND, Action, Mitigation, Way, begin, end
from operations.incident.scene import Scene
from operations.service.history import name
from operations.service.rollback import plan_rollback
from operations.service.wanted import Ask, situation

LIMIT_SECONDS = 45 * 60.0


def plan(aws: Clients, at: Scene, incident: str, ask: Ask) -> Plan:
    """Look, and plan the return."""
    found = situation(aws, at.place, ask)
    made = plan_rollback(found, LIMIT_SECONDS)
    facts = {**made.facts, "action": Action.ROLLBACK.value, "incident": incident}
    if not made.steps:
        return replace(made, kind=KIND, facts=facts)
    wanted = found.revision.name if found.revision else ""
    text = f"{at.place} returns from {found.deploy.running.name} to {made.facts['wanted']}"
    before = begin(
        incident,
        Action.ROLLBACK,
        text,
        before={"revision": found.deploy.running.name},
        after={"revision": wanted},
    )
    return replace(
        made, kind=KIND, facts=facts, steps=(before, *made.steps, end(incident, Action.ROLLBACK, text))
    )


def revert(aws: Clients, at: Scene, mitigations: Sequence[Mitigation]) -> Way:
    """The way forward again, if nobody has deployed anything else meanwhile."""
    running = now = name(read_service(aws, at.place).revision_arn)
    left = []
    for one in mitigations:
        before, after = one.before["revision"], one.after["revision"]
        if now == after or (not after and now != before):
            now = before
        elif now != before:
            left.append(f"{at.place} ran {before}, returned to {after}, and somebody deployed {now}: left so")
    if now == running:
        return Way([], left)
    return Way(list(plan_rollback(situation(aws, at.place, Ask(to=now)), LIMIT_SECONDS).steps), left)
