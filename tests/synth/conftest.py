"""One synthesis of the fleet for all tests, one for the emulator, and small stacks around one construct."""

from pathlib import Path

import pytest

from environments.loader import load_fleet
from environments.schema import Fleet
from tests.synth.builders import Synth, synth_construct
from tests.synth.published import Exchange
from tests.synth.synthesized import EMULATOR, Synthesized, synthesize_fleet


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    """The committed environments."""
    return load_fleet()


@pytest.fixture(scope="session")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's one synthesis lies; filled by `stacks`."""
    return tmp_path_factory.mktemp("synth")


@pytest.fixture(scope="session")
def stacks(fleet: Fleet, outdir: Path) -> dict[str, Synthesized]:
    """Every stack as it is for real AWS."""
    return synthesize_fleet(fleet, outdir)


@pytest.fixture(scope="session")
def emulated(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesized]:
    """Every stack as it is for the embedded AWS."""
    return synthesize_fleet(fleet, tmp_path_factory.mktemp("emulated"), endpoint=EMULATOR)


@pytest.fixture(scope="session")
def exchange(stacks: dict[str, Synthesized]) -> Exchange:
    """What the stacks tell each other."""
    return Exchange(stacks)


@pytest.fixture
def synth(tmp_path: Path) -> Synth:
    """Synthesize what `build` puts into a fresh stack: `synth(lambda stack: Network(stack, ...))`."""
    return lambda build, **options: synth_construct(build, tmp_path, **options)
