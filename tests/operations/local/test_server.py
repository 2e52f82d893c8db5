"""The life of the server process: start, find, stop, and everything that can be in the way."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from operations.errors import HybridError, Refused, UsageError
from operations.local import control, server
from operations.local.state import Server
from tests.operations.local.conftest import client_of


@pytest.fixture
def foreign_port() -> Iterator[int]:
    """A port on which another program answers every request with JSON."""

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"identity": "somebody else", "ready": true}')

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    foreign = HTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=foreign.serve_forever, daemon=True).start()
    yield foreign.server_port
    foreign.shutdown()
    foreign.server_close()


def edit_state(home: Path, **changes: object) -> None:
    state = home / "server.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | changes))


def kill(running: Server) -> None:
    os.kill(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)


def test_start_find_and_stop(home: Path) -> None:
    running = server.start(home=home)

    assert server.find(home=home) == running
    assert running.url == f"http://127.0.0.1:{running.port}"
    assert running.log == home / "server.log"
    assert os.getsid(running.pid) == running.pid, "a session of its own survives the caller"
    assert client_of(running, "sts").get_caller_identity()["Account"] == "123456789012"

    assert server.stop(home=home) == running
    assert server.find(home=home) is None
    assert server.stop(home=home) is None


def test_second_start_returns_the_running_server(home: Path) -> None:
    first = server.start(home=home)
    client_of(first, "s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
    )

    assert server.start(home=home) == first
    assert server.start(home=home, port=first.port) == first
    assert [bucket["Name"] for bucket in client_of(first, "s3").list_buckets()["Buckets"]] == ["kept"]
    assert server.start(home=home, fresh=True) == first
    assert client_of(first, "s3").list_buckets()["Buckets"] == []


def test_two_starts_at_once_make_one_server(home: Path) -> None:
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: server.start(home=home), range(2))

    assert first == second


def test_fails_when_other_options_are_asked_of_the_running_server(home: Path, tmp_path: Path) -> None:
    running = server.start(home=home)

    with pytest.raises(Refused, match=rf"already runs on port {running.port}, not 1234; .*hybrid local down"):
        server.start(home=home, port=1234)
    with pytest.raises(Refused, match=r"recording to no file, not .*calls\.jsonl"):
        server.start(home=home, record=tmp_path / "calls.jsonl")


def test_fails_when_the_port_is_taken(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used .*--port PORT"):
            server.start(home=home, port=port)
    assert server.find(home=home) is None


def free_port(candidates: range) -> int:
    for port in random.sample(candidates, 50):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError(f"no free port in {candidates}")


def test_same_port_is_free_again_after_a_stop(home: Path) -> None:
    # Below the range from which the system hands out ports to whoever else runs here meanwhile.
    port = free_port(range(20_000, 30_000))
    server.start(home=home, port=port)
    server.stop(home=home)

    assert server.start(home=home, port=port).port == port


def test_killed_server_is_not_found_and_start_works_again(home: Path) -> None:
    first = server.start(home=home)
    kill(first)

    assert server.find(home=home) is None
    assert server.start(home=home).pid != first.pid


def test_recycled_pid_is_neither_found_nor_killed(home: Path) -> None:
    kill(server.start(home=home))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        edit_state(home, pid=bystander.pid)

        assert server.find(home=home) is None
        assert server.stop(home=home) is None
        assert bystander.poll() is None
        bystander.kill()
    assert not (home / "server.json").exists()


def test_foreign_program_on_the_port_is_not_taken_for_ours(home: Path, foreign_port: int) -> None:
    running = server.start(home=home)
    edit_state(home, port=foreign_port)

    assert server.find(home=home) is None
    with pytest.raises(HybridError, match=rf"process {running.pid}.* does not answer.*hybrid local down"):
        server.start(home=home)
    stopped = server.stop(home=home)
    assert stopped is not None
    assert stopped.pid == running.pid


def test_hanging_server_is_not_found_and_can_be_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = server.start(home=home)
    monkeypatch.setattr(server, "STOP_LIMIT", 0.3)
    monkeypatch.setattr(control.health, "__defaults__", (0.3,))
    os.kill(running.pid, signal.SIGSTOP)

    assert server.find(home=home) is None
    assert server.lives(running)
    assert server.stop(home=home) == running
    assert not server.lives(running)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}'])
def test_unreadable_state_file_means_not_running(home: Path, content: str) -> None:
    home.mkdir()
    (home / "server.json").write_text(content)

    assert server.find(home=home) is None
    assert server.stop(home=home) is None


def test_fails_with_the_log_when_the_process_dies(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        server, "of_server_process", lambda: {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"}
    )

    with pytest.raises(HybridError, match=r"(?s)ended with code 1 while starting:.*encodings"):
        server.start(home=home)
    assert not (home / "server.json").exists()


def test_server_does_not_inherit_credentials_or_proxies(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real-token")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    running = server.start(home=home)

    environ = Path(f"/proc/{running.pid}/environ")
    if environ.exists():
        text = environ.read_text()
        assert "real-" not in text
        assert "HTTP_PROXY" not in text
        assert "HTTPS_PROXY" not in text


def test_reset_and_require_fail_when_nothing_runs(home: Path) -> None:
    with pytest.raises(HybridError, match="not running; start it with `hybrid local up`"):
        server.reset(home=home)
