"""Terraform's lock file in S3, taken and released the way Terraform does (S3 backend, `use_lockfile`).

The lock is a JSON note that S3 creates for one writer only. Its id comes from the run, so that a resumed run
knows its own lock.
"""

import getpass
import json
import shutil
import socket
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from operations.engine.context import Context
from operations.engine.plan import Local, Plan, Step
from operations.engine.retry import CallFailed, Clients, judged
from operations.errors import Refused
from operations.state import history
from operations.state import place as places
from operations.state.place import Place

REFUSALS = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
"""S3's answers to a conditional write that lost (S3 user guide, "Conditional writes")."""


def steps(place: Place, what: str) -> tuple[Step, Step]:
    """The first and the last step of every change. `what` says in the lock file who works."""
    params: dict[str, Any] = {"place": place.plain, "what": what}
    taken, released = Local("lock", params), Local("unlock", {"place": place.plain})
    return (
        Step(id="lock", why=f"nobody else writes {place}", call=taken, undo=released),
        # Undoing a finished run needs the lock again; whoever undoes releases it last, with the step above.
        Step(id="unlock", why="others may work on it again", call=released, undo=taken),
    )


def refuse_held(aws: Clients, place: Place) -> None:
    """Refuse to plan while somebody holds the lock."""
    note = history.lock_of(aws, place)
    if note is not None:
        raise Refused(_held(place, note))


def lock(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Take the lock. Safe to repeat: our own counts as taken."""
    place, id_ = places.of(params), lock_id(context)
    body = json.dumps(_note(place, id_, params["what"], context.run)).encode()
    try:
        with judged(f"s3:PutObject {place.lock_key}", context.redactor):
            context.aws.client("s3", place.region).put_object(
                Bucket=place.bucket,
                Key=place.lock_key,
                Body=body,
                IfNoneMatch="*",
                ContentType="application/json",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=place.kms_key,
            )
    except CallFailed as error:
        if error.code not in REFUSALS:
            raise
        note = history.lock_of(context.aws, place) or {}
        if note.get("ID") != id_:
            raise Refused(_held(place, note)) from None
    return {"id": id_}


def hold(context: Context, place: Place) -> None:
    """Before every write: the lock must still be this run's. One that nobody has is taken again.

    The step `lock` may have been done days ago, and somebody may have forced the lock open since. What was
    written meanwhile is then told by the condition of the write.
    """
    note = history.lock_of(context.aws, place)
    if note is None:
        lock(context, {"place": place.plain, "what": "hybrid state"})
    elif note.get("ID") != lock_id(context):
        raise Refused(_held(place, note))


def release(context: Context, plan: Plan) -> None:
    """The kinds' `release`: of a run that is given up, or whose undo failed."""
    call = plan.step("lock").call
    if call:
        unlock(context, dict(call.params))


def unlock(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Release the lock if it is ours; another's stays."""
    place = places.of(params)
    note = history.lock_of(context.aws, place)
    if note and note.get("ID") == lock_id(context):
        with judged(f"s3:DeleteObject {place.lock_key}", context.redactor):
            context.aws.client("s3", place.region).delete_object(Bucket=place.bucket, Key=place.lock_key)
    return {}


def lock_id(context: Context) -> str:
    """The same for one run, however often it is resumed."""
    return context.token("lock")


ACTIONS = {"lock": lock, "unlock": unlock}


def _note(place: Place, id_: str, what: str, run: str) -> dict[str, str]:
    """Terraform's LockInfo (terraform/internal/states/statemgr/locker.go)."""
    return {
        "ID": id_,
        "Operation": what,
        "Info": run,
        "Who": f"{getpass.getuser()}@{socket.gethostname()}",
        "Version": terraform_version(),
        "Created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "Path": f"{place.bucket}/{place.key}",
    }


def terraform_version() -> str:
    """Of the program on PATH; empty if there is none. Restoring must work without it."""
    if not shutil.which("terraform"):
        return ""
    done = subprocess.run(
        ["terraform", "version", "-json"], capture_output=True, text=True, check=False, timeout=30
    )
    try:
        return str(json.loads(done.stdout)["terraform_version"])
    except (ValueError, KeyError):
        return ""


def _held(place: Place, note: Mapping[str, Any]) -> str:
    who, when = note.get("Who") or "somebody", note.get("Created") or "an unknown time"
    run = str(note.get("Info") or "")
    force = f"terraform force-unlock {note.get('ID', '<ID>')}"
    lines = [
        f"{place} is locked by {who} since {when} for {note.get('Operation') or 'an unknown operation'}."
    ]
    if run[:1].isdigit() and str(note.get("Operation", "")).startswith("hybrid"):
        lines.append(
            f"It is a run of hybrid: there `hybrid runs resume {run.rpartition('-')[2]}`, undo or abandon."
        )
    lines.append(f"Wait for it. If nothing of it runs any more, in the stack's folder: {force}")
    return "\n".join([*lines, "Nothing was changed."])
