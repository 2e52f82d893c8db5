"""Tasks that are told to fail their health checks, for drills and tests."""

from moto.ecs.models import TaskDefinition

from operations.local.moto_extension.ecs_clock import CLOCK

_since: dict[str, float] = {}
"""When each fault began, by what it names."""


def inject(match: str) -> None:
    """Make every task unhealthy whose `family:revision` is `match`, or whose image is or ends with it."""
    _since.setdefault(match, CLOCK.now)


def heal(match: str = "") -> None:
    """End that fault, or all of them."""
    for name in [match] if match else list(_since):
        _since.pop(name, None)


def since(definition: TaskDefinition) -> float | None:
    """When the tasks of this revision became unhealthy; None if they are healthy."""
    if not _since:
        return None
    images = [str(container["image"]) for container in definition.container_definitions]
    names = f"{definition.family}:{definition.revision}"
    found = [
        began
        for match, began in _since.items()
        if match == names
        or any(image == match or image.endswith((f":{match}", f"@{match}")) for image in images)
    ]
    return min(found, default=None)
