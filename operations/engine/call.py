"""Sends one call, or runs one local action, and keeps what is asked for of the answer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jmespath  # type: ignore[import-untyped]

from operations.engine import kinds
from operations.engine.context import Context, reveal
from operations.engine.journal import plain
from operations.engine.plan import Does, Local, Plan, Step
from operations.engine.retry import CallFailed, Fate, judged, pauses
from operations.engine.values import Source, refs
from operations.errors import HybridError

Again = Callable[[str, float], None]
"""Told why a call is made again, and waits so many seconds."""


def send(does: Does, context: Context, kind: str, token: str = "") -> Any:
    """Make a call once, and return its whole answer. `token` makes AWS carry out a repetition once."""
    params = context.resolve(does.params)
    if isinstance(does, Local):
        return _act(does, context, kind, params)
    from botocore import xform_name

    client = context.aws.once(does.service, does.region)
    with judged(str(does), context.redactor):
        model = client.meta.service_model.operation_model(does.operation)
        names = {*model.idempotent_members, does.token} - {"", *params}
        sent = {**params, **(dict.fromkeys(names, token) if token else {})}
        return getattr(client, xform_name(does.operation))(**reveal(sent))


def ask(does: Does, context: Context, kind: str, again: Again) -> Any:
    """A read, repeated while AWS throttles it or does not answer."""
    for pause in [*pauses(), None]:
        try:
            return send(does, context, kind)
        except CallFailed as error:
            if pause is None or error.fate is Fate.REFUSED:
                raise
            failure = error
        again(str(failure), pause)
    raise AssertionError  # the last attempt returned or raised


def kept(answer: Any, paths: frozenset[str]) -> dict[str, Any]:
    """The parts of an answer that go into the journal."""
    return {path: plain(search(path, answer)) for path in sorted(paths)}


def search(path: str, answer: Any) -> Any:
    """JMESPath."""
    return jmespath.search(path, answer)


def wanted(plan: Plan) -> dict[tuple[str, Source], frozenset[str]]:
    """What the journal keeps of each answer: all that Refs name, and what the report shows."""
    found: dict[tuple[str, Source], set[str]] = {}
    for step in plan.steps:
        for source, does in _answers(step):
            found.setdefault((step.id, source), set()).update(does.keep)
        for part in _parts(step):
            for ref in refs(part):
                found.setdefault((ref.step, ref.of), set()).add(ref.path)
    return {key: frozenset(paths) for key, paths in found.items()}


def _answers(step: Step) -> Iterator[tuple[Source, Does]]:
    if step.call:
        yield "call", step.call
    if step.saves:
        yield "saved", step.saves
    if step.done_when:
        yield "probe", step.done_when.call


def _parts(step: Step) -> Iterator[Mapping[str, Any]]:
    for does in (step.call, step.saves, step.undo):
        if does:
            yield does.params
    for probe in (step.done_when, step.arrived_when, step.undone_when):
        if probe:
            yield from (probe.call.params, probe.equals, probe.fails)


def _act(does: Local, context: Context, kind: str, params: dict[str, Any]) -> Any:
    action = kinds.action(kind, does.action)
    failure: HybridError
    try:
        return dict(action(context, params) or {})
    except HybridError as error:
        failure = error
        failure.args = (context.redactor.text(str(error)),)
    raise failure
