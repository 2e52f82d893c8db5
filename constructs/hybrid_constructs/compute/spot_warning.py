"""Tells whoever synthesizes when a service cannot save what its configuration promises."""

from constructs import Construct

from environments.capacity import CapacityConfig, placement

WARNING = "@cdktf/warn"
"""What cdktf prints as a warning. Its own `Annotations` adds a stack trace, different on every machine."""


def warn_without_spot(service: Construct, *, name: str, tasks: int, mix: CapacityConfig) -> None:
    """Warn when none of `tasks` runs on Fargate Spot, although the mix has a weight for it."""
    if tasks and mix.fargate_spot.weight and not placement(tasks, mix).fargate_spot:
        service.node.add_metadata(
            WARNING,
            f"{name} runs {tasks} task{'s' if tasks > 1 else ''}, none of them on Fargate Spot: the base of "
            f"{mix.fargate.base} on demand comes first. Raise tasks, or lower capacity.fargate.base if an "
            'interruption is bearable (ECS developer guide, "Capacity provider strategy")',
        )
