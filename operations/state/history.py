"""Facts: the versions of a state in its bucket, who wrote them, and who holds the lock. Reads only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.engine.redact import Redactor
from operations.engine.retry import CallFailed, Clients, judged
from operations.errors import Refused, UsageError
from operations.state.document import Document, parse
from operations.state.place import Place

SHORTEST = 4
"""Characters of a version's id that name it."""

RUN = "hybrid-run"
"""Metadata of objects that `hybrid state` wrote: the id of the run."""

UNDO = "hybrid-undo"
"""Metadata of a copy that was put back: the id of the run that was undone. The other mark is the copy's,
so that the run which wrote it can be undone as well."""

GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NotFound", "404"})


@dataclass(frozen=True)
class Version:
    """One version of the object. A deleted one has no content."""

    id: str
    at: datetime
    size: int
    latest: bool
    deleted: bool
    etag: str = ""


@dataclass(frozen=True)
class Copy:
    """Content of one version."""

    version: str
    etag: str
    data: bytes
    run: str = ""
    """The run of `hybrid` that wrote it."""

    undone: str = ""
    """The run whose undo put it back."""


@dataclass(frozen=True)
class History:
    """Everything that the bucket knows of one state."""

    place: Place
    versions: tuple[Version, ...]
    """Newest first."""

    locks: tuple[Version, ...]
    """Versions of the lock file, newest first: Terraform deletes it, and the bucket keeps it."""

    @property
    def is_deleted(self) -> bool:
        return bool(self.versions) and self.versions[0].deleted

    def choose(self, wanted: str) -> Version:
        """A version by its id, the beginning of it, `current` or `previous`."""
        there = [one for one in self.versions if not one.deleted]
        # Of a deleted state the version before the deletion is the previous one, and the newest there is.
        words = {"current": there[:1], "previous": [one for one in self.versions[1:] if not one.deleted][:1]}
        found = words.get(wanted)
        if found is None:
            found = [one for one in there if one.id == wanted] or [
                one for one in there if len(wanted) >= SHORTEST and one.id.startswith(wanted)
            ]
        if len(found) == 1:
            return found[0]
        what = (
            f"{len(found)} versions of {self.place} begin" if found else f"no version of {self.place} begins"
        )
        raise UsageError(
            f"{what} with {wanted!r}; `hybrid state versions {self.place.stack}` lists them, and {SHORTEST} "
            "characters or more name one. Nothing was changed."
        )


def gather(aws: Clients, place: Place) -> History:
    """The versions of a state and its lock file; refuses where there was never one."""
    found = find(aws, place)
    if not found.versions:
        raise Refused(f"there is no state at {place}: the stack was never applied. Nothing was changed.")
    return found


def find(aws: Clients, place: Place) -> History:
    """The versions, or none."""
    versions: list[Version] = []
    locks: list[Version] = []
    with judged(f"s3:ListObjectVersions of {place}", Redactor()):
        pages = aws.client("s3", place.region).get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=place.bucket, Prefix=place.key):
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                target = {place.key: versions, place.lock_key: locks}.get(one["Key"])
                if target is not None:
                    target.append(_version(one))
    for found in (versions, locks):
        found.sort(key=lambda one: (one.latest, one.at), reverse=True)
    return History(place, tuple(versions), tuple(locks))


def read(aws: Clients, place: Place, version: str = "") -> Copy | None:
    """The content of a version, or of the present one; None if there is none."""
    options = {"VersionId": version} if version else {}
    try:
        with judged(f"s3:GetObject {place}", Redactor()):
            got = aws.client("s3", place.region).get_object(Bucket=place.bucket, Key=place.key, **options)
            data = got["Body"].read()
    except CallFailed as error:
        if error.code not in GONE:
            raise
        return None
    marks = got.get("Metadata", {})
    return Copy(got.get("VersionId", ""), got["ETag"], data, marks.get(RUN, ""), marks.get(UNDO, ""))


def document(aws: Clients, place: Place, version: str) -> Document:
    """The state in one version."""
    copy = read(aws, place, version)
    if copy is None:
        raise Refused(f"the version {version} of {place} is gone. Nothing was changed.")
    return parse(copy.data, f"version {version} of {place}")


def newest_whole(aws: Clients, history: History) -> Document | None:
    """The newest version that is a state; lineage and serial count on from it."""
    for one in history.versions:
        try:
            if not one.deleted:
                return document(aws, history.place, one.id)
        except Refused:
            continue
    return None


def lock_of(aws: Clients, place: Place, version: str = "") -> dict[str, Any] | None:
    """Terraform's note in the lock file; None if nobody holds it."""
    options = {"VersionId": version} if version else {}
    try:
        with judged(f"s3:GetObject {place.lock_key}", Redactor()):
            got = aws.client("s3", place.region).get_object(
                Bucket=place.bucket, Key=place.lock_key, **options
            )
            data = got["Body"].read()
    except CallFailed as error:
        if error.code not in GONE:
            raise
        return None
    try:
        note = json.loads(data)
    except ValueError:
        note = {}
    return note if isinstance(note, dict) else {}


def writer(aws: Clients, history: History, version: Version) -> str:
    """Who wrote a version: whoever held the lock then, as far as the bucket still has the lock file."""
    second = timedelta(seconds=1)  # S3 tells times by the second
    held = (one for one in history.locks if not one.deleted and one.at <= version.at + second)
    for lock in held:
        until = min((one.at for one in history.locks if one.deleted and one.at >= lock.at), default=None)
        if until is not None and until + second < version.at:
            return ""
        note = lock_of(aws, history.place, lock.id) or {}
        return " ".join(filter(None, [note.get("Who", ""), _operation(note)]))
    return ""


def age(moment: datetime) -> str:
    """`3 d`, `5 h`, `12 min`."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def rows(aws: Clients, history: History, limit: int) -> Iterator[dict[str, Any]]:
    """What `versions` shows, newest first. A version that is no state says so instead of failing."""
    for one in history.versions[:limit]:
        row: dict[str, Any] = {
            "version": one.id,
            "at": one.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "age": age(one.at),
            "current": one.latest,
            "deleted": one.deleted,
            "size": one.size,
            "by": writer(aws, history, one),
        }
        if not one.deleted:
            row |= _content(aws, history.place, one)
        yield row


def _content(aws: Clients, place: Place, version: Version) -> dict[str, Any]:
    try:
        found = document(aws, place, version.id)
    except Refused as error:
        return {"problem": str(error).removesuffix(" Nothing was changed.")}
    return {
        "serial": found.serial,
        "lineage": found.lineage,
        "terraform_version": found.terraform_version,
        "resources": len(found.instances),
    }


def _operation(note: dict[str, Any]) -> str:
    operation = str(note.get("Operation", "")).removeprefix("OperationType").lower()
    return f"({operation})" if operation else ""


def _version(one: dict[str, Any]) -> Version:
    deleted = "Size" not in one
    return Version(
        one["VersionId"],
        one["LastModified"],
        one.get("Size", 0),
        one["IsLatest"],
        deleted,
        one.get("ETag", ""),
    )
