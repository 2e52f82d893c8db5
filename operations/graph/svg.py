"""The picture as SVG: no script, no font, no style sheet of anybody else; the same bytes every time."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from operations.graph.kinds import Category
from operations.graph.model import Relation
from operations.graph.shapes import HEADINGS, LABEL, LINE, TITLE, Box, Frame, Picture, Rect, Route
from operations.graph.text import width

STRIPES: dict[Category, str] = {
    "traffic": "#6d28d9",
    "compute": "#ea580c",
    "data": "#1d4ed8",
    "storage": "#15803d",
    "secrets": "#b91c1c",
    "watch": "#be185d",
    "network": "#0e7490",
}
FRAMES = {
    "region": ("#f8fafc", "#94a3b8"),
    "panel": ("#ffffff", "#64748b"),
    "vpc": ("#f0f9ff", "#0e7490"),
    "public": ("#ecfdf5", "#a7f3d0"),
    "private": ("#eff6ff", "#bfdbfe"),
    "data": ("#f5f3ff", "#ddd6fe"),
}
"""Fill and border."""

LINES: dict[Relation, tuple[str, bool, str]] = {
    "primary": ("#111827", False, "traffic"),
    "secondary": ("#111827", True, "traffic after a failover"),
    "origin": ("#6d28d9", False, "CDN to its origin"),
    "fallback": ("#6d28d9", True, "CDN, when the origin fails"),
    "peers": ("#0e7490", False, "VPC peering, Transit Gateway"),
    "attaches": ("#0e7490", False, ""),
    "database": ("#1d4ed8", False, "database replica"),
    "objects": ("#15803d", False, "copies of files"),
    "images": ("#ea580c", False, "copies of images"),
    "secrets": ("#b91c1c", False, "copies of secrets"),
    "logs": ("#be185d", False, "logs"),
}
"""Colour, whether dashed, and what the legend says."""

FONT = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
INK, FADED = "#0f172a", "#64748b"
DASHES = ' stroke-dasharray="5 4"'
_LEGEND_ROW = 20.0


def svg(picture: Picture, title: str) -> str:
    """The whole document."""
    legend, bottom = _legend(picture)
    body = [
        *(_frame(frame) for frame in picture.frames if frame.look == "region"),
        *(_frame(frame) for frame in picture.frames if frame.look != "region"),
        *(_line(route) for route in picture.routes),
        *(_label(route) for route in picture.routes),
        *(_box(box) for box in picture.boxes),
        *legend,
    ]
    size = f'width="{_n(picture.width)}" height="{_n(bottom)}" viewBox="0 0 {_n(picture.width)} {_n(bottom)}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">',
            f"<title>{escape(title)}</title>",
            f"<defs>{''.join(_arrow_heads(picture.routes))}</defs>",
            f'<rect width="{_n(picture.width)}" height="{_n(bottom)}" fill="#ffffff"/>',
            *body,
            "</svg>",
            "",
        ]
    )


def _frame(frame: Frame) -> str:
    fill, border = FRAMES[frame.look]
    size = HEADINGS[frame.look]
    dashes = DASHES if frame.standby else ""
    heavy = ' font-weight="bold"' if frame.look in ("region", "panel", "vpc") else ""
    ink = {"vpc": "#0e7490"}.get(frame.look, INK if heavy else FADED)
    rect = frame.rect
    return (
        f'<rect {_at(rect)} rx="{6 if frame.look in ("region", "panel") else 4}" fill="{fill}" '
        f'stroke="{border}"{dashes}/>'
        f'<text x="{_n(rect.x + 8)}" y="{_n(rect.y + size + 3)}" font-size="{_n(size)}"{heavy} fill="{ink}">'
        f"{escape(frame.title)}</text>"
    )


def _box(box: Box) -> str:
    rect, card = box.rect, box.card
    ink = FADED if card.standby else INK
    fill, dashes = ("#f1f5f9", DASHES) if card.standby else ("#ffffff", "")
    stripe = "#94a3b8" if card.standby else STRIPES[card.category]
    lines = "".join(
        f'<text x="{_n(rect.x + 10)}" y="{_n(rect.y + 28 + 13 * index)}" font-size="{_n(LINE)}" '
        f'fill="{FADED if card.standby else "#334155"}">{escape(line)}</text>'
        for index, line in enumerate(box.lines)
    )
    tip = escape("\n".join((card.title, *card.lines)))
    return (
        f"<g><title>{tip}</title>"
        f'<rect {_at(rect)} rx="3" fill="{fill}" stroke="{stripe}"{dashes}/>'
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="4" height="{_n(rect.h)}" rx="1.5" fill="{stripe}"/>'
        f'<text x="{_n(rect.x + 10)}" y="{_n(rect.y + 15)}" font-size="{_n(TITLE)}" font-weight="bold" '
        f'fill="{ink}">{escape(box.title)}</text>{lines}</g>'
    )


def _arrow_heads(routes: Iterable[Route]) -> list[str]:
    colours = sorted({LINES[route.arrow.relation][0] for route in routes})
    return [
        f'<marker id="{_head(colour)}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 L8 4 L0 7.5 z" fill="{colour}"/>'
        "</marker>"
        for colour in colours
    ]


def _head(colour: str) -> str:
    return f"head-{colour.removeprefix('#')}"


def _line(route: Route) -> str:
    relation = route.arrow.relation
    colour, dashed, _ = LINES[relation]
    path = " L".join(f"{_n(x)} {_n(y)}" for x, y in route.points)
    end = f' marker-end="url(#{_head(colour)})"'
    if relation == "peers":
        end += f' marker-start="url(#{_head(colour)})"'
    elif relation == "attaches":  # short, and the same both ways
        end = ""
    return (
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round"'
        f"{DASHES if dashed else ''}{end}/>"
    )


def _label(route: Route) -> str:
    if route.label is None:
        return ""
    rect, colour = route.label, LINES[route.arrow.relation][0]
    return (
        f'<text x="{_n(rect.x)}" y="{_n(rect.bottom - 2)}" font-size="{_n(LABEL)}" fill="{colour}">'
        f"{escape(route.arrow.label)}</text>"
    )


def _legend(picture: Picture) -> tuple[list[str], float]:
    """What lines and dashed boxes mean, as far as they occur; and the lower edge of the picture."""
    shown = {route.arrow.relation for route in picture.routes}
    x, y = 16.0, picture.height + 8
    parts = []
    for relation, (colour, dashed, words) in LINES.items():
        if not words or (relation not in shown and not (relation == "peers" and "attaches" in shown)):
            continue
        needed = 34 + width(words, LINE) + 18
        if x + needed > picture.width - 16:
            x, y = 16.0, y + _LEGEND_ROW
        parts.append(
            f'<path d="M{_n(x)} {_n(y)} h26" stroke="{colour}" stroke-width="1.6"{DASHES if dashed else ""}/>'
            f'<text x="{_n(x + 32)}" y="{_n(y + 3.5)}" font-size="{_n(LINE)}" fill="{INK}">{words}</text>'
        )
        x += needed
    if any(box.card.standby for box in picture.boxes):
        words = "stands by, does not run"
        if x + 40 + width(words, LINE) > picture.width - 16:
            x, y = 16.0, y + _LEGEND_ROW
        parts.append(
            f'<rect {_at(Rect(x, y - 6, 26, 12))} rx="3" fill="#f1f5f9" stroke="#94a3b8"{DASHES}/>'
            f'<text x="{_n(x + 32)}" y="{_n(y + 3.5)}" font-size="{_n(LINE)}" fill="{INK}">{words}</text>'
        )
    return parts, y + 16


def _at(rect: Rect) -> str:
    return f'x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.w)}" height="{_n(rect.h)}"'


def _n(value: float) -> str:
    """A number without needless digits, so that the same picture is the same text on every machine."""
    return f"{round(value, 1):g}"
