"""Keeps two runs of one kind and target apart: on this machine by a file, on others by a parameter in SSM."""

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operations.engine import journal
from operations.engine.journal import now, slug
from operations.engine.redact import Redactor
from operations.engine.retry import CallFailed, Clients, judged
from operations.errors import Refused

PREFIX = "/hybrid/locks"


def _path(kind: str, target: str) -> Path:
    return journal.RUNS / "locks" / f"{kind}-{slug(target)}.lock"


@contextmanager
def alone(kind: str, target: str) -> Iterator[None]:
    """Hold the lock of this machine. The system frees it whatever ends the process."""
    path = _path(kind, target)
    for directory in (journal.RUNS, path.parent):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refused(
                f"another {kind} of {target} runs on this machine, process {file.read().strip()}; "
                "wait for it: `hybrid runs list`. Nothing was changed."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(kind: str, target: str) -> bool:
    """Whether a process on this machine works on it. A recorded process id could be another's by now."""
    path = _path(kind, target)
    if not path.exists():
        return False
    with path.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def parameter(kind: str, target: str) -> str:
    """The parameter that keeps other machines out."""
    return f"{PREFIX}/{kind}/{target}"


def take(aws: Clients, region: str, kind: str, target: str, run: str) -> None:
    """Claim it for the run. SSM creates a parameter for one caller only, so two cannot both have it.

    The run keeps it when it stops in the middle, so that nobody else begins what must be resumed.
    """
    name, redactor = parameter(kind, target), Redactor()
    holder = {"run": run, "who": f"{getpass.getuser()}@{socket.gethostname()}", "since": now()}
    try:
        with judged(f"ssm:PutParameter {name}", redactor):
            aws.client("ssm", region).put_parameter(
                Name=name, Value=json.dumps(holder), Type="String", Overwrite=False
            )
    except CallFailed as error:
        if error.code != "ParameterAlreadyExists":
            raise
    else:
        return
    other = _holder(aws, region, name)
    if other.get("run") == run:
        return
    raise Refused(
        f"{other.get('who')} began {other.get('run')} at {other.get('since')}, and it is not finished. "
        f"Resume or abandon it there; if that machine is gone: `hybrid runs unlock {kind} {target} "
        f"--region {region}`. Nothing was changed."
    )


def release(aws: Clients, region: str, kind: str, target: str, run: str | None) -> bool:
    """Give it back. `run` None takes it from whoever has it. Whether there was one."""
    name = parameter(kind, target)
    holder = _holder(aws, region, name)
    if not holder or (run is not None and holder.get("run") != run):
        return False
    with judged(f"ssm:DeleteParameter {name}", Redactor()):
        aws.client("ssm", region).delete_parameter(Name=name)
    return True


def _holder(aws: Clients, region: str, name: str) -> dict[str, str]:
    try:
        with judged(f"ssm:GetParameter {name}", Redactor()):
            value = aws.client("ssm", region).get_parameter(Name=name)["Parameter"]["Value"]
    except CallFailed as error:
        if error.code != "ParameterNotFound":
            raise
        return {}
    return dict(json.loads(value))
