"""What a plan must be before anybody is asked to agree to it. A finding here is a mistake in a planner."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from operations.engine.redact import is_secret_name
from operations.engine.values import Ref, Source, refs, walk

if TYPE_CHECKING:
    from operations.engine.plan import Plan, Step

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def check(plan: "Plan") -> None:
    """Raise ValueError with every problem at once."""
    problems = [f"{plan.kind} {plan.target}: {problem}" for problem in _problems(plan)]
    if problems:
        raise ValueError("\n".join(problems))


def _problems(plan: "Plan") -> Iterator[str]:
    if not _ID.fullmatch(plan.kind):
        yield "a kind is lower-case words joined by hyphens, because files are named after it"
    if not _TARGET.fullmatch(plan.target):
        yield "a target is made of letters, digits and . _ / -, because files and locks are named after it"
    if any(
        not isinstance(one, None | bool | int | float | str | list | tuple | Mapping)
        for one in walk(plan.facts)
    ):
        yield "facts are plain values; Refs and secrets belong into steps"
    seen: dict[str, Step] = {}
    for step in plan.steps:
        if not _ID.fullmatch(step.id):
            yield f"step {step.id!r}: an id is lower-case words joined by hyphens"
        if step.id in seen:
            yield f"two steps are named {step.id}"
        yield from (f"step {step.id}: {problem}" for problem in _step_problems(step, seen))
        seen[step.id] = step


def _step_problems(step: "Step", before: Mapping[str, "Step"]) -> Iterator[str]:
    if step.call is None and step.done_when is None:
        yield "it neither calls nor waits"
    if step.arrived_when and step.call is None:
        yield "arrived_when without a call"
    if step.anew and not (step.call and step.done_when):
        yield "anew without a call and done_when"
    if step.undone_when and not step.undo:
        yield "undone_when without undo"
    if step.limit_seconds <= 0 or step.poll_seconds <= 0:
        yield f"limit ({step.limit_seconds:g} s) and poll ({step.poll_seconds:g} s) must be above 0"
    # What each part may look back at: the saves of a step happen before its call, its probe after.
    parts: tuple[tuple[str, object, tuple[Source, ...]], ...] = (
        ("saves", step.saves, ()),
        ("arrived_when", step.arrived_when, ("saved",)),
        ("call", step.call, ("saved",)),
        ("done_when", step.done_when, ("saved", "call")),
        ("undo", step.undo, ("saved", "call", "probe")),
        ("undone_when", step.undone_when, ("saved", "call", "probe")),
    )
    for name, part, own in parts:
        for ref in _refs(part):
            if name != "done_when" and _may_be_lost(ref, step, before):
                yield (
                    f"{name}: {ref}: after a crash done_when may hold and nobody know that answer; take it "
                    'of="probe", or give that step arrived_when'
                )
            if problem := _ref_problem(ref, step, own, before):
                yield f"{name}: {problem}"
        for secret in _literal_secrets(part):
            yield f"{name}: {secret} is written out; use Secret(arn), so that it never reaches the journal"


def _ref_problem(ref: Ref, step: "Step", own: tuple[Source, ...], before: Mapping[str, "Step"]) -> str:
    target = step if ref.step == step.id and ref.of in own else before.get(ref.step)
    if target is None:
        return f"{ref} must name an earlier step, or what this one has seen by then"
    source = {"call": target.call, "saved": target.saves, "probe": target.done_when}[ref.of]
    return "" if source else f"{ref}: that step has no such {ref.of}"


def _may_be_lost(ref: Ref, step: "Step", before: Mapping[str, "Step"]) -> bool:
    target = step if ref.step == step.id else before.get(ref.step)
    if ref.of != "call" or target is None or target.done_when is None or target.arrived_when:
        return False
    # A probe that itself needs the answer is not asked without it; the call is sent again.
    return not any(one.step == target.id and one.of == "call" for one in _refs(target.done_when))


def _refs(part: Any) -> Iterator[Ref]:
    for mapping in _mappings(part):
        yield from refs(mapping)


def _mappings(part: Any) -> Iterator[Mapping[str, Any]]:
    """Parameters and expectations of a call or probe."""
    if part is None:
        return
    if hasattr(part, "params"):
        yield part.params
    else:
        yield from (part.equals, part.fails)
        yield from _mappings(part.call)


def _literal_secrets(part: Any) -> Iterator[str]:
    for mapping in _mappings(part):
        for inner in walk(mapping):
            if isinstance(inner, Mapping):
                yield from (name for name, value in inner.items() if _written_out(name, value))


def _written_out(name: str, value: Any) -> bool:
    return is_secret_name(name) and any(isinstance(one, str) for one in walk(value))
