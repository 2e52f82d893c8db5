"""Looks up what the models say about a value: its type, limits, example and description."""

from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from environments.base import Form
from environments.errors import Path, listed


@dataclass(frozen=True)
class Shape:
    """A type with the constraints written beside it."""

    type: Any
    notes: tuple[Any, ...] = ()
    nullable: bool = False

    @property
    def model(self) -> type[BaseModel] | None:
        return self.type if isinstance(self.type, type) and issubclass(self.type, BaseModel) else None

    @property
    def item(self) -> "Shape | None":
        """Shape of a list's items or a mapping's values."""
        arguments = get_args(self.type)
        if get_origin(self.type) is tuple:
            return shape_of(arguments[0])
        return shape_of(arguments[1]) if get_origin(self.type) is dict else None

    @property
    def options(self) -> tuple[Any, ...]:
        """The values a choice offers."""
        if get_origin(self.type) is Literal:
            return get_args(self.type)
        if isinstance(self.type, type) and issubclass(self.type, Enum):
            return tuple(member.value for member in self.type)
        return ()

    @property
    def limits(self) -> str:
        """The range of a number, in words."""
        low = next((note.ge for note in self.notes if isinstance(note, Ge)), None)
        above = next((note.gt for note in self.notes if isinstance(note, Gt)), None)
        high = next((note.le for note in self.notes if isinstance(note, Le)), None)
        if low is not None and high is not None:
            return f"{low} to {high}"
        if low is not None or above is not None:
            return f"{low} or more" if low is not None else f"more than {above}"
        return f"{high} or less" if high is not None else ""

    @property
    def kind(self) -> str:
        """What the value must be, in words."""
        if self.model:
            return f"a block with {listed(required_keys(self.model) or [*self.model.model_fields], 'and')}"
        if get_origin(self.type) is dict:
            return "a block with one entry or more"
        if get_origin(self.type) is tuple:
            return "a list in square brackets"
        if self.options:
            return listed(self.options)
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        return ", ".join(filter(None, (words.get(self.type, "a value"), self.limits)))

    @property
    def example(self) -> str | None:
        """A value that would be accepted, as a file writes it."""
        for note in self.notes:
            if isinstance(note, Form):
                return note.example
            if isinstance(note, FieldInfo) and note.examples:
                return str(note.examples[0])
        if self.options:
            return str(self.options[0])
        if get_origin(self.type) is tuple and self.item and self.item.example:
            return f"[{self.item.example}]"
        return None


def shape_of(annotation: Any, notes: tuple[Any, ...] = ()) -> Shape:
    """Take an annotation apart, through any depth of `Annotated` and `| None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *extra = get_args(annotation)
        inner = [note for item in extra for note in (item, *getattr(item, "metadata", ()))]
        return shape_of(base, (*inner, *notes))
    if origin in (Union, UnionType):
        rest = [argument for argument in get_args(annotation) if argument is not NoneType]
        found = shape_of(rest[0], notes)
        return Shape(found.type, found.notes, nullable=True)
    return Shape(annotation, notes)


def field_shape(info: FieldInfo) -> Shape:
    """Shape of a model's field."""
    return shape_of(info.annotation, (info, *info.metadata))


def shape_at(model: type[BaseModel], path: Path) -> Shape | None:
    """Shape of the value at `path` below `model`, if the models know such a path."""
    shape: Shape | None = Shape(model)
    for step in path:
        if shape is None:
            return None
        if shape.model:
            info = shape.model.model_fields.get(str(step))
            shape = field_shape(info) if info else None
        else:
            shape = shape.item
    return shape


def required_keys(model: type[BaseModel]) -> list[str]:
    """Keys that a block of this model must have."""
    return [name for name, info in model.model_fields.items() if info.is_required()]
