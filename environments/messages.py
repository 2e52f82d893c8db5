"""Says in plain language what pydantic found."""

import difflib
from typing import Any

from pydantic import BaseModel, ValidationError

from environments.document import Document, Place
from environments.errors import Path, RuleError, listed, shorten
from environments.fields import Shape, shape_at

_WRONG_TYPE = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_BARE_WORDS = {"true", "false", "yes", "no", "on", "off"}


def report(document: Document, model: type[BaseModel], error: ValidationError) -> None:
    """Add one problem to `document` for each thing in `error` that was not reported before."""
    details = error.errors(include_url=False)
    unknown = {tuple(item["loc"]): item for item in details if item["type"] == "extra_forbidden"}
    meant = {path: _meant(model, path) for path in unknown}
    misspelt = {(*path[:-1], name) for path, name in meant.items() if name}
    for item in details:
        path = tuple(step for step in item["loc"] if step != "[key]")
        if document.is_reported(path) or (item["type"] == "missing" and path in misspelt):
            continue
        if item["type"] == "extra_forbidden":
            document.report(path, _unknown_key(model, path, meant[path]))
        elif isinstance(cause := item.get("ctx", {}).get("error"), RuleError):
            for finding in cause.findings:
                where = (*path, *finding.path)
                document.report(where, finding.message, finding.value or document.text(where))
        else:
            shape = shape_at(model, path)
            document.report(path, _message(path, item, shape, document), _given(document, path, item))


def _given(document: Document, path: Path, item: Any) -> str | None:
    """The value as the file writes it, with its quotes where these are the mistake."""
    if item["type"] == "missing":
        return None
    text, place = document.text(path), document.places.get(path)
    if text and place and place.quoted and item["type"] in _WRONG_TYPE:
        return f'"{text}"'
    return text


def _meant(model: type[BaseModel], path: Path) -> str | None:
    shape = shape_at(model, path[:-1])
    keys = [*shape.model.model_fields] if shape and shape.model else []
    return next(iter(difflib.get_close_matches(str(path[-1]), keys, n=1)), None)


def _unknown_key(model: type[BaseModel], path: Path, meant: str | None) -> str:
    shape = shape_at(model, path[:-1])
    keys = shape.model.model_fields if shape and shape.model else []
    if meant:
        return f"unknown key; did you mean {meant}? Known here: {listed(keys, 'and')}"
    return f"unknown key; use {listed(keys)}"


def _message(path: Path, item: Any, shape: Shape | None, document: Document) -> str:
    kind = item["type"]
    if kind == "value_error":
        return str(item["ctx"]["error"])
    if shape is None:
        return f"not accepted ({item['msg']})"
    if kind in _WRONG_TYPE or kind in ("literal_error", "enum"):
        return _wrong_value(kind, item["input"], shape, document.places.get(path))
    if kind.startswith(("greater_than", "less_than")):
        return f"out of range; use {shape.limits}"
    return _wrong_amount(path, item, shape)


def _wrong_amount(path: Path, item: Any, shape: Shape) -> str:
    """Nothing given, too few or too many, or something of another structure."""
    kind, context = item["type"], item.get("ctx", {})
    example = f", e.g. {shape.example}" if shape.example else ""
    return {
        "missing": f"missing; required, {_sample(path, shape)}",
        "too_short": f"has too few entries; give {context.get('min_length')} or more{example}",
        "too_long": f"has {context.get('actual_length')} entries; give {context.get('max_length')} at most",
        "finite_number": "not a finite number; write plain digits",
    }.get(kind, f"expected {shape.kind}{example}")


def _sample(path: Path, shape: Shape) -> str:
    if shape.example is None:
        return shape.kind
    return f"e.g. {path[-1]}: {shape.example}"


def _wrong_value(kind: str, given: Any, shape: Shape, place: Place | None) -> str:
    """A value of the wrong type, or none of the choices; often YAML read it as something else."""
    text = place.text if place else ""
    quoted = f'"{shorten(text)}"'
    wants_text = shape.type is str or any(isinstance(option, str) for option in shape.options)
    if wants_text and not isinstance(given, (str, list, dict)):
        if text.lower() in _BARE_WORDS and (shape.type is str or text in shape.options):
            return f"YAML reads a bare {text} as {str(given).lower()}; write it in quotes: {quoted}"
        if shape.type is str and given is not None:
            return f"YAML reads it as a number; write it in quotes: {quoted}"
    if shape.options:
        close = difflib.get_close_matches(text, [str(option) for option in shape.options], n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        return f"not one of the choices; {hint}use {listed(shape.options)}"
    example = f", e.g. {shape.example}" if shape.example else ""
    bare = place is not None and place.quoted and kind != "string_type"
    return f"expected {shape.kind}{', without quotes' if bare else ''}{example}"
