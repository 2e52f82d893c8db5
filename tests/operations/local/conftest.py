"""One real server for the whole session; each test gets an empty account and clients that never retry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
from botocore.config import Config

from operations.local import control, server
from operations.local.state import Server

REGION = "ap-northeast-2"


class Clients(Protocol):
    """Makes boto3 clients of the emulator."""

    def __call__(self, service: str, region: str = REGION) -> Any: ...


def client_of(running: Server, service: str, region: str = REGION) -> Any:
    """A client of a given server; no retries, so that a test sees the first answer."""
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=running.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="session")
def session_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("emulator")
    yield server.start(home=home)
    server.stop(home=home)


@pytest.fixture
def emulator(session_server: Server) -> Server:
    """The shared server with an empty account."""
    control.reset(session_server)
    return session_server


@pytest.fixture
def aws(emulator: Server) -> Clients:
    def make(service: str, region: str = REGION) -> Any:
        return client_of(emulator, service, region)

    return make


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The state directory of a test that starts servers of its own; whatever still runs is ended."""
    directory = tmp_path / "local"
    yield directory
    server.stop(home=directory)
