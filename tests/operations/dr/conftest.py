"""One synthesis of the committed fleet, as `hybrid dr audit` makes it."""

import pytest

from environments.loader import load_fleet
from environments.schema import Fleet
from operations.dr.audit.blocks import Stacks
from operations.dr.audit.synthesis import synthesized


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    """The committed environments."""
    return load_fleet()


@pytest.fixture(scope="session")
def stacks() -> Stacks:
    """The JSON of all stacks, for AWS."""
    return synthesized()
