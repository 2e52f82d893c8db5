"""A webhook that is written or answers wrongly stops nothing, and its secret is shown nowhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from operations.incident import webhook
from operations.incident.record import records
from tests.operations.engine.secrecy import CANARY, assert_nowhere
from tests.operations.incident.stage import WEBHOOK_SECRET, Done, Stage, hybrid_incident

PLANTED = "Canary-9c41d7"
SCALE = ("mitigate", "scale", "3", "--yes")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "FIRST_PAUSE", 0.01)


def mitigated(stage: Stage) -> Done:
    """Declare, and act: both succeed, and nothing of the secret is in what they print and write."""
    stage.open()
    done = hybrid_incident(*SCALE)
    assert stage.tasks() == (3, 3)
    assert_nowhere(stage.home, done.out, done.err)
    return done


def why(done: Done) -> str:
    """Why the channel was not told of the mitigation, as it is printed and noted."""
    noted = [one["text"] for one in records()[0].entries() if one["entry"] == "not told"]
    assert len(noted) == 2
    assert f"the channel could not be told: {noted[-1]}" in done.err
    return str(noted[-1])


@contextmanager
def answering(line: bytes) -> Iterator[str]:
    """A server that answers every request with a line which is no HTTP."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/services/{PLANTED}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@pytest.mark.parametrize(
    "secret",
    [
        f"https://hooks.example.com/{PLANTED}\n# the channel of incidents",
        f"https://hooks.example.com/{PLANTED} and more",
        f"https://hooks.example.com/{PLANTED}é",
        f"https://hooks.example.com/{CANARY}",
        f"https://hooks.example.com/{PLANTED}\x7f",
    ],
    ids=["second line", "space", "not ASCII", "both", "control character"],
)
def test_a_secret_that_is_more_than_a_url_is_named_and_not_shown(stage: Stage, secret: str) -> None:
    stage.write_webhook(secret)
    text = why(mitigated(stage))
    assert text.startswith(f"the secret {WEBHOOK_SECRET} holds more than a URL: a second line, a space, or")


@pytest.mark.parametrize(
    "secret", [f"https://[{PLANTED}/x", f"https://hooks.example.com:{PLANTED}/x", f"https:///{PLANTED}"]
)
def test_a_secret_that_only_looks_like_a_url_is_named_and_not_shown(stage: Stage, secret: str) -> None:
    stage.write_webhook(secret)
    assert why(mitigated(stage)) == (
        f"the secret {WEBHOOK_SECRET} holds no https:// URL; write the webhook's URL into it"
    )


def test_a_binary_secret_is_named_and_not_shown(stage: Stage) -> None:
    stage.aws("secretsmanager").create_secret(Name=WEBHOOK_SECRET, SecretBinary=PLANTED.encode())
    text = why(mitigated(stage))
    assert f"the secret {WEBHOOK_SECRET} (ap-northeast-2) is binary; write it as text" in text


def test_what_is_no_http_is_told_by_the_type_of_the_error(stage: Stage) -> None:
    with answering(f"{PLANTED} is not HTTP\r\n\r\n".encode()) as url:
        stage.write_webhook(url)
        assert why(mitigated(stage)) == "the webhook does not answer (BadStatusLine)"


def test_a_retry_after_that_only_looks_like_a_number_is_no_number(stage: Stage) -> None:
    with answering(b"HTTP/1.1 503 Busy\r\nRetry-After: \xb2\r\nContent-Length: 0\r\n\r\n") as url:
        stage.write_webhook(url)
        assert why(mitigated(stage)) == "the webhook answered 503"


@pytest.mark.parametrize(
    "url", [f"http://127.0.0.1:9/{PLANTED} x", f"http://127.0.0.1:9/{PLANTED}é", f"{PLANTED}/x"]
)
def test_a_url_that_nobody_checked_is_not_shown_either(url: str) -> None:
    with pytest.raises(webhook.NotTold) as raised:
        webhook.post(url, {})
    assert_nowhere(str(raised.value))
