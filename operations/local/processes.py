"""What must be known of a process that is not a child any more."""

import os
import select
import subprocess
import time
from pathlib import Path


def arguments(pid: int) -> str:
    """The command line of a process, or nothing if there is none with this id (or only its remains)."""
    if (proc := Path("/proc")).joinpath("self").exists():
        try:
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False, timeout=10
    )
    return found.stdout


def wait_for_end(pid: int, seconds: float) -> bool:
    """Wait until the last thread of a process has ended, and its sockets are closed with it. Whether it has.

    An empty command line is no sign of that: Linux forgets it first, and closes the files afterwards.
    """
    if not hasattr(os, "pidfd_open"):
        return _wait_for_arguments_to_go(pid, seconds)
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))
    finally:
        os.close(handle)


def _wait_for_arguments_to_go(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while arguments(pid):
        if time.monotonic() > deadline:
            return False
        reap(pid)
        time.sleep(0.02)
    return True


def let_go(process: "subprocess.Popen[bytes]") -> None:
    """Stop watching a child that is meant to outlive us; otherwise Python warns that it still runs."""
    process.returncode = 0


def reap(pid: int) -> None:
    """Take the exit status of an ended process if it was our child, as in a test that starts one."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
