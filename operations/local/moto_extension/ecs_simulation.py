"""Moves services and deployments on, up to the present, in the order in which things happen.

There is no thread: before a request is answered, everything that was due since the last one happens. Nothing
else changes in between, so the result is the same however often somebody asks.
"""

from collections.abc import Iterator
from typing import Protocol

from moto.codedeploy.models import codedeploy_backends
from moto.ecs.models import ecs_backends

from operations.local.moto_extension import ecs_faults
from operations.local.moto_extension.codedeploy_deployments import Deployment
from operations.local.moto_extension.ecs_clock import CLOCK
from operations.local.moto_extension.ecs_services import RunningService

_reached = 0.0


class Actor(Protocol):
    """What changes as time passes."""

    def due(self) -> float:
        """When it changes next; infinity if it does not."""

    def step(self, at: float) -> None:
        """Change what is due at `at`, so that it is due no more."""


def advance(wall: float | None = None) -> None:
    """A request arrived at `wall`, in seconds of the Unix epoch: what is due by then happens."""
    global _reached  # noqa: PLW0603 - one account, one time
    if wall is not None:
        CLOCK.tell(wall)
    actors = list(_actors())
    while actors:
        actor = min(actors, key=lambda one: one.due())
        if actor.due() > CLOCK.now:
            break
        _reached = max(actor.due(), _reached)
        actor.step(_reached)
        actors = list(_actors())
    _reached = max(CLOCK.now, _reached)


def reset() -> None:
    """The default speed, and no faults. The services went with their backends."""
    global _reached  # noqa: PLW0603
    CLOCK.reset()
    ecs_faults.heal()
    _reached = 0.0


def _actors() -> Iterator[Actor]:
    """Services first: a deployment looks at what became of them."""
    for regions in list(ecs_backends.values()):
        for ecs in list(regions.values()):
            yield from (one for one in ecs.services.values() if isinstance(one, RunningService))
    for places in list(codedeploy_backends.values()):
        for codedeploy in list(places.values()):
            yield from (one for one in codedeploy.deployments.values() if isinstance(one, Deployment))
