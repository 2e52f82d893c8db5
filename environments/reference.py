"""The table of all keys in docs/configuration.md, made from the models.

python -m environments.reference          print it
python -m environments.reference --write  update docs/configuration.md
"""

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from environments.docstrings import field_docs
from environments.fields import field_shape
from environments.schema import DrEnvironment, EnvironmentBase, SharedEnvironment, WorkloadEnvironment

PATH = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
BEGIN = "<!-- begin: python -m environments.reference --write -->"
END = "<!-- end -->"
_CHAPTERS: dict[str, type[BaseModel]] = {
    "Every environment": EnvironmentBase,
    "`kind: shared`": SharedEnvironment,
    "`kind: workload`": WorkloadEnvironment,
    "`kind: dr`": DrEnvironment,
}


def reference() -> str:
    """One table for what all kinds have and one for each kind."""
    chapters = []
    for title, model in _CHAPTERS.items():
        common = set() if model is EnvironmentBase else set(EnvironmentBase.model_fields)
        seen: dict[type[BaseModel], str] = {}
        names = [name for name in model.model_fields if name not in common]
        rows = [row for name in names for row in _rows(model, name, "", seen)]
        head = ["| key | value | default | what it is |", "|---|---|---|---|"]
        chapters.append("\n".join([f"### {title}", "", (model.__doc__ or "").strip(), "", *head, *rows]))
    return "\n\n".join(chapters)


def with_reference(page: str) -> str:
    """`page` with the tables between its two markers replaced."""
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{rest.split(END, 1)[1]}"


def _rows(model: type[BaseModel], name: str, prefix: str, seen: dict[type[BaseModel], str]) -> Iterator[str]:
    info = model.model_fields[name]
    shape = field_shape(info)
    nested = shape.model or (shape.item.model if shape.item else None)
    path = f"{prefix}{name}" if shape.model or not nested else f"{prefix}{name}.NAME"
    about = field_docs(model).get(name, "")
    if nested is None:
        yield _row(path, _value(info), _default(info), about)
        return
    default = "**required**" if info.is_required() else "see below"
    if nested in seen:
        yield _row(path, f"block as `{seen[nested]}`", default, about)
        return
    seen[nested] = path
    yield _row(path, "block", default, about or nested.__doc__ or "")
    for inner in nested.model_fields:
        yield from _rows(nested, inner, f"{path}.", seen)


def _row(path: str, value: str, default: str, about: str) -> str:
    return f"| `{path}` | {value} | {default} | {' '.join(about.split())} |"


def _value(info: FieldInfo) -> str:
    shape = field_shape(info)
    item = shape.item
    options = (item or shape).options
    if options:
        text = ", ".join(f"`{option}`" for option in options)
    else:
        one = item or shape
        example = f"e.g. `{one.example}`" if one.example else "text"
        text = example if one.type is str else shape.kind
    if item:
        many = "names with values" if get_origin(shape.type) is dict else "list"
        return f"{many}, {text}"
    return text + (", or null" if shape.nullable else "")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    return f"`{_plain(info.get_default(call_default_factory=True))}`"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    return str(value)


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PATH.write_text(with_reference(PATH.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(reference() + "\n")
