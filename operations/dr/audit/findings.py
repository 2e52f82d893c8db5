"""What the audit finds: a row for each thing that services depend on, with its gaps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from environments.recovery import Objective
from environments.schema import Fleet
from operations.dr.audit import alarms
from operations.dr.audit.blocks import Block, Synthesis
from operations.dr.audit.compare import Comparison, Difference
from operations.dr.audit.names import Counterparts
from operations.dr.audit.walk import Needs


@dataclass(frozen=True)
class Gap:
    """Something that a failover would miss, and what to do about it."""

    what: str
    do: str


@dataclass(frozen=True)
class Held:
    """Evidence that something is kept in step, added to the row."""

    how: str


Finding = Gap | Held


@dataclass(frozen=True)
class Accepted:
    """A difference that is meant."""

    difference: Difference
    why: str


@dataclass(frozen=True)
class Row:
    """One dependency, what stands by for it, and what is wrong with that."""

    group: str
    kind: str
    """In words, such as `queue`."""

    needed_by: tuple[str, ...]
    primary: str
    counterpart: str | None
    in_step_by: str
    objective: str | None
    gaps: tuple[Gap, ...] = ()
    accepted: tuple[Accepted, ...] = ()


@dataclass(frozen=True)
class View:
    """All that checks look at."""

    fleet: Fleet
    synthesis: Synthesis
    counterparts: Counterparts
    comparison: Comparison
    needs: Needs
    quotas: dict[str, float] = field(default_factory=dict)

    def name(self, block: Block) -> str:
        return self.synthesis.identity(block)

    def twin(self, block: Block) -> Block | None:
        """What stands by for `block`, by its name."""
        identity = self.counterparts.of(self.name(block))
        return self.synthesis.find(block.kind, self.fleet.dr.region, identity)

    def alarms(self, region: str, metric: str, **dimensions: str) -> list[Block]:
        """Alarms on a metric that wake somebody."""
        return alarms.waking(self.synthesis, self.fleet, region, metric, dimensions)


def objective(view: View, name: str | None) -> Objective | None:
    """The objective of dr.yaml by its key."""
    found: Objective | None = getattr(view.fleet.dr.objectives, name) if name else None
    return found


def objective_text(view: View, name: str | None) -> str | None:
    """Such as `database: RPO 15 min, RTO 30 min`."""
    if name is None or (found := objective(view, name)) is None:
        return None
    rpo = "loss accepted" if found.rpo_minutes is None else f"RPO {found.rpo_minutes} min"
    return f"{name}: {rpo}, RTO {found.rto_minutes} min"


def gaps(findings: Iterable[Finding]) -> tuple[Gap, ...]:
    return tuple(found for found in findings if isinstance(found, Gap))


def evidence(findings: Iterable[Finding]) -> Iterator[str]:
    return (found.how for found in findings if isinstance(found, Held))
