"""A blue/green service in staging and a rolling one in dev, on the embedded AWS."""

from pathlib import Path

import pytest

from operations.local.state import Server
from tests.operations.deploy.building import make
from tests.operations.deploy.conftest import platform
from tests.operations.local.conftest import Clients, aws, emulator, session_server
from tests.operations.service.at_work import AtWork, at_work
from tests.operations.service.conftest import home

__all__ = ["aws", "emulator", "home", "platform", "session_server"]


@pytest.fixture
def staging(platform: Server, aws: Clients, home: Path) -> AtWork:
    return at_work(make(aws, platform, "staging"), home)


@pytest.fixture
def dev(platform: Server, aws: Clients, home: Path) -> AtWork:
    return at_work(make(aws, platform, "dev"), home)
