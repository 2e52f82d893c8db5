"""Start, find and stop the embedded AWS: one detached server process per state directory."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from operations.errors import HybridError, Refused, UsageError
from operations.local import control, processes
from operations.local.environment import of_server_process
from operations.local.state import Home, Server, default_home
from operations.paths import PROJECT_ROOT

START_LIMIT = 60.0
"""Seconds without any progress after which a start has failed. Loading moto takes one to three."""

STOP_LIMIT = 10.0
"""Seconds between asking the process to end and ending it."""

BACKLOG = 256

Progress = Callable[[int, int], None]
"""Called with the replayed and all requests of a recording."""


def start(
    *,
    port: int | None = None,
    record: Path | None = None,
    fresh: bool = False,
    home: Path | None = None,
    on_replay: Progress | None = None,
) -> Server:
    """Start the server, or return the one that runs.

    `port`: a free one if not given. `record`: replay this file if it exists, and record to it; without it the
    account's state dies with the server. `fresh`: begin with an empty account; an existing recording is kept
    beside the new one as `*.bak`.
    """
    files = Home(home or default_home())
    record = record.resolve() if record else None
    with files.locked(patience=START_LIMIT + STOP_LIMIT):
        if running := find(home=files.path):
            _refuse_other_options(running, port, record)
            if fresh:
                control.reset(running)
                files.forget_account()
            return running
        _refuse_hung(files)
        files.forget()
        if record and fresh and record.exists():
            record.replace(record.with_name(f"{record.name}.bak"))
        if not (record and record.exists()):
            files.forget_account()
        with _listen(port) as listener:
            server, process = _launch(listener, files, record)
        try:
            _wait_until_ready(server, process, on_replay)
        except HybridError:
            _end(server)
            files.forget()
            raise
        return server


def find(*, home: Path | None = None) -> Server | None:
    """The running server: its process is ours and it answers with its own identity. Otherwise None."""
    server = Home(home or default_home()).read()
    if server is None or not _is_alive(server):
        return None
    answer = control.health(server.url, timeout=5)
    return server if answer and answer.get("identity") == server.identity else None


def lives(server: Server) -> bool:
    """Whether its process is still there, even if it is too busy to answer."""
    return _is_alive(server)


def require(*, home: Path | None = None) -> Server:
    """The running server, or an error that says how to start one."""
    server = find(home=home)
    if server is None:
        raise HybridError("the embedded AWS is not running; start it with `hybrid local up`")
    return server


def stop(*, home: Path | None = None) -> Server | None:
    """End the server, even one that hangs, and wait until its port is free. None if there was none to end."""
    files = Home(home or default_home())
    if not files.path.exists():
        return None
    with files.locked(patience=START_LIMIT + STOP_LIMIT):
        server = files.read()
        ended = _end(server) if server else False
        files.forget()
        return server if ended else None


def reset(*, home: Path | None = None) -> Server:
    """Empty the account without a restart."""
    server = require(home=home)
    control.reset(server)
    Home(home or default_home()).forget_account()
    return server


def _is_alive(server: Server) -> bool:
    return server.identity in processes.arguments(server.pid)


def _refuse_other_options(running: Server, port: int | None, record: Path | None) -> None:
    other = []
    if port is not None and port != running.port:
        other.append(f"on port {running.port}, not {port}")
    if record is not None and record != running.recording:
        other.append(f"recording to {running.recording or 'no file'}, not {record}")
    if other:
        raise Refused(
            f"the embedded AWS already runs {' and '.join(other)}; "
            "use that one, or run `hybrid local down` first"
        )


def _refuse_hung(files: Home) -> None:
    server = files.read()
    if server and _is_alive(server):
        raise HybridError(
            f"the embedded AWS (process {server.pid}, {server.url}) runs but does not answer; "
            f"see {server.log}, and end it with `hybrid local down`"
        )


def _listen(port: int | None) -> socket.socket:
    """A listening socket for the server to inherit, so that nobody can take the port in between."""
    listener = socket.socket()
    # A restart must not wait for the old connections to time out. An active listener is refused all the same.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port or 0))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"port {port} cannot be used ({error.strerror}); "
            "choose another one with `hybrid local up --port PORT`, or leave --port out to get a free one"
        ) from error
    return listener


def _launch(
    listener: socket.socket, files: Home, record: Path | None
) -> tuple[Server, "subprocess.Popen[bytes]"]:
    port, identity = listener.getsockname()[1], secrets.token_hex(16)
    command = [sys.executable, "-m", "operations.local.serve", "--fd", str(listener.fileno())]
    command += ["--port", str(port), "--identity", identity]
    if record:
        record.parent.mkdir(parents=True, exist_ok=True)
        command += ["--record", str(record)]
    with files.log.open("wb") as log:
        process = _spawn(command, listener, log)
    server = Server(process.pid, port, files.log, datetime.now(UTC), record, identity)
    # Before it is ready: if the caller dies while it waits, the next command still finds the process.
    files.write(server)
    return server, process


def _spawn(command: list[str], listener: socket.socket, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env=of_server_process(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=[listener.fileno()],
        # Its own session: the caller's Ctrl-C and the closing of its terminal do not reach the server.
        start_new_session=True,
    )


def _wait_until_ready(server: Server, process: "subprocess.Popen[bytes]", on_replay: Progress | None) -> None:
    progress, deadline = -1, time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if (code := process.poll()) is not None:
            raise HybridError(f"the embedded AWS ended with code {code} while starting:\n{_tail(server.log)}")
        answer = control.health(server.url)
        if answer and answer.get("ready"):
            processes.let_go(process)
            return
        if answer and answer["replayed"] != progress:
            progress, deadline = answer["replayed"], time.monotonic() + START_LIMIT
            if on_replay:
                on_replay(progress, answer["to_replay"])
        time.sleep(0.05)
    raise HybridError(
        f"the embedded AWS was not ready after {START_LIMIT:.0f} s without progress; "
        f"the end of {server.log}:\n{_tail(server.log)}"
    )


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _end(server: Server) -> bool:
    """End the process if it is still ours. Whether there was one."""
    if not _is_alive(server):
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(server.pid, sign)
        except ProcessLookupError:
            break
        if processes.wait_for_end(server.pid, STOP_LIMIT):
            break
    processes.reap(server.pid)
    return True
