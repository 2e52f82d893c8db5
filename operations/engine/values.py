"""Values in a plan that are known only later, or must never be written down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["call", "saved", "probe"]
"""Where a step's value comes from: the answer of its call, what it saved before, what its last probe saw."""


@dataclass(frozen=True)
class Ref:
    """A value of an earlier step, found in the journal by JMESPath: `Ref("promote", "DBInstance.Endpoint")`.

    The engine keeps exactly those parts of an answer that some Ref or `keep` names.
    """

    step: str
    path: str
    of: Source = "call"


@dataclass(frozen=True)
class Secret:
    """A secret by its ARN, read from AWS each time it is needed, and hidden wherever text leaves the process.

    `arn`: of a secret in Secrets Manager, or of a parameter in SSM. `key`: of the JSON that it holds.
    """

    arn: str
    key: str = ""


@dataclass(frozen=True)
class RunId:
    """The id of the run: fresh for each run, the same after a resume. Good for names and descriptions that
    `arrived_when` looks for."""


@dataclass(frozen=True)
class Attempt:
    """Number of the step's attempt, from 1 on: beside `RunId` in names that `arrived_when` looks for, where a
    step may be done `anew`. What was started and failed counts, and a call whose answer was lost does not."""


@dataclass(frozen=True)
class Join:
    """Text put together from parts, such as a description with the ARN of a step before."""

    parts: tuple["str | Ref | Secret | RunId | Attempt", ...]


@dataclass(frozen=True)
class JsonText:
    """A value as JSON in a text, as CodeDeploy takes its AppSpec."""

    value: Any


def walk(value: Any) -> Iterator[Any]:
    """The value and everything in it."""
    yield value
    match value:
        case Mapping():
            for one in value.values():
                yield from walk(one)
        case list() | tuple():
            for one in value:
                yield from walk(one)
        case Join(parts):
            yield from walk(parts)
        case JsonText(inner):
            yield from walk(inner)


def refs(value: Any) -> Iterator[Ref]:
    """Every Ref in a value."""
    return (one for one in walk(value) if isinstance(one, Ref))
