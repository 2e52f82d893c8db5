"""What must be known of a process that is not a child any more."""

import os
import subprocess
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


def let_go(process: "subprocess.Popen[bytes]") -> None:
    """Stop watching a child that is meant to outlive us; otherwise Python warns that it still runs."""
    process.returncode = 0


def reap(pid: int) -> None:
    """Take the exit status of an ended process if it was our child, as in a test that starts one."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
