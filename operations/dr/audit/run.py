"""The audit: facts from the JSON of all stacks, judged without asking AWS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from environments import naming
from environments.schema import Fleet
from operations.dr.audit import capacity, edge, judge, strays
from operations.dr.audit.blocks import Stacks, Synthesis
from operations.dr.audit.compare import Comparison
from operations.dr.audit.findings import Gap, Row, View
from operations.dr.audit.guard import guarded_rows
from operations.dr.audit.names import Counterparts
from operations.dr.audit.walk import EVERYTHING, walk

GROUPS = (
    "service",
    "entry",
    "network",
    "identity",
    "keys",
    "settings",
    "database",
    "cache",
    "objects",
    "queues",
    "logs",
    "alarms",
    "capacity",
    "unknown",
)
"""In the order of a report."""


@dataclass(frozen=True)
class Report:
    """What the second region has, and what it lacks."""

    primary: str
    dr: str
    rows: tuple[Row, ...]

    @property
    def gaps(self) -> list[tuple[Row, Gap]]:
        return [(row, gap) for row in self.rows for gap in row.gaps]


def audit(fleet: Fleet, stacks: Stacks, *, quotas: Mapping[str, float] | None = None) -> Report:
    """Judge everything that the services of the primary environment depend on."""
    synthesis, counterparts = Synthesis(stacks), Counterparts(fleet)
    view = View(
        fleet,
        synthesis,
        counterparts,
        Comparison(synthesis, counterparts),
        walk(synthesis, fleet),
        dict(quotas or {}),
    )
    rows = list(judge.rows(view))
    for group, more in (("unknown", strays), (edge.GROUP, edge), (capacity.GROUP, capacity)):
        rows += guarded_rows(view, group, (EVERYTHING,), more.rows(view))
    rows += _not_synthesized(fleet, rows)
    rows.sort(key=lambda row: (GROUPS.index(row.group), row.kind, row.primary))
    return Report(
        f"{fleet.primary.name} in {fleet.primary.region}",
        f"{fleet.dr.name} in {fleet.dr.region}",
        tuple(rows),
    )


def _not_synthesized(fleet: Fleet, rows: list[Row]) -> Iterator[Row]:
    """Nothing is found from a service that is not there."""
    known = {row.primary for row in rows if row.kind == "service"}
    for service in fleet.primary.services:
        name = naming.ecs_service(service, fleet.primary.name)
        if name not in known:
            gap = Gap(
                f"the JSON has no ECS service {name}", "synthesize again: it is older than environments/"
            )
            yield Row("service", "service", (service,), name, None, "-", None, (gap,))
