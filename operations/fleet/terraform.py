"""Runs cdktf and Terraform as child processes that know the embedded AWS and nothing of a real account."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from operations.errors import HybridError
from operations.local import processes
from operations.local.environment import HasUrl, unset, variables
from operations.paths import PROJECT_ROOT, STATE_DIR

CDKTF = PROJECT_ROOT / "node_modules" / ".bin" / "cdktf"
OUTDIR = Path(
    os.environ.get("CDKTF_OUTDIR")
    or (STATE_DIR if "HYBRID_HOME" in os.environ else PROJECT_ROOT) / "cdktf.out"
)
"""Moves with the emulator's state: bootstrap's own state lies beside it, and two emulators share none."""

GRACE_SECONDS = 60.0
"""How long Terraform may take to finish what is in flight after an interrupt, before it is killed."""

_LEFTOVER = STATE_DIR / "fleet.pid"
"""Leader of the process group in work, for the case that this process is killed outright."""


def child_environment(server: HasUrl) -> dict[str, str]:
    """The caller's environment, with every AWS setting replaced by the emulator's."""
    kept = {name: value for name, value in os.environ.items() if name not in unset()}
    if not Path(kept.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
        del kept["TF_CLI_CONFIG_FILE"]  # Terraform would warn about it at every start
    return kept | variables(server) | {"CI": "1", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}


def require_tools() -> None:
    """Refuse to start when a program is missing, with the way to get it."""
    missing = [
        f"{program} is not on PATH; install {version} or newer: {page}"
        for program, version, page in (
            ("terraform", "1.11", "https://developer.hashicorp.com/terraform/install"),
            ("node", "20", "https://nodejs.org/en/download"),
        )
        if shutil.which(program) is None
    ]
    if not CDKTF.exists():
        missing.append("cdktf is not installed in this checkout; run `make setup`")
    if missing:
        raise HybridError("\n".join(missing))


def run(
    command: list[str],
    *,
    environment: dict[str, str],
    log: Path,
    on_line: Callable[[str], None],
    on_tick: Callable[[], bool] = lambda: True,
) -> int:
    """Run `command`, feed each line of its output to `on_line` and into `log`; returns the exit code.

    `on_tick` is called every second; when it returns False the command is killed. An interrupt reaches the
    child's whole process group: Terraform ends what is in flight, writes its state and releases its lock.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file, _process(command, environment, on_tick) as process:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            on_line(line)
        return process.wait()


def end_leftover() -> bool:
    """End what a killed run left working. Whether there was anything."""
    if not _LEFTOVER.exists():
        return False
    group = int(_LEFTOVER.read_text(encoding="utf-8") or 0)
    found = bool(group) and str(CDKTF) in processes.arguments(group)
    if found:
        _end_group(group)
    _LEFTOVER.unlink()
    return found


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], on_tick: Callable[[], bool]
) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    _LEFTOVER.parent.mkdir(parents=True, exist_ok=True)
    _LEFTOVER.write_text(str(process.pid), encoding="utf-8")
    ended = threading.Event()
    ticker = threading.Thread(target=_tick, args=(process.pid, on_tick, ended), daemon=True)
    ticker.start()
    try:
        yield process
    finally:
        ended.set()
        ticker.join()
        _end_group(process.pid, reap=process.poll)
        process.wait()
        _LEFTOVER.unlink(missing_ok=True)


def _tick(group: int, on_tick: Callable[[], bool], ended: threading.Event) -> None:
    while not ended.wait(1):
        if not on_tick():
            _signal_group(group, signal.SIGKILL)
            return


def _end_group(group: int, *, reap: Callable[[], object] = lambda: None) -> None:
    """Interrupt what is left of the group and wait; a second Ctrl-C, or too long a wait, kills it."""
    try:
        if _signal_group(group, signal.SIGINT):
            _wait(group, GRACE_SECONDS, reap)
    except KeyboardInterrupt:
        pass
    if _signal_group(group, signal.SIGKILL):
        _wait(group, 5, reap)


def _wait(group: int, patience: float, reap: Callable[[], object]) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and _signal_group(group, 0):
        reap()
        time.sleep(0.1)


def _signal_group(group: int, sign: int) -> bool:
    """Send a signal; whether the group still has a process."""
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError):
        return False
    return True
