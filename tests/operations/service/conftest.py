"""A service on the embedded AWS: rolling in dev, blue/green in prod; and runs in a directory of their own."""

from pathlib import Path

import pytest

from operations.local.state import Server
from tests.operations.deploy.building import make
from tests.operations.deploy.conftest import platform
from tests.operations.local.conftest import Clients, aws, emulator, session_server
from tests.operations.service.at_work import AtWork, at_work

__all__ = ["aws", "emulator", "platform", "session_server"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs of this process and of child processes leave their journals."""
    monkeypatch.setattr("operations.engine.journal.RUNS", tmp_path / "home" / "runs")
    return tmp_path / "home"


@pytest.fixture
def rolling(platform: Server, aws: Clients, home: Path) -> AtWork:
    return at_work(make(aws, platform, "dev"), home)


@pytest.fixture
def blue_green(platform: Server, aws: Clients, home: Path) -> AtWork:
    return at_work(make(aws, platform, "prod"), home)
