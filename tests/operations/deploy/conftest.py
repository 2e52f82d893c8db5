"""The embedded AWS for the session, and a service on it: rolling in dev, blue/green in prod."""

import pytest

from operations.local import control
from operations.local.state import Server
from tests.operations.deploy.building import make
from tests.operations.deploy.world import World
from tests.operations.local.conftest import Clients, aws, emulator, session_server

__all__ = ["aws", "emulator", "session_server"]

SPEED = 300.0
"""Seconds of AWS in one second of a test: a task starts in a fifth of a second."""


@pytest.fixture
def platform(emulator: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The emulator, where `boto3` of this process leads, too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    control.set_speed(emulator, SPEED)
    return emulator


@pytest.fixture
def rolling(platform: Server, aws: Clients) -> World:
    return make(aws, platform, "dev")


@pytest.fixture
def blue_green(platform: Server, aws: Clients) -> World:
    return make(aws, platform, "prod")
