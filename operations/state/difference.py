"""What is different between two states: names by default, never a sensitive value."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.engine.redact import MASK
from operations.state.document import Document, Instance

_LONGEST = 60
"""Characters of a value in a line."""


@dataclass(frozen=True)
class Difference:
    """From one state to another."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[Any, Any]]]
    """Address to attribute to the values before and after; sensitive ones are masked."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def summary(self) -> str:
        counts = (len(self.added), "added"), (len(self.removed), "removed"), (len(self.changed), "changed")
        return ", ".join(f"{count} {word}" for count, word in counts)

    def lines(self, *, values: bool = False) -> Iterator[str]:
        """For people: `+ address`, `- address`, `~ address: attributes`."""
        yield from (f"+ {address}" for address in self.added)
        yield from (f"- {address}" for address in self.removed)
        for address, attributes in self.changed.items():
            if not values:
                yield f"~ {address}: {', '.join(attributes)}"
                continue
            yield f"~ {address}"
            for name, (before, after) in attributes.items():
                yield f"    {name}: {_short(before)} -> {_short(after)}"

    def describe(self, *, values: bool = False) -> dict[str, Any]:
        """For `--json`."""
        changed: dict[str, Any] = {address: [*attributes] for address, attributes in self.changed.items()}
        if values:
            changed = {
                address: {name: {"before": one[0], "after": one[1]} for name, one in attributes.items()}
                for address, attributes in self.changed.items()
            }
        return {"added": [*self.added], "removed": [*self.removed], "changed": changed}


def compare(before: Document | None, after: Document) -> Difference:
    """From `before`, or from nothing, to `after`."""
    old, new = _all(before), _all(after)
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed={
            address: changes
            for address in sorted(old.keys() & new.keys())
            if (changes := _changes(old[address], new[address]))
        },
    )


def same(before: Any, after: Any) -> bool:
    """Terraform writes nothing as null, or as an empty list or map, and means the same."""
    return before == after or (before in (None, [], {}) and after in (None, [], {}))


def _all(document: Document | None) -> dict[str, Instance]:
    if document is None:
        return {}
    outputs = {
        f"output.{name}": Instance(
            f"output.{name}",
            "output",
            True,
            {"value": one.get("value")},
            frozenset({"value"} if one.get("sensitive") else ()),
        )
        for name, one in document.outputs.items()
    }
    return document.instances | outputs


def _changes(old: Instance, new: Instance) -> dict[str, tuple[Any, Any]]:
    secret = old.sensitive | new.sensitive
    names = sorted(old.attributes.keys() | new.attributes.keys())
    pairs = {name: (old.attributes.get(name), new.attributes.get(name)) for name in names}
    return {name: (MASK, MASK) if name in secret else pair for name, pair in pairs.items() if not same(*pair)}


def _short(value: Any) -> str:
    text = value if value == MASK else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
