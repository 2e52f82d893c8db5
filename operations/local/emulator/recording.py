"""Recording and replay: how the emulator's state survives its process.

Moto's recorder keeps every request, and replaying them rebuilds the state. That works only if the replay
draws the same ids in the same order, because later requests name them. So a recorded server draws ids from a
fixed seed and handles one request at a time.
"""

import base64
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

from moto.core.request import Request
from moto.moto_api import recorder
from moto.moto_api._internal import mock_random
from werkzeug.test import EnvironBuilder, run_wsgi_app

SEED = 0


class Recording:
    """The recording of this server, if it was asked for one."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.replayed = 0
        self.to_replay = 0
        self.ready = threading.Event()
        if file is not None:
            recorder._location = str(file)
            mock_random.seed(SEED)

    def replay(self, app: WSGIApplication, on_failure: Callable[[str], None]) -> None:
        """Send the recorded requests to `app`."""
        if self.file is None:
            return
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        self.to_replay = len(lines)
        for line in lines:
            try:
                _send(app, json.loads(line))
            except Exception as error:  # One unreadable request must not lose the others.
                on_failure(f"request {self.replayed + 1} of {self.file} was not replayed: {error}")
            self.replayed += 1

    def begin(self) -> None:
        """Start to record, and let the waiting requests in."""
        if self.file is not None:
            recorder.start_recording()
        self.ready.set()

    def keep(self, environ: WSGIEnvironment) -> None:
        """Record a request that moto does not see."""
        if self.file is not None:
            recorder._record_request(Request(environ), b"")

    def reset(self) -> None:
        """Forget what was recorded, and draw ids from the start again."""
        if self.file is not None:
            recorder.reset_recording()
            mock_random.seed(SEED)


def _send(app: WSGIApplication, entry: dict[str, Any]) -> None:
    body = base64.b64decode(entry["body"]) if entry.get("body_encoded") else entry.get("body", "").encode()
    url = urlsplit(entry["url"])
    builder = EnvironBuilder(
        method=entry["method"],
        base_url=f"{url.scheme}://{url.netloc}",
        path=url.path,
        query_string=url.query,
        headers=entry["headers"],
        data=body,
    )
    environ = builder.get_environ()
    # Moto tells `a%2Fb` from `a/b` by the raw form, which only a server sets.
    environ["RAW_URI"] = environ["REQUEST_URI"] = url._replace(scheme="", netloc="").geturl()
    iterable, _, _ = run_wsgi_app(app, environ, buffered=True)
    list(iterable)
