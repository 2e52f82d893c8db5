"""Policies look at the same synthesis as the synth tests, and at one plan of it."""

from collections.abc import Iterator

import pytest

from operations.local import server as emulator
from tests.policy.exceptions import Entry, committed
from tests.policy.plan import Plan, make_plan
from tests.synth.conftest import fleet, outdir, stacks
from tests.synth.synthesized import Synthesized

__all__ = ["fleet", "outdir", "stacks"]


@pytest.fixture(scope="session")
def exceptions() -> list[Entry]:
    """The committed exceptions."""
    return committed()


@pytest.fixture(scope="session")
def plan(stacks: dict[str, Synthesized], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """What Terraform would create in an empty account: every stack, with the provider's defaults."""
    home = tmp_path_factory.mktemp("emulator")
    server = emulator.start(home=home)
    try:
        yield make_plan(stacks, server, tmp_path_factory.mktemp("plan"))
    finally:
        emulator.stop(home=home)
