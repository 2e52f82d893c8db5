"""What a picture shows: nodes gathered into cards, cards into panels, edges into arrows between cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from operations.graph.kinds import (
    HUB,
    KINDS,
    NAMES,
    ON_ONE_LINE,
    SEPARATOR,
    Category,
    Kind,
    counts,
    is_counted,
    line,
)
from operations.graph.model import COPIES, GLOBAL, TIMES, Node, Place, Relation, Tier, Topology

LISTED, UNLIMITED = 5, 10_000
"""Names that a card lists; the rest is counted."""


@dataclass(frozen=True)
class Card:
    """A box: one thing with its facts, or a list of things of a kind."""

    id: str
    title: str
    category: Category
    lines: tuple[str, ...] = ()
    standby: bool = False


@dataclass(frozen=True)
class Panel:
    """A place in a region: its VPC tier by tier, and what lies outside."""

    place: Place | None
    """None for the stacks of which everything is only counted."""

    title: str
    vpc: str
    """What is said about the VPC; empty if it has none."""

    tiers: tuple[tuple[Tier, tuple[Card, ...]], ...]
    cards: tuple[Card, ...]
    counterpart: bool = False
    """Another environment stands by for it, or it for another."""


@dataclass(frozen=True)
class Region:
    """A region with its panels, and the hubs between them."""

    name: str
    panels: tuple[Panel, ...]
    hubs: tuple[Card, ...]


@dataclass(frozen=True)
class Arrow:
    """From a card or VPC to another."""

    relation: Relation
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class View:
    """A picture without geometry."""

    front: tuple[Card, ...]
    """What belongs to no region, and regions without a VPC: in front of everything."""

    front_title: str
    regions: tuple[Region, ...]
    arrows: tuple[Arrow, ...]

    @property
    def cards(self) -> list[Card]:
        panels = [panel for region in self.regions for panel in region.panels]
        return [
            *self.front,
            *(card for panel in panels for _, cards in panel.tiers for card in cards),
            *(card for panel in panels for card in panel.cards),
            *(card for region in self.regions for card in region.hubs),
        ]


def view(topology: Topology, *, listed: int = LISTED) -> View:
    """Gather; a card lists `listed` names at most."""
    return _Gathering(topology, listed).view()


class _Gathering:
    def __init__(self, topology: Topology, listed: int) -> None:
        self._topology = topology
        self._listed = listed
        self._card_of = {node.id: node.id for node in topology.nodes if node.kind == "aws_vpc"}

    def view(self) -> View:
        homes = {place.region for place in self._topology.places if place.vpc}
        front = [region for region in self._topology.regions if region not in homes]
        regions = tuple(self._region(name) for name in self._topology.regions if name in homes)
        return View(
            front=self._front(front),
            front_title=" and ".join(front).capitalize(),
            regions=regions,
            arrows=tuple(self._arrows()),
        )

    def _front(self, regions: Sequence[str]) -> tuple[Card, ...]:
        nodes = [node for node in self._topology.nodes if node.region in regions]
        cards = self._cards("front", nodes)
        lines = []
        for place in self._topology.places:
            if place.region in regions and (text := counts(self._in(place))):
                where = place.name if place.region == GLOBAL else f"{place.name}, {place.region}"
                lines.append(f"{where}: {text}")
        if lines:
            cards.append(Card("front/counted", "Also here", "watch", tuple(lines)))
        return tuple(cards)

    def _region(self, name: str) -> Region:
        places = [place for place in self._topology.places if place.region == name]
        quiet = [place for place in places if all(is_counted(node) for node in self._in(place))]
        panels = [self._panel(place) for place in places if place not in quiet]
        if quiet:
            lines = tuple(f"{place.name}: {counts(self._in(place))}" for place in quiet)
            card = Card(f"{name}/counted", "Also here", "watch", lines)
            panels.append(Panel(None, "Other stacks", "", (), (card,)))
        hubs = [node for node in self._topology.nodes if node.kind == HUB and node.region == name]
        return Region(name, tuple(panels), tuple(self._hub(node) for node in hubs))

    def _in(self, place: Place) -> list[Node]:
        return [
            node for node in self._topology.nodes if (node.place, node.region) == (place.name, place.region)
        ]

    def _hub(self, node: Node) -> Card:
        self._card_of[node.id] = node.id
        return Card(node.id, node.name, "network", ("Transit Gateway", *node.facts))

    def _panel(self, place: Place) -> Panel:
        nodes = self._in(place)
        key = f"{place.region}/{place.name}"
        # Of a neighbour only some things are shown, and perhaps not its VPC.
        vpc = next((node for node in nodes if node.id == place.vpc), None)
        tiers: list[tuple[Tier, tuple[Card, ...]]] = []
        every: tuple[Tier, ...] = ("public", "private", "data")
        for tier in every:
            if inside := [node for node in nodes if vpc and node.tier == tier]:
                tiers.append((tier, tuple(self._cards(f"{key}/{tier}", inside))))
        outside = [node for node in nodes if not vpc or node.tier is None]
        cards = self._cards(key, outside)
        if text := counts(outside):
            cards.append(Card(f"{key}/counted", "Also here", "watch", (text,)))
        pairs = [(each.name, each.stands_for) for each in self._topology.places if each.stands_for]
        return Panel(
            place=place,
            title=f"{place.name}, standby of {place.stands_for}" if place.stands_for else place.name,
            vpc=SEPARATOR.join((f"VPC {vpc.name}", *vpc.facts)) if vpc else "",
            tiers=tuple(tiers),
            cards=tuple(cards),
            counterpart=any(place.name in pair for pair in pairs),
        )

    def _cards(self, key: str, nodes: Sequence[Node]) -> list[Card]:
        cards = []
        for kind in KINDS:
            found = [node for node in nodes if node.kind in kind.kinds]
            if kind.each:
                cards += [self._single(kind, node) for node in found]
            elif found:
                cards.append(self._list(f"{key}/{kind.title}", kind, found))
        return cards

    def _single(self, kind: Kind, node: Node) -> Card:
        self._card_of[node.id] = node.id
        # Whole sentences deserve a line of their own; a few words do not.
        lines = (
            node.facts if kind.category == "traffic" else (SEPARATOR.join(node.facts),) if node.facts else ()
        )
        return Card(node.id, node.name, kind.category, lines, node.standby)

    def _list(self, id_: str, kind: Kind, nodes: Sequence[Node]) -> Card:
        self._card_of |= {node.id: id_ for node in nodes}
        if all(node.kind in ON_ONE_LINE for node in nodes):
            lines = [", ".join(node.name for node in nodes)]
        else:
            lines = list(dict.fromkeys(line(node) for node in nodes))
        if len(lines) > self._listed:
            lines = [*lines[: self._listed - 1], f"and {len(lines) - self._listed + 1} more"]
        return Card(id_, kind.title, kind.category, tuple(lines), all(node.standby for node in nodes))

    def _arrows(self) -> Iterable[Arrow]:
        """One arrow for all edges that lead from card to card and promise the same."""
        counts: dict[Arrow, int] = {}
        for edge in self._topology.edges:
            ends = self._card_of.get(edge.source), self._card_of.get(edge.target)
            if ends[0] and ends[1] and ends[0] != ends[1]:
                arrow = Arrow(edge.relation, ends[0], ends[1], edge.label)
                counts[arrow] = counts.get(arrow, 0) + 1
        for arrow, count in counts.items():
            if arrow.relation in COPIES:
                what = (
                    f"{count} {TIMES} {NAMES[arrow.relation].lower()}" if count > 1 else NAMES[arrow.relation]
                )
                yield Arrow(arrow.relation, arrow.source, arrow.target, f"{what} {arrow.label}")
            else:
                yield arrow
