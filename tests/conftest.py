"""Fail closed: no test may ever reach a real AWS endpoint.

Three locks: the run stops when the caller's environment names a remote endpoint; every test starts with
dummy credentials and a local endpoint that answers nothing; and botocore refuses to send to any host that
is not loopback, whatever a test or the code under test configured.
"""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DEAD_ENDPOINT = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a call that forgot its endpoint fails at once."""

SAFE_ENVIRONMENT = {
    "AWS_ENDPOINT_URL": DEAD_ENDPOINT,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": "ap-northeast-2",
}


def is_local(url: str) -> bool:
    """Whether `url` points at this machine's loopback interface."""
    return urlsplit(url).hostname in LOOPBACK


def pytest_configure(config: pytest.Config) -> None:
    for name, value in os.environ.items():
        if name.startswith("AWS_ENDPOINT_URL") and not is_local(value):
            pytest.exit(f"{name}={value} is not a local endpoint; unset it to run the tests", returncode=2)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        os.environ.pop(name, None)
    os.environ.update(SAFE_ENVIRONMENT)
    if threading.current_thread() is threading.main_thread():
        # Shells start background jobs with Ctrl-C ignored, and children inherit that; tests press Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Refuse, inside botocore, to send a request to any host that is not loopback."""
    from botocore.httpsession import URLLib3Session

    send = URLLib3Session.send

    def guarded(self: URLLib3Session, request: Any) -> Any:
        assert is_local(request.url), f"a test tried to reach {request.url}, which is not this machine"
        return send(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", guarded)
        yield
