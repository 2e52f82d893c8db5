"""The picture as a Mermaid flowchart, for pages that render it, such as GitHub's."""

from collections.abc import Iterator

from operations.graph.svg import LINES, STRIPES
from operations.graph.view import Arrow, Card, Panel, View


def mermaid(view: View, title: str) -> str:
    """The whole document. Everything is drawn, health checks too."""
    return "\n".join([*_Chart(view).lines(title), ""])


class _Chart:
    def __init__(self, view: View) -> None:
        self._view = view
        ends = [card.id for card in view.cards]
        panels = [panel for region in view.regions for panel in region.panels]
        ends += [panel.place.vpc for panel in panels if panel.place and panel.place.vpc]
        # Mermaid takes letters and digits for an id; the order of the view never changes.
        self._ids = {id_: f"n{index}" for index, id_ in enumerate(ends)}
        self._groups = 0

    def lines(self, title: str) -> Iterator[str]:
        yield from ("---", f"title: {title}", "---", "flowchart LR")
        if self._view.front:
            yield from self._group(self._view.front_title, [self._card(card) for card in self._view.front])
        for region in self._view.regions:
            inner = [self._card(card) for card in region.hubs]
            for panel in region.panels:
                inner += self._panel(panel)
            yield from self._group(region.name, inner)
        yield from (f"  {self._arrow(arrow)}" for arrow in self._view.arrows if self._shown(arrow))
        yield from self._styles()

    def _shown(self, arrow: Arrow) -> bool:
        return {arrow.source, arrow.target} <= self._ids.keys()

    def _panel(self, panel: Panel) -> list[str]:
        inner: list[str] = []
        if panel.vpc and panel.place and panel.place.vpc:
            for tier, cards in panel.tiers:
                inner += self._group(tier, [self._card(card) for card in cards])
            inner = self._group(panel.vpc, inner, id_=self._ids[panel.place.vpc])
        inner += [self._card(card) for card in panel.cards]
        return self._group(panel.title, inner)

    def _group(self, title: str, inner: list[str], *, id_: str = "") -> list[str]:
        self._groups += 1
        head = f'subgraph {id_ or f"g{self._groups}"}["{_text(title)}"]'
        return [f"  {line}" for line in (head, *(inner or [f'empty{self._groups}[" "]']), "end")]

    def _card(self, card: Card) -> str:
        text = "<br/>".join([f"<b>{_text(card.title)}</b>", *map(_text, card.lines)])
        look = "standby" if card.standby else card.category
        return f'  {self._ids[card.id]}["{text}"]:::{look}'

    def _arrow(self, arrow: Arrow) -> str:
        dashed = arrow.relation == "checks" or LINES[arrow.relation][1]
        mutual = arrow.relation in ("peers", "attaches")
        line = ("<-.->" if mutual else "-.->") if dashed else ("<-->" if mutual else "-->")
        label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
        return f"{self._ids[arrow.source]} {line}{label} {self._ids[arrow.target]}"

    def _styles(self) -> Iterator[str]:
        for category, colour in STRIPES.items():
            yield f"  classDef {category} fill:#ffffff,stroke:{colour},color:#0f172a,text-align:left"
        faded = "fill:#f1f5f9,stroke:#94a3b8,color:#64748b,stroke-dasharray:5 4,text-align:left"
        yield f"  classDef standby {faded}"
        for index, arrow in enumerate(filter(self._shown, self._view.arrows)):
            if arrow.relation != "checks":
                yield f"  linkStyle {index} stroke:{LINES[arrow.relation][0]}"


def _text(text: str) -> str:
    """Without what Mermaid reads as syntax."""
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
