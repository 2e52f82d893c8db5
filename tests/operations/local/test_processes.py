"""What is known of processes that are not children any more."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from operations.local import processes

ENDS_IN_PARTS = """
import ctypes, sys, threading
last = threading.Thread(target=sys.stdin.readline)
last.start()
print("begun", flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""
"""The first thread ends at once, and the command line with it; another keeps the process and its files."""


@pytest.fixture
def ending() -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-c", ENDS_IN_PARTS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="the order in which Linux takes a process apart")
def test_process_has_ended_when_its_last_thread_has(ending: "subprocess.Popen[str]") -> None:
    while processes.arguments(ending.pid):
        pass

    assert not processes.wait_for_end(ending.pid, 0.2), "without a command line, but with its files"
    ending.communicate("go\n")
    assert processes.wait_for_end(ending.pid, 10)


def test_process_that_never_was_has_ended() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    assert processes.wait_for_end(gone.pid, 0)
