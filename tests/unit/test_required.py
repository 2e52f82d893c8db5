"""Every required key, taken away once: the message names it and shows how to write it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from environments.document import Document
from environments.fields import Shape, field_shape
from environments.loader import DIRECTORY
from environments.source import MODELS, understand

FILES = {"shared": "shared.yaml", "workload": "prod.yaml", "dr": "dr.yaml"}


def _required(shape: Shape, data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    inner = shape.item
    if inner and inner.model and isinstance(data, dict):
        for name in data:
            yield from _required(inner, data[name], (*path, name))
    if shape.model and isinstance(data, dict):
        for name, info in shape.model.model_fields.items():
            if info.is_required() and name != "kind":
                yield (*path, name)
            if name in data:
                yield from _required(field_shape(info), data[name], (*path, name))


def _data(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DIRECTORY / FILES[kind]).read_text(encoding="utf-8"))
    return data


CASES = [(kind, path) for kind, model in MODELS.items() for path in _required(Shape(model), _data(kind))]


@pytest.mark.parametrize(("kind", "path"), CASES, ids=[f"{kind}-{'.'.join(path)}" for kind, path in CASES])
def test_fails_when_a_required_key_is_missing(kind: str, path: tuple[str, ...]) -> None:
    data = json.loads(json.dumps(_data(kind)))
    block = data
    for step in path[:-1]:
        block = block[step]
    del block[path[-1]]
    document = Document("x.yaml", data.get("name", kind), data)
    understand(document)
    (line,) = map(str, document.problems)
    start = f"x.yaml: {'.'.join(path)}: missing; required, "
    assert line.startswith((f"{start}e.g. {path[-1]}: ", f"{start}a block with ")), line


def test_the_walk_finds_required_keys_at_every_depth() -> None:
    assert ("workload", ("services", "fileflow", "image")) in CASES
    assert ("dr", ("edge", "cdn", "alias")) in CASES
    assert len(CASES) > 60
