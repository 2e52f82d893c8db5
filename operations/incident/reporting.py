"""What the reading commands show: evidence, verdict, postmortem, list."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean
from typing import Any

from operations.aws import Aws
from operations.console import err, out, print_json
from operations.errors import Breached, HybridError, UsageError
from operations.incident import course, times
from operations.incident import postmortem as paper
from operations.incident import record as recording
from operations.incident import verify as verifying
from operations.incident.durations import overdue
from operations.incident.evidence import collect
from operations.incident.evidence.sources import SOURCES
from operations.incident.evidence.window import Window
from operations.incident.health import Address
from operations.incident.patience import Quick
from operations.incident.record import Record, find, records
from operations.incident.scene import scene_of

BEFORE = timedelta(minutes=15)
"""What led to it is looked at, too."""


@dataclass(frozen=True)
class Asked:
    """Options of `evidence`."""

    since: str | None
    until: str | None
    sources: tuple[str, ...]
    limit: int
    pattern: str


def evidence(incident: str | None, what: Asked, *, dry_run: bool, as_json: bool) -> None:
    """Collect, and say what could be had."""
    unknown = set(what.sources) - {one.name for one in SOURCES}
    if unknown:
        known = ", ".join(one.name for one in SOURCES)
        raise UsageError(f"--source {', '.join(sorted(unknown))}: give some of {known}")
    record = find(incident)
    window = _window(record, what)
    chosen = collect.chosen(what.sources)
    err.print(f"{record.about}, {window.since:%Y-%m-%d %H:%M} to {window.until:%H:%M} UTC", markup=False)
    if dry_run:
        for one in chosen:
            err.print(f"  {one.name}: {one.what} ({one.call})", markup=False)
        return
    pieces = collect.collect(record, scene_of(record), window, chosen)
    for piece in pieces:
        err.print(f"  {piece}", markup=False)
    if as_json:
        print_json({"id": record.id, "pieces": [vars(piece) for piece in pieces]})
    else:
        out.print(str(record.directory / "evidence"), markup=False)
    if all(piece.error for piece in pieces):
        raise HybridError("no evidence could be had; the timeline says why")


def _window(record: Record, what: Asked) -> Window:
    since = times.given(what.since, "--since") if what.since else times.parsed(record.header.began) - BEFORE
    until = times.given(what.until, "--until") if what.until else times.now()
    if since >= until:
        raise UsageError(f"--since {since:%Y-%m-%d %H:%M} is not before --until {until:%Y-%m-%d %H:%M} UTC")
    return Window(since, until, what.limit, what.pattern)


def verify(incident: str | None, seconds: float, at: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Look, note the verdict, and exit with it."""
    record = find(incident)
    scene, address = scene_of(record), _address(at) if at else None

    def look() -> verifying.Verdict:
        aws: Aws = Quick(scene.place.account_id)
        return verifying.look(aws, scene, address)

    verdict = verifying.wait(look, seconds, lambda one: err.print(f"not yet: {one.text}", markup=False))
    if not dry_run:
        record.write("verified", verdict.text, ok=verdict.ok)
    if as_json:
        print_json({"id": record.id, **verdict.describe()})
    for part in verdict.parts:
        err.print(f"{'ok    ' if part.ok else 'NOT OK'}  {part.name}: {part.text}", markup=False)
    if not verdict.ok:
        bad = ", ".join(part.name for part in verdict.parts if not part.ok)
        raise Breached(f"{record.about} is not well: {bad}")


def _address(text: str) -> Address:
    host, _, port = text.partition(":")
    if not host or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise UsageError(f"--at {text}: give HOST or HOST:PORT, such as 127.0.0.1:8443")
    return Address(host, int(port)) if port else Address(host)


def postmortem(incident: str | None, *, check: bool, refuse: bool, as_json: bool) -> None:
    """Write it, or only look how far it is. Without a name, of the newest incident that is closed."""
    closed = (one.id for one in records() if not one.open)
    record = find(incident or next(closed, None))
    path = record.directory / paper.FILE if check else paper.write(record)
    standing = paper.standing_of(record, times.now())
    if not check and standing.finished:
        late = " too late" if overdue(standing.due, standing.present) else ""
        record.write("postmortem", f"the postmortem is written{late}", key="postmortem")
    if as_json:
        summary = course.summary(record, standing.present)
        print_json({"id": record.id, "file": str(path), **summary["postmortem"]})
    else:
        out.print(str(path), markup=False)
    err.print(f"{record.id}: {standing}", markup=False)
    if refuse and standing.overdue:
        raise Breached(f"the postmortem of {record.id} is overdue")


def list_all(*, as_json: bool) -> None:
    """All of them, and the means."""
    present = times.now()
    rows = [course.summary(record, present) for record in records()]
    means = _means(rows)
    if as_json:
        print_json({"incidents": rows, **means})
    else:
        for row in rows:
            place = f"{row['service']} in {row['environment']}"
            out.print(
                f"{row['id']}  {row['severity']}  {row['state']:<6}  {place}: {row['title']}", markup=False
            )
            standing = f"; stands: {', '.join(row['mitigations'])}" if row["mitigations"] else ""
            out.print(f"    postmortem: {row['postmortem']['text']}{standing}", markup=False)
        for name, seconds in means.items():
            if seconds is not None:
                out.print(f"{name.removesuffix('_seconds').upper()} {times.length(seconds)}")
        if not rows:
            out.print(f"no incidents in {recording.INCIDENTS}", markup=False)
    late = [row["id"] for row in rows if row["postmortem"]["overdue"]]
    if late:
        raise Breached(f"overdue postmortems: {', '.join(late)}")


def _means(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Of those that are over."""
    over = [row for row in rows if row["state"] == "closed"]
    recover = [row["seconds_to_recover"] for row in over if row["seconds_to_recover"] is not None]
    acknowledge = [row["seconds_to_acknowledge"] for row in over]
    return {
        "mtta_seconds": round(mean(acknowledge), 1) if acknowledge else None,
        "mttr_seconds": round(mean(recover), 1) if recover else None,
    }
