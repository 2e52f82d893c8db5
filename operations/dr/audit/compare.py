"""Where a block of the second region differs from what it stands by for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operations.dr.audit.blocks import Block, Synthesis
from operations.dr.audit.names import Counterparts

_ABOUT = ("//", "depends_on", "description", "alarm_description", "lifecycle", "provider", "tags", "timeouts")
"""What says nothing about how a resource behaves."""


@dataclass(frozen=True)
class Difference:
    """One value that is not as it should be in the second region."""

    path: str
    expected: Any
    """The primary's value, with names and addresses of the second region."""

    found: Any


class Comparison:
    """Compares blocks by what AWS would be told, whatever Terraform calls things."""

    def __init__(self, synthesis: Synthesis, counterparts: Counterparts) -> None:
        self._synthesis, self._counterparts = synthesis, counterparts

    def differences(self, block: Block, twin: Block) -> list[Difference]:
        """Every difference; paths such as `container_definitions.web.environment.PORT.value`."""
        expected = _translated(self._plain(block), self._counterparts)
        return list(_differences("", expected, self._plain(twin)))

    def _plain(self, block: Block) -> Any:
        body = {key: value for key, value in block.body.items() if key not in _ABOUT}
        return self._rendered(block.stack, body)

    def _rendered(self, stack: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._rendered(stack, inner) for key, inner in value.items()}
        if isinstance(value, list):
            return _keyed([self._rendered(stack, inner) for inner in value])
        if not isinstance(value, str):
            return value
        if (document := _document(value)) is not None:
            return self._rendered(stack, document)
        return self._synthesis.render(stack, value).replace(".target_key_arn", ".arn")


def _document(text: str) -> Any:
    """JSON inside of JSON, such as a policy; None for what only begins like it, such as `[a-z]+`."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _keyed(values: list[Any]) -> Any:
    """Lists of named things by name, so that a path says which one differs."""
    for key in ("name", "Sid", "id"):
        if values and all(isinstance(value, dict) and isinstance(value.get(key), str) for value in values):
            return {value[key]: value for value in values}
    return values


def _translated(value: Any, counterparts: Counterparts) -> Any:
    if isinstance(value, dict):
        return {counterparts.of(key): _translated(inner, counterparts) for key, inner in value.items()}
    if isinstance(value, list):
        return [_translated(inner, counterparts) for inner in value]
    return counterparts.of(value) if isinstance(value, str) else value


def _differences(path: str, expected: Any, found: Any) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from _differences(f"{path}.{key}".lstrip("."), expected.get(key), found.get(key))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    elif expected != found:
        yield Difference(path, expected, found)
