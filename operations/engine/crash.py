"""Kills this process at a named point, for tests of what a crash leaves behind. Never against a real AWS.

`HYBRID_TEST_KILL=between:3`: at the third step, or at the step of that id. Points of a step, in order:
`before` its call (the start is journaled), `between` call and journal, `waiting` (after the first look),
`after` its end is journaled; for an undo `undo-between` and `undo-after`.
"""

import os
import signal
from urllib.parse import urlsplit

VARIABLE = "HYBRID_TEST_KILL"


def is_local() -> bool:
    """Whether AWS is the embedded one on this machine."""
    return urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname in ("127.0.0.1", "localhost", "::1")


def point(name: str, number: int, step: str) -> None:
    """Die here if the test says so."""
    wanted = os.environ.get(VARIABLE)
    if wanted and wanted in (f"{name}:{number}", f"{name}:{step}") and is_local():
        os.kill(os.getpid(), signal.SIGKILL)
