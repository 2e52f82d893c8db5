"""Geometry of the picture: rectangles, boxes with text, and lines between them."""

from dataclasses import dataclass
from typing import Literal

from operations.graph.model import Tier
from operations.graph.view import Arrow, Card

Look = Literal["region", "panel", "vpc", "public", "private", "data"]

TITLE, LINE = 11.0, 10.0
"""Font sizes in a card."""

LABEL = 10.0
HEADINGS: dict[Look, float] = {"region": 15, "panel": 13, "vpc": 10.5, "public": 9, "private": 9, "data": 9}
"""Font sizes of frames' titles."""


@dataclass(frozen=True)
class Rect:
    """A rectangle, from its upper left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def overlaps(self, other: "Rect") -> bool:
        """Whether the two share any area."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def contains(self, other: "Rect") -> bool:
        """Whether the other lies inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True)
class Frame:
    """A rectangle around others, with a title in its upper left corner."""

    rect: Rect
    look: Look | Tier
    title: str
    standby: bool = False
    id: str = ""


@dataclass(frozen=True)
class Box:
    """A card at its place, its text broken into lines."""

    rect: Rect
    card: Card
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A line along which an arrow runs, and its label's place."""

    arrow: Arrow
    points: tuple[tuple[float, float], ...]
    label: Rect | None = None


@dataclass(frozen=True)
class Picture:
    """Everything with its place."""

    width: float
    height: float
    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
