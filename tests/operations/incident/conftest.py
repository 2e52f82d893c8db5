"""A home of its own for each test, and the stage: the embedded AWS with a service on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.engine import journal
from operations.incident import record
from operations.local import control
from operations.local.state import Server
from tests.operations.incident.stage import Channel, Stage, build, channel
from tests.operations.local.conftest import Clients, aws, emulator, session_server

__all__ = ["aws", "emulator", "session_server"]

SPEED = 300.0
"""Seconds of AWS in one second of a test."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HYBRID_HOME of this test, for the commands in this process, too."""
    monkeypatch.setattr(journal, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(record, "INCIDENTS", tmp_path / "incidents")
    return tmp_path


@pytest.fixture
def stage(emulator: Server, aws: Clients, home: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    control.set_speed(emulator, SPEED)
    return build(aws, emulator, home)


@pytest.fixture
def slack(stage: Stage) -> Iterator[Channel]:
    """A channel that is reached by the platform's secret."""
    with channel() as found:
        stage.write_webhook(found.url)
        yield found
