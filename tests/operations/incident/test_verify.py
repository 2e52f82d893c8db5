"""The verdict: each of its three parts, failing once."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from operations.incident import verify
from operations.incident.record import records
from operations.local import control
from tests.operations.db import certificates
from tests.operations.incident.stage import ALARM, HOST, Stage, hybrid_incident


class Balancer:
    """Stands in for the load balancer: HTTPS on this machine, with the service's certificate."""

    def __init__(self, directory: Path, *names: str) -> None:
        self.status, self.asked = 200, list[tuple[str, str]]()
        self.files = certificates.make(directory, *names)
        self.first: list[int] = []
        """Answered before `status`."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.headers["Host"], self.path))
                self.send_response(outer.first.pop() if outer.first else outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.files.server, self.files.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def at(self) -> tuple[str, str]:
        return "--at", f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def balancer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Balancer]:
    found = Balancer(tmp_path / "tls", HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.files.ca))
    yield found
    found.server.shutdown()
    found.server.server_close()


def verdict(*arguments: str, code: int) -> dict[str, Any]:
    found = hybrid_incident("verify", "--json", *arguments, code=code).json
    [*_, noted] = [one for one in records()[0].entries() if one["entry"] == "verified"]
    assert noted["ok"] is (code == 0)
    return dict(found["parts"])


def bad(parts: dict[str, Any]) -> list[str]:
    return [name for name, part in parts.items() if not part["ok"]]


def test_all_is_well(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    control.forget_calls(stage.emulator)
    parts = verdict(*balancer.at, code=0)
    assert parts["tasks"]["text"] == "2 of 2 run"
    assert parts["health"]["text"].endswith(": 200")
    assert parts["alarms"]["text"] == "0 of 1 ring"
    assert balancer.asked == [(HOST, "/actuator/health")]
    assert not stage.writes()


def test_fails_when_tasks_are_missing(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    control.set_speed(stage.emulator, 0)
    place = stage.world.place
    stage.aws("ecs").update_service(cluster=place.cluster, service=place.ecs_service, desiredCount=3)
    parts = verdict(*balancer.at, code=4)
    assert bad(parts) == ["tasks"]
    assert parts["tasks"]["text"] == "2 of 3 run"


def test_fails_when_no_task_is_wanted(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    hybrid_incident("mitigate", "scale", "0", "--confirm", "prod/fileflow")
    parts = verdict(*balancer.at, code=4)
    assert (bad(parts), parts["tasks"]["text"]) == (["tasks"], "0 of 0 run: nobody is served")


def test_fails_when_the_health_path_does_not_answer_well(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    balancer.status = 503
    parts = verdict(*balancer.at, code=4)
    assert bad(parts) == ["health"]
    assert parts["health"]["text"].endswith(": 503")
    balancer.status = 302
    assert bad(verdict(*balancer.at, code=4)) == ["health"]


def test_fails_when_nobody_answers(stage: Stage) -> None:
    stage.open()
    parts = verdict("--at", "127.0.0.1:9", code=4)
    assert bad(parts) == ["health"]
    assert "no answer" in parts["health"]["text"]


def test_fails_when_the_certificate_is_of_another_name(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open()
    other = Balancer(tmp_path / "tls", "other.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.files.ca))
    parts = verdict(*other.at, code=4)
    assert bad(parts) == ["health"]
    assert "the certificate is refused" in parts["health"]["text"]
    other.server.shutdown()


def test_fails_when_an_alarm_rings(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    stage.set_alarm("ALARM")
    parts = verdict(*balancer.at, code=4)
    assert (bad(parts), parts["alarms"]["text"]) == (["alarms"], f"1 of 1 ring: {ALARM}")
    stage.set_alarm("INSUFFICIENT_DATA")
    assert verdict(*balancer.at, code=0)["alarms"]["text"] == "0 of 1 ring; 1 have no data"


def test_fails_when_there_is_no_alarm(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    stage.aws("cloudwatch").delete_alarms(AlarmNames=[ALARM])
    assert "nobody watches" in verdict(*balancer.at, code=4)["alarms"]["text"]


def test_one_part_that_cannot_be_asked_hides_no_other(stage: Stage, balancer: Balancer) -> None:
    stage.open()
    control.inject_fault(stage.emulator, "500", "ecs", count=0)
    parts = verdict(*balancer.at, code=4)
    assert bad(parts) == ["tasks"]
    assert "not known: ecs:DescribeServices" in parts["tasks"]["text"]


def test_it_waits_until_all_is_well(
    stage: Stage, balancer: Balancer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open()
    monkeypatch.setattr(verify, "PAUSE_SECONDS", 0.2)
    balancer.first = [503]
    done = hybrid_incident("verify", "--timeout", "0.5", *balancer.at)
    assert "not yet: tasks ok" in done.err
    assert len(balancer.asked) == 2


def test_it_stops_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.open()
    monkeypatch.setattr(verify, "PAUSE_SECONDS", 0.2)
    done = hybrid_incident("verify", "--timeout", "0.01", "--at", "127.0.0.1:9", code=4)
    assert "fileflow in prod is not well: health" in done.err


def test_a_dry_run_notes_nothing(stage: Stage, balancer: Balancer) -> None:
    record = stage.open()
    before = record.entries()
    hybrid_incident("verify", "--dry-run", *balancer.at)
    assert record.entries() == before


@pytest.mark.parametrize("address", [":443", "host:x", "host:70000"])
def test_fails_when_the_address_is_none(stage: Stage, address: str) -> None:
    stage.open()
    assert "give HOST or HOST:PORT" in hybrid_incident("verify", "--at", address, code=2).err
