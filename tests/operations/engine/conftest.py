"""The embedded AWS with what the example works on, and the example as a program."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from operations.local import control
from operations.local.state import Server
from tests.operations.engine.example import COPY, ENDPOINT
from tests.operations.engine.killing import Hybrid
from tests.operations.engine.secrecy import CANARY
from tests.operations.local.conftest import Clients, aws, emulator, session_server
from tests.operations.local.ecs_world import World as Services

__all__ = ["aws", "emulator", "session_server"]

SPEED = 600.0


@dataclass
class World:
    """An endpoint, a secret, a service with one task, and a queue."""

    aws: Clients
    hybrid: Hybrid

    def switch(self, *more: str) -> list[str]:
        return ["switch", "new.example.com", *more]

    def state(self) -> dict[str, Any]:
        """All that the example may change."""
        service = self.aws("ecs").describe_services(cluster="c", services=["s"])["services"][0]
        queue = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=["All"])
        copies = self.aws("ssm").get_parameters(Names=[COPY], WithDecryption=True)["Parameters"]
        locks = self.aws("ssm").describe_parameters()["Parameters"]
        return {
            "endpoint": self.aws("ssm").get_parameter(Name=ENDPOINT)["Parameter"]["Value"],
            "copies": [one["Value"] for one in copies],
            "tasks": (service["desiredCount"], service["runningCount"]),
            "messages": queue["Attributes"]["ApproximateNumberOfMessages"],
            "files": [path.read_text() for path in (self.hybrid.home / "runs").glob("*/tasks")],
            "locks": [one["Name"] for one in locks if one["Name"].startswith("/hybrid/")],
        }

    @property
    def queue(self) -> str:
        return str(self.aws("sqs").get_queue_url(QueueName="news")["QueueUrl"])

    def writes(self) -> dict[str, int]:
        return control.calls(self.hybrid.server, control.Kind.WRITES)


BEFORE = {
    "endpoint": "old.example.com",
    "copies": [],
    "tasks": (1, 1),
    "messages": "0",
    "files": [],
    "locks": [],
}
AFTER = {
    "endpoint": "new.example.com",
    "copies": [CANARY],
    "tasks": (3, 3),
    "messages": "1",
    "files": ["3"],
    "locks": [],
}
"""What an uninterrupted run leaves; tested to be that."""


@pytest.fixture
def world(emulator: Server, aws: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    services = Services(aws, emulator)
    services.create_service(services.register(), desiredCount=1)
    services.pass_time(120)
    control.set_speed(emulator, SPEED)
    aws("ssm").put_parameter(Name=ENDPOINT, Value=BEFORE["endpoint"], Type="String")
    aws("secretsmanager").create_secret(Name="app", SecretString=json.dumps({"password": CANARY}))
    aws("sqs").create_queue(QueueName="news")
    control.forget_calls(emulator)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    return World(aws, Hybrid(emulator, tmp_path / "home", "tests.operations.engine.example"))
