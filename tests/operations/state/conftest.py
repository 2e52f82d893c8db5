"""One stand for each module; every test begins with the three versions that its applies wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.local import control
from operations.local.environment import variables
from operations.local.state import Server
from tests.operations.engine.killing import Hybrid
from tests.operations.local.conftest import session_server
from tests.operations.state.stand import Stand, build

__all__ = ["session_server"]


@pytest.fixture(scope="session")
def built(session_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return build(session_server, tmp_path_factory.mktemp("state"))


@pytest.fixture
def stand(built: Stand, tmp_path: Path) -> Iterator[Stand]:
    """The bucket as the applies left it, and a HYBRID_HOME of the test's own."""
    built.empty()
    for body in built.bodies:
        built.put(body)
    built.configure("one", "two")
    built.hybrid = Hybrid(built.server, tmp_path / "home", more=variables(built.server))
    control.forget_calls(built.server)
    yield built
    control.end_faults(built.server)
