"""Where everything goes: the front on top, the first region on the left, the others on the right.

In the first region a column of panels with arrows to other regions faces them; the rest is on its left, the
hub between the two. So every arrow runs in the gutter between the regions, and none crosses a box.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from operations.graph.routes import CHANNEL, routes
from operations.graph.shapes import LINE, TITLE, Box, Frame, Picture, Rect
from operations.graph.text import clip, width, wrap
from operations.graph.view import Card, Panel, Region, View

MARGIN, PAD, GAP = 16.0, 10.0, 7.0
WIDEST, WIDTH = 400.0, 1400.0
HUB, GUTTER = 136.0, 232.0
LINE_HEIGHT, PORT = 13.0, 17.0

Side = Literal["left", "right"]


@dataclass
class Canvas:
    """What has found its place so far."""

    frames: list[Frame] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def lay_out(view: View) -> Picture:
    """Give everything a place."""
    return _Layout(view).picture()


class _Layout:
    def __init__(self, view: View) -> None:
        self._view = view
        self._canvas = Canvas()
        region_of = {
            id_: region.name
            for region in view.regions
            for panel in region.panels
            for id_ in (_vpc(panel), *(card.id for card in _all(panel)))
        }
        self._ports = Counter(
            end
            for arrow in view.arrows
            if arrow.relation not in ("checks", "attaches")
            and region_of.get(arrow.source) != region_of.get(arrow.target)
            for end in (arrow.source, arrow.target)
        )
        """How many lines end at each card or VPC."""

    def picture(self) -> Picture:
        view = self._view
        if not view.regions:
            return self._front_only()
        first, *others = view.regions
        facing = [panel for panel in first.panels if self._faces(panel)]
        rest = [panel for panel in first.panels if panel not in facing]
        if not facing:
            facing, rest = rest, []
        hub = HUB if first.hubs else GAP if rest else 0
        columns = 1 + bool(rest) + bool(others)
        fixed = 2 * MARGIN + 2 * PAD * (1 + bool(others)) + hub + (GUTTER if others else 0)
        column = min(WIDEST, (WIDTH - fixed) / columns)
        total = fixed + columns * column
        top = self._front(total)
        left = MARGIN + PAD
        start = top + 30
        bottoms = [self._column(rest, left, start, column, "right")] if rest else []
        x = left + (column if rest else 0) + hub
        bottoms.append(self._column(facing, x, start, column, "right"))
        self._frame_region(first, Rect(MARGIN, top, x + column + PAD - MARGIN, max(bottoms) + PAD - top))
        gutter = Rect(x + column + PAD, top, GUTTER, max(bottoms) - top)
        lower = top
        for region in others:
            bottom = self._column(region.panels, gutter.right + PAD, lower + 30, column, "left")
            frame = Rect(gutter.right, lower, column + 2 * PAD, bottom + PAD - lower)
            self._frame_region(region, frame)
            lower = frame.bottom + PAD
        self._hubs(first.hubs, Rect(x - hub, start, hub, max(bottoms) - start), both=bool(rest))
        boxes, frames = tuple(self._canvas.boxes), tuple(self._canvas.frames)
        bottom = max(frame.rect.bottom for frame in frames)
        return Picture(
            total, bottom + MARGIN, frames, boxes, tuple(routes(view.arrows, boxes, frames, gutter))
        )

    def _front_only(self) -> Picture:
        """Stacks without a network belong to no region's panel."""
        below = Rect(MARGIN, self._front(WIDTH), GUTTER, 0)
        boxes, frames = tuple(self._canvas.boxes), tuple(self._canvas.frames)
        bottom = max((frame.rect.bottom for frame in frames), default=MARGIN)
        lines = routes(self._view.arrows, boxes, frames, below)
        return Picture(WIDTH, bottom + MARGIN, frames, boxes, tuple(lines))

    def _faces(self, panel: Panel) -> bool:
        return any(card.id in self._ports for card in _all(panel)) or _vpc(panel) in self._ports

    def _frame_region(self, region: Region, rect: Rect) -> None:
        self._canvas.frames.append(Frame(rect, "region", region.name))

    def _front(self, total: float) -> float:
        """The cards in front of the regions, side by side; returns where the regions begin."""
        cards = self._view.front
        if not cards:
            return MARGIN
        between = 64.0
        room = total - 2 * MARGIN - 2 * PAD - between * (len(cards) - 1)
        y, x = MARGIN + 30, MARGIN + PAD
        wishes = [self._natural(card) for card in cards]
        # The longest lines are broken, so that no title is cut for their sake.
        most = next(most for most in range(1000, 0, -1) if sum(min(wish, most) for wish in wishes) <= room)
        boxes = []
        for card, wish in zip(cards, wishes, strict=True):
            boxes.append(self._box(card, x, y, min(wish, most)))
            x = boxes[-1].rect.right + between
        tallest = max(box.rect.h for box in boxes)
        self._canvas.boxes += [_taller(box, tallest) for box in boxes]
        rect = Rect(MARGIN, MARGIN, total - 2 * MARGIN, 30 + tallest + PAD)
        self._canvas.frames.append(Frame(rect, "region", self._view.front_title))
        return rect.bottom + CHANNEL

    def _column(self, panels: Sequence[Panel], x: float, y: float, w: float, side: Side) -> float:
        for panel in sorted(panels, key=_importance):
            y = self._panel(panel, x, y, w, side) + 12
        return y - 12

    def _panel(self, panel: Panel, x: float, top: float, w: float, side: Side) -> float:
        index = len(self._canvas.frames)
        y = top + 24
        if panel.vpc:
            vpc_top, y = y, y + 21
            for tier, cards in panel.tiers:
                bottom = self._flow(cards, x + PAD + GAP + 5, y + 15, w - 2 * (PAD + GAP + 5), side)
                band = Rect(x + PAD + GAP, y, w - 2 * (PAD + GAP), bottom + 5 - y)
                self._canvas.frames.append(Frame(band, tier, tier))
                y = band.bottom + GAP
            rect = Rect(x + PAD, vpc_top, w - 2 * PAD, y - vpc_top)
            self._canvas.frames.insert(index, Frame(rect, "vpc", panel.vpc, id=_vpc(panel)))
            y += GAP
        if panel.cards:
            y = self._flow(panel.cards, x + PAD, y, w - 2 * PAD, side) + PAD
        rect = Rect(x, top, w, y - top)
        self._canvas.frames.insert(
            index, Frame(rect, "panel", panel.title, bool(panel.place and panel.place.stands_for))
        )
        return y

    def _flow(self, cards: Sequence[Card], x: float, y: float, w: float, side: Side) -> float:
        """Two small cards share a row; one with arrows stands at the side where they leave."""
        half = (w - GAP) / 2
        rows: list[list[Card]] = []
        for card in cards:
            waiting = rows[-1] if rows and len(rows[-1]) == 1 else []
            if waiting and self._saves(waiting[0], card, half, w):
                waiting.append(card)
            else:
                rows.append([card])
        for row in rows:
            row.sort(key=lambda card: (card.id in self._ports) == (side == "right"))
            room = half if len(row) == 2 else w
            boxes = [self._box(card, x + i * (half + GAP), y, room) for i, card in enumerate(row)]
            tallest = max(box.rect.h for box in boxes)
            self._canvas.boxes += [_taller(box, tallest) for box in boxes]
            y += tallest + GAP
        return y - GAP

    def _saves(self, first: Card, second: Card, half: float, w: float) -> bool:
        """Whether two cards take less height side by side, with no word cut and one side for arrows."""
        pair = first, second
        if all(card.id in self._ports for card in pair):
            return False
        words = [width(word, LINE) for card in pair for line in card.lines for word in line.split(" ")]
        titles = [width(card.title, TITLE, bold=True) for card in pair]
        if max(words + titles) > half - 18:
            return False
        beside = max(self._box(card, 0, 0, half).rect.h for card in pair)
        return beside + 8 < sum(self._box(card, 0, 0, w).rect.h for card in pair)

    @staticmethod
    def _natural(card: Card) -> float:
        lines = [width(line, LINE) for line in card.lines]
        return max([width(card.title, TITLE, bold=True), *lines]) + 18

    def _box(self, card: Card, x: float, y: float, w: float) -> Box:
        room = w - 18
        lines = [part for line in card.lines for part in wrap(line, LINE, room)]
        height = 22 + LINE_HEIGHT * len(lines) + (2 if lines else 0)
        height = max(height, PORT * (self._ports[card.id] + 1) - 8)
        return Box(Rect(x, y, w, height), card, clip(card.title, TITLE, room, bold=True), tuple(lines))

    def _hubs(self, hubs: Sequence[Card], gap: Rect, *, both: bool) -> None:
        """Bars that reach from the first VPC to the last, so that each is attached by a straight line."""
        attached = {arrow.source for arrow in self._view.arrows if arrow.relation == "attaches"}
        ys = [frame.rect.y for frame in self._canvas.frames if frame.look == "vpc" and frame.id in attached]
        for hub in hubs:
            inset = 11.0
            x = gap.x + (inset if both else 0)
            top, bottom = (min(ys), max(ys) + 40) if ys else (gap.y, gap.y)
            box = self._box(hub, x, top, gap.w - inset - (inset if both else 0))
            self._canvas.boxes.append(_taller(box, max(bottom - top, box.rect.h)))


def _all(panel: Panel) -> list[Card]:
    return [*(card for _, cards in panel.tiers for card in cards), *panel.cards]


def _vpc(panel: Panel) -> str:
    return (panel.place and panel.place.vpc) or ""


def _importance(panel: Panel) -> tuple[bool, bool, bool, str]:
    """Environments first; of those the one that users depend on. Last, what is only counted."""
    return not panel.vpc, not panel.counterpart, panel.place is None, panel.title


def _taller(box: Box, height: float) -> Box:
    return Box(Rect(box.rect.x, box.rect.y, box.rect.w, height), box.card, box.title, box.lines)
