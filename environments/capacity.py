"""Mix of Fargate Spot and on-demand tasks, and where ECS places them."""

from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

from pydantic import Field

from environments.base import FrozenModel
from environments.errors import Finding


class CapacityShare(FrozenModel):
    """One capacity provider's part: `base` tasks first, the rest by weight."""

    weight: Annotated[int, Field(ge=0, le=1000, examples=[70])]
    """Share of the tasks beyond `base`, relative to the other provider's weight."""

    base: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Tasks that run here before any weight counts."""


class CapacityConfig(FrozenModel):
    """Mix of Fargate Spot and on-demand tasks."""

    fargate_spot: CapacityShare = CapacityShare(weight=70, base=0)
    """Spare capacity, cheaper, taken away with two minutes' notice: weight 70, base 0 by default."""

    fargate: CapacityShare = CapacityShare(weight=30, base=1)
    """On demand: weight 30, base 1 by default."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._one_base(), self._some_weight()

    def _one_base(self) -> Iterator[Finding]:
        if self.fargate_spot.base and self.fargate.base:
            yield Finding(
                ("fargate_spot", "base"),
                f"fargate.base is {self.fargate.base} already; ECS allows a base on one capacity provider "
                "only, set the other to 0",
                str(self.fargate_spot.base),
            )

    def _some_weight(self) -> Iterator[Finding]:
        if not self.fargate_spot.weight and not self.fargate.weight:
            yield Finding((), "both weights are 0; give at least one capacity provider a weight")


MOSTLY_SPOT = CapacityConfig()
"""For tasks that may go at any time."""

HALF_SPOT = CapacityConfig(fargate_spot=CapacityShare(weight=50), fargate=CapacityShare(weight=50, base=1))
"""For services that hold something an interruption costs, such as sessions or long uploads."""


class Placement(NamedTuple):
    """How many tasks run on which capacity provider."""

    fargate: int
    fargate_spot: int


def placement(tasks: int, mix: CapacityConfig) -> Placement:
    """Where ECS puts `tasks`: bases first, then the rest in the ratio of the weights.

    ECS keeps the ratio as close as whole tasks allow and documents no tie-break (ECS developer guide,
    "Capacity provider strategy"); a half task counts for on-demand, so that nothing promises more Spot than
    there is.
    """
    spot = min(mix.fargate_spot.base, tasks)
    on_demand = min(mix.fargate.base, tasks - spot)
    rest = tasks - spot - on_demand
    weights = mix.fargate_spot.weight + mix.fargate.weight
    by_weight = -((-2 * rest * mix.fargate_spot.weight + weights) // (2 * weights))  # half a task rounds down
    return Placement(on_demand + rest - by_weight, spot + by_weight)
