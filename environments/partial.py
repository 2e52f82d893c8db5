"""What of a faulty file is still good, so that one mistake does not hide the others."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from environments.base import FrozenModel
from environments.document import Document
from environments.errors import Finding, Path
from environments.fields import Shape, field_shape

_BAD = object()


def valid_part(document: Document, model: type[BaseModel]) -> Any:
    """An instance of `model` that lacks every attribute which is wrong, missing or reported."""
    return _part(document, model, document.data or {}, ())


def rule_findings(value: Any, path: Path = ()) -> Iterator[Finding]:
    """What the rules of all models in `value` find, as far as their input is there."""
    if isinstance(value, FrozenModel):
        for rule in value.rules():
            try:
                for found in rule:
                    yield Finding((*path, *found.path), found.message, found.value)
            except AttributeError:
                continue  # the rule needs a value that is wrong, and reported as such
        for name in value.__dict__:
            yield from rule_findings(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from rule_findings(item, (*path, name))


def _part(document: Document, model: type[BaseModel], raw: dict[str, Any], path: Path) -> BaseModel:
    values = {}
    for name, info in model.model_fields.items():
        here = (*path, name)
        if name in raw:
            value = _parsed(document, field_shape(info), info.annotation, raw[name], here)
        else:
            value = _BAD if info.is_required() else info.get_default(call_default_factory=True)
        if value is not _BAD and not document.is_reported(here):
            values[name] = value
    part = model.model_construct(**values)
    for name in model.model_fields.keys() - values.keys():
        part.__dict__.pop(name, None)  # model_construct filled in a default that the file overrides
    return part


def _parsed(document: Document, shape: Shape, annotation: Any, raw: Any, path: Path) -> Any:
    if shape.model and isinstance(raw, dict):
        return _part(document, shape.model, raw, path)
    item = shape.item
    if item and item.model and isinstance(raw, dict):
        return {
            name: _part(document, item.model, value, (*path, name))
            for name, value in raw.items()
            if isinstance(value, dict) and not document.is_reported((*path, name))
        }
    if any(reported[: len(path)] == path for reported in document.reported):
        return _BAD
    try:
        return TypeAdapter(annotation).validate_json(json.dumps(raw), strict=True)
    except ValidationError:
        return _BAD
