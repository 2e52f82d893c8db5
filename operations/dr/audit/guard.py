"""What cannot be read is a gap that names it, so that one odd block hides nothing about the others."""

import json
import traceback
from collections.abc import Iterable, Iterator

from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Accepted, Finding, Gap, Row, View
from operations.synthesis import UNREADABLE


def guarded(what: str, verdicts: Iterable[Accepted | Finding]) -> Iterator[Accepted | Finding]:
    """All verdicts about one block; where judging it fails, a gap instead of the rest."""
    try:
        yield from verdicts
    except UNREADABLE as error:
        yield unreadable(what, error)


def guarded_rows(view: View, group: str, needed_by: tuple[str, ...], rows: Iterable[Row]) -> Iterator[Row]:
    """All rows; where making one fails, a row about the block that was looked at instead of the rest."""
    try:
        yield from rows
    except UNREADABLE as error:
        block = _looked_at(error)
        kind = block.kind.removeprefix("aws_") if block else group
        name = view.name(block) if block else "all stacks"
        gap = unreadable(f"{kind} of {name}" if block is None else f"{kind} {name}", error)
        yield Row(group, kind, needed_by, name, None, "-", None, (gap,))


def unreadable(what: str, error: Exception) -> Gap:
    """For a person: which attribute it is about, if that is known."""
    reason = str(error) or repr(error)
    if isinstance(error, KeyError):
        reason = f"{error.args[0]} is missing"
    elif isinstance(error, json.JSONDecodeError):
        reason = f"what should be JSON is not ({error})"
    return Gap(
        f"{what} cannot be judged: {reason} (of the block, or of one that it is judged by)",
        "write it out as the AWS provider documents it; the audit reads no expressions there",
    )


def _looked_at(error: Exception) -> Block | None:
    """The innermost block that the failing function was called with."""
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        arguments = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        given = (frame.f_locals.get(name) for name in arguments)
        found = next((each for each in given if isinstance(each, Block)), found)
    return found
