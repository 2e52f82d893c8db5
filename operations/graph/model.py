"""The topology as data: what `hybrid graph --format json` prints, and every picture is drawn from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Tier = Literal["public", "private", "data"]
"""Where in a VPC something is; the tag `Tier` of its subnets."""

Relation = Literal[
    "primary",
    "secondary",
    "origin",
    "fallback",
    "checks",
    "peers",
    "attaches",
    "database",
    "objects",
    "images",
    "secrets",
    "logs",
]
"""What an edge means: traffic (the first four), health, network (two), and data on its way (the rest)."""

COPIES: tuple[Relation, ...] = ("database", "objects", "images", "secrets", "logs")
"""Relations that keep data in step."""

TIMES = "\N{MULTIPLICATION SIGN}"

GLOBAL = "global"
"""The region of what belongs to none, such as a distribution of CloudFront."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Part):
    """An environment (a stack with a VPC), or what another stack has in a region."""

    name: str
    region: str
    vpc: str | None = None
    """Node of its VPC."""

    stands_for: str | None = None
    """Environment whose traffic it takes over."""


class Node(_Part):
    """A resource, or `count` resources of a kind that are only counted."""

    id: str
    """Path of its construct, which is unique and stable."""

    kind: str
    """Terraform's type, such as `aws_lb`."""

    name: str
    region: str
    place: str
    tier: Tier | None = None
    facts: tuple[str, ...] = ()
    """What is worth knowing, in a few words each."""

    count: int = 1
    standby: bool = False
    """It is there, and does not run."""


class Edge(_Part):
    """From one node to another."""

    relation: Relation
    source: str
    target: str
    label: str = ""
    """What it promises, such as `RTC 15 min`."""


class Topology(_Part):
    """Regions in the order of traffic, and what they hold."""

    version: Literal[1] = 1
    regions: tuple[str, ...]
    places: tuple[Place, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def environments(self) -> tuple[str, ...]:
        """Names of the places that have a VPC."""
        return tuple(place.name for place in self.places if place.vpc)

    def only(self, environment: str) -> "Topology":
        """`environment` with its counterpart in the other region, and what both are connected to."""
        chosen = {environment}
        for place in self.places:
            if place.stands_for and environment in (place.name, place.stands_for):
                chosen |= {place.name, place.stands_for}
        inside = {node.id for node in self.nodes if node.place in chosen}
        kept = inside | self._neighbours(inside)
        # Traffic arrives through a chain of nodes of no region.
        world = {node.id for node in self.nodes if node.region == GLOBAL}
        while more := (self._neighbours(kept & world) & world) - kept:
            kept |= more
        nodes = tuple(node for node in self.nodes if node.id in kept)
        where = {(node.place, node.region) for node in nodes}
        return Topology(
            regions=tuple(region for region in self.regions if any(node.region == region for node in nodes)),
            places=tuple(place for place in self.places if (place.name, place.region) in where),
            nodes=nodes,
            edges=tuple(edge for edge in self.edges if {edge.source, edge.target} <= kept),
        )

    def _neighbours(self, nodes: set[str]) -> set[str]:
        edges = [{edge.source, edge.target} for edge in self.edges]
        return {end for ends in edges if ends & nodes for end in ends}
