"""Saves the present state, and writes another in its place: conditional on what was there, and encrypted."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operations.engine.context import Context
from operations.engine.plan import Local, Step
from operations.engine.report import Conclusion, Outcome
from operations.engine.retry import CallFailed, judged
from operations.engine.state import State
from operations.engine.values import Ref
from operations.errors import Refused
from operations.state import history
from operations.state import place as places
from operations.state.document import Document, parse
from operations.state.history import RUN, UNDO, Copy
from operations.state.locking import REFUSALS, hold
from operations.state.place import Place

SAVED = "before.tfstate"
"""The present copy, in the run's directory. Steps know such names themselves and not from the journal, where
a sensitive value that is a part of the path would be masked."""


def save_step(place: Place, etag: str) -> Step:
    """Keep the present copy, and make sure that it is the one that was planned with."""
    return Step(
        id="save",
        why="the present copy is kept, as a version in S3 and as a file beside the journal",
        call=Local("save", {"place": place.plain, "etag": etag}, keep=("version", "serial")),
    )


def write_step(place: Place, source: Mapping[str, Any], serial: int, why: str) -> Step:
    """Write a state that is in another version (`version`), or in a file (`file`, `sha256`).

    Files of the run have a name only, others their whole path.
    """
    params: dict[str, Any] = {
        "place": place.plain,
        "source": source,
        "serial": serial,
        "etag": Ref("save", "etag"),
    }
    return Step(
        id="write",
        why=why,
        call=Local("write", params, keep=("version", "serial")),
        undo=Local("put-back", {"place": place.plain, **saved_by()}),
    )


def saved_by() -> dict[str, Any]:
    """Parameters of actions that need what the step `save` kept."""
    return {"etag": Ref("save", "etag"), "version": Ref("save", "version")}


def save(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Download the present copy to a file that only its owner reads."""
    place = places.of(params)
    hold(context, place)
    copy = history.read(context.aws, place)
    if (copy.etag if copy else "") != params["etag"]:
        raise Refused(
            f"{place} was written after the plan was made; run the command again. Nothing was changed."
        )
    if copy is None:
        return {"version": "", "etag": "", "serial": -1}
    keep_file(context, SAVED, copy.data)
    return {"version": copy.version, "etag": copy.etag, "serial": _serial(copy)}


def saved(context: Context, place: Place, params: Mapping[str, Any]) -> Copy:
    """What the step `save` kept, from the bucket, or from the file if that version is gone by now."""
    etag, version = params["etag"], params.get("version", "")
    copy = history.read(context.aws, place, version) if version else None
    if copy and copy.etag == etag:
        return copy
    path = context.directory / SAVED
    try:
        return Copy(version, etag, path.read_bytes())
    except FileNotFoundError:
        raise Refused(
            f"what {place} was before is gone: neither its version {version or '(unknown)'} nor {path} is "
            f"there; choose another one: `hybrid state versions {place.stack}`"
        ) from None


def write(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Write the state. A repetition fails its condition, and finds what it wanted to write."""
    place, serial = places.of(params), params["serial"]
    hold(context, place)
    body = _source(context, place, params["source"]).written(serial)
    written = _put(context, place, body, params["etag"], {RUN: context.run})
    return {"version": written.version, "serial": serial}


def put_back(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Write the saved copy again, with a higher serial than what replaced it."""
    place = places.of(params)
    present = history.read(context.aws, place)
    if (present.etag if present else "") == params["etag"] or (present and present.undone == context.run):
        return {}
    if present is None or present.run != context.run:
        other = f"the run {present.run}" if present and present.run else "somebody else"
        raise Refused(
            f"{place} was written by {other} since, and stays as it is; see "
            f"`hybrid state versions {place.stack}`"
        )
    hold(context, place)
    if not params["etag"]:
        with judged(f"s3:DeleteObject {place}", context.redactor):
            context.aws.client("s3", place.region).delete_object(Bucket=place.bucket, Key=place.key)
        return {}
    before = saved(context, place, params)
    serial = parse(present.data, str(place)).serial + 1
    try:
        body = parse(before.data, SAVED).written(serial)
    except Refused:
        body = before.data  # what was replaced was no whole state
    marks = {RUN: before.run} if before.run else {}
    _put(context, place, body, present.etag, {**marks, UNDO: context.run})
    return {}


def keep_file(context: Context, name: str, data: bytes) -> Path:
    """A file of the run, whole or not there, for its owner only: a state may hold secrets."""
    context.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, part = context.directory / name, context.directory / f"{name}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def written(outcome: Outcome) -> dict[str, Any] | None:
    """Version and serial that a run wrote; None if it was undone."""
    if outcome.state is not State.DONE:
        return None
    return {name: outcome.answer("write", name) for name in ("version", "serial")}


AS_BEFORE = Conclusion("The state is as it was before.")
"""Of a run that was undone."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


ACTIONS = {"save": save, "write": write, "put-back": put_back}


def _source(context: Context, place: Place, source: Mapping[str, Any]) -> Document:
    if "version" in source:
        return history.document(context.aws, place, source["version"])
    path = context.directory / source["file"]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror})") from None
    if digest(data) != source["sha256"]:
        raise Refused(f"{path} is not what it was when the plan was made; run the command again")
    return parse(data, str(path))


def _put(context: Context, place: Place, body: bytes, etag: str, marks: Mapping[str, str]) -> Copy:
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        with judged(f"s3:PutObject {place}", context.redactor):
            context.aws.client("s3", place.region).put_object(
                Bucket=place.bucket,
                Key=place.key,
                Body=body,
                ContentType="application/json",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=place.kms_key,
                Metadata=dict(marks),
                **condition,
            )
    except CallFailed as error:
        if error.code not in REFUSALS:
            raise
    # Also when it was refused: the answer to an earlier attempt may have been lost.
    found = history.read(context.aws, place)
    if found is None or found.data != body:
        raise Refused(
            f"{place} was written by somebody else in the meantime, past the lock; nothing was replaced"
        )
    return found


def _serial(copy: Copy) -> int:
    try:
        return parse(copy.data, "the present state").serial
    except Refused:
        return -1
