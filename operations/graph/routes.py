"""Lines between boxes: along gutters, with right angles, each in a lane of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from operations.graph.shapes import LABEL, Box, Frame, Rect, Route
from operations.graph.text import width
from operations.graph.view import Arrow

CHANNEL = 62.0
"""Height of the gap between what belongs to no region and the regions."""

LABELS = 150.0
"""Width of the part of a gutter that holds labels and no lane."""

HEADER = 11.0
"""From the upper edge of a VPC down to where its lines end."""


@dataclass(frozen=True)
class _Line:
    """An arrow that crosses the gutter; `left` and `right` are its ends, whichever is the source."""

    arrow: Arrow
    left: float
    left_y: float
    right: float
    right_y: float


def routes(
    arrows: Sequence[Arrow], boxes: Sequence[Box], frames: Sequence[Frame], gutter: Rect
) -> list[Route]:
    """A line for each arrow that is drawn. Those within a region, and health checks, are told in words."""
    places = {box.card.id: box.rect for box in boxes}
    vpcs = {frame.id: frame.rect for frame in frames if frame.look == "vpc"}
    drawn = [arrow for arrow in arrows if arrow.relation != "checks"]
    return [
        *_attachments(drawn, places, vpcs),
        *_Crossing(drawn, places, vpcs, gutter).routes(),
    ]


def _attachments(arrows: Sequence[Arrow], places: dict[str, Rect], vpcs: dict[str, Rect]) -> Iterator[Route]:
    for arrow in arrows:
        if arrow.relation == "attaches" and arrow.source in vpcs and arrow.target in places:
            vpc, hub = vpcs[arrow.source], places[arrow.target]
            y = vpc.y + HEADER
            ends = ((vpc.right, y), (hub.x, y)) if vpc.right <= hub.x else ((vpc.x, y), (hub.right, y))
            yield Route(arrow, ends)


class _Crossing:
    """Arrows through the gutter between the regions, and those that come down into it from the front."""

    def __init__(
        self, arrows: Sequence[Arrow], places: dict[str, Rect], vpcs: dict[str, Rect], gutter: Rect
    ) -> None:
        self._rects = places | vpcs
        self._vpcs = vpcs
        self._gutter = gutter
        inside = [arrow for arrow in arrows if {arrow.source, arrow.target} <= self._rects.keys()]
        self._across = [arrow for arrow in inside if self._sides(arrow) == {"left", "right"}]
        self._down = [
            arrow for arrow in inside if self._side(arrow.source) == "front" != self._side(arrow.target)
        ]
        self._along = [arrow for arrow in inside if self._sides(arrow) == {"front"}]
        self._ports = self._spread()

    def routes(self) -> Iterator[Route]:
        lines = [self._line(arrow) for arrow in self._across]
        falling = sorted(
            (each for each in lines if each.left_y <= each.right_y), key=lambda each: -each.left_y
        )
        rising = sorted((each for each in lines if each.left_y > each.right_y), key=lambda each: each.left_y)
        to_left = [arrow for arrow in self._down if self._side(arrow.target) == "left"]
        to_right = [arrow for arrow in self._down if self._side(arrow.target) == "right"]
        lanes = [*to_left, *(line.arrow for line in (*falling, *rising)), *to_right]
        step = (self._gutter.w - LABELS) / (len(lanes) + 1)
        x_of = {arrow: self._gutter.x + LABELS + step * (i + 1) for i, arrow in enumerate(lanes)}
        for line in lines:
            yield self._cross(line, x_of[line.arrow])
        yield from self._fall(x_of)
        yield from self._level()

    def _side(self, id_: str) -> str:
        rect = self._rects[id_]
        if rect.bottom < self._gutter.y:
            return "front"
        return "left" if rect.right <= self._gutter.x else "right"

    def _sides(self, arrow: Arrow) -> set[str]:
        return {self._side(arrow.source), self._side(arrow.target)}

    def _spread(self) -> dict[tuple[Arrow, str], float]:
        """The height at which each arrow meets each box, evenly and without crossing more than needed."""
        meeting: dict[str, list[tuple[float, Arrow]]] = {}
        for arrow in [*self._across, *self._down]:
            for here, there in ((arrow.source, arrow.target), (arrow.target, arrow.source)):
                if self._side(here) != "front":
                    meeting.setdefault(here, []).append((self._rects[there].y, arrow))
        ports: dict[tuple[Arrow, str], float] = {}
        for id_, arrows in meeting.items():
            rect = self._rects[id_]
            for index, (_, arrow) in enumerate(sorted(arrows, key=lambda each: each[0])):
                share = rect.h * (index + 1) / (len(arrows) + 1)
                y = rect.y + (HEADER if id_ in self._vpcs else share)
                ports[arrow, id_] = self._free(y, [at for (other, _), at in ports.items() if other != arrow])
        return ports

    @staticmethod
    def _free(y: float, taken: Sequence[float]) -> float:
        """The nearest height at which no other line runs, on either side of the gutter."""
        shifts = (0.0, 4.0, -4.0, 8.0, -8.0)
        free = (y + shift for shift in shifts if all(abs(y + shift - other) >= 3 for other in taken))
        return next(free, y)

    def _line(self, arrow: Arrow) -> _Line:
        left, right = arrow.source, arrow.target
        if self._side(left) == "right":
            left, right = right, left
        return _Line(
            arrow,
            self._rects[left].right,
            self._ports[arrow, left],
            self._rects[right].x,
            self._ports[arrow, right],
        )

    def _cross(self, line: _Line, x: float) -> Route:
        points = [(line.left, line.left_y), (x, line.left_y), (x, line.right_y), (line.right, line.right_y)]
        if line.left_y == line.right_y:
            points = [points[0], points[-1]]
        if self._side(line.arrow.source) == "right":
            points.reverse()
        return Route(line.arrow, tuple(points), self._label(line.arrow, self._gutter.x + 4, line.left_y))

    def _fall(self, x_of: dict[Arrow, float]) -> Iterator[Route]:
        """From the front down the channel into the gutter; who starts further left turns lower."""
        by_start = sorted(self._down, key=lambda arrow: (-self._rects[arrow.source].x, x_of[arrow]))
        starts: dict[str, list[Arrow]] = {}
        for arrow in sorted(self._down, key=lambda each: x_of[each]):
            starts.setdefault(arrow.source, []).append(arrow)
        step = CHANNEL / (len(by_start) + 1)
        for index, arrow in enumerate(by_start):
            source, target = self._rects[arrow.source], self._rects[arrow.target]
            siblings = starts[arrow.source]
            right_of = source.x + source.w * (siblings.index(arrow) + 1) / (len(siblings) + 1)
            y, lane = source.bottom + 10 + step * (index + 1), x_of[arrow]
            port = self._ports[arrow, arrow.target]
            end = target.right if self._side(arrow.target) == "left" else target.x
            points = ((right_of, source.bottom), (right_of, y), (lane, y), (lane, port), (end, port))
            label_x = min(right_of, lane) + 6
            yield Route(arrow, points, self._label(arrow, label_x, y))

    def _level(self) -> Iterator[Route]:
        """Between neighbours in front."""
        for arrow in self._along:
            source, target = self._rects[arrow.source], self._rects[arrow.target]
            y = source.y + 20
            ends = (
                ((source.right, y), (target.x, y))
                if source.x < target.x
                else ((source.x, y), (target.right, y))
            )
            yield Route(arrow, ends, self._label(arrow, min(ends[0][0], ends[1][0]) + 8, y))

    @staticmethod
    def _label(arrow: Arrow, x: float, y: float) -> Rect | None:
        """Just above the line."""
        if not arrow.label:
            return None
        return Rect(x, y - LABEL - 2.5, width(arrow.label, LABEL), LABEL + 1)
