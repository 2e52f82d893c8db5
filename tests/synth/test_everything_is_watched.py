"""A construct that has alarms has them in its stack: nobody forgot to put it into `watch`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack
from constructs import Construct

import main
from environments.schema import Fleet
from hybrid_constructs.observability.watched import HasAlarms
from tests.synth.alarm_table import alarms
from tests.synth.synthesized import Synthesized, synthesize_fleet


def watchable(kind: type[Any]) -> Iterator[type[Any]]:
    """Our constructs that have alarms."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("hybrid_constructs.") and hasattr(each, "alarms"):
            yield each
        yield from watchable(each)


def remembering(kind: type[Any], made: dict[int, HasAlarms]) -> Callable[..., None]:
    """`__init__` that keeps what it made; jsii itself forgets Python objects that nobody holds."""
    build = kind.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        made[id(self)] = self

    return init


@pytest.fixture
def made(fleet: Fleet, stacks: dict[str, Synthesized], tmp_path: Path) -> Iterator[dict[int, HasAlarms]]:
    """Every construct of the fleet that has alarms; `stacks` has loaded their classes."""
    assert main
    assert stacks
    found: dict[int, HasAlarms] = {}
    with pytest.MonkeyPatch.context() as patch:
        for kind in set(watchable(Construct)):
            if "__init__" in vars(kind) and kind.__name__ != "Monitoring":
                patch.setattr(kind, "__init__", remembering(kind, found))
        synthesize_fleet(fleet, tmp_path)
        yield found


def test_alarms_of_every_construct_are_rendered(
    made: dict[int, HasAlarms], stacks: dict[str, Synthesized]
) -> None:
    assert made
    missing = []
    for thing in made.values():
        stack = TerraformStack.of(thing).node.id  # type: ignore[arg-type]
        # The first stack stands before there is a topic to tell; a later one watches its copies.
        watching = "replication" if stack == "bootstrap" else stack
        names = [alarm["alarm_name"] for alarm in alarms(stacks[watching])]
        missing += [
            f"{stack}: {type(thing).__name__} {alarm.id}"
            for alarm in thing.alarms()
            if not any(name.endswith(f"-{alarm.id}") for name in names)
        ]
    assert not missing, "put them into the stack's `watch`"
