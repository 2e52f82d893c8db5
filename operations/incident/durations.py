"""What a timeline amounts to: when it began, was noticed, taken up, mitigated and over. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.engine.journal import Entry
from operations.errors import HybridError
from operations.incident import times
from operations.incident.severity import RULES, Severity

POSTMORTEM_WITHIN = timedelta(hours=48)
"""After the end (operations guide, section 2.4, step 5)."""


@dataclass(frozen=True)
class Durations:
    """Points in time; None: not yet, or nobody said so."""

    began: datetime
    detected: datetime | None
    acknowledged: datetime
    mitigated: datetime | None
    recovered: datetime | None
    closed: datetime | None

    @property
    def to_detect(self) -> timedelta | None:
        return self.detected - self.began if self.detected else None

    @property
    def to_acknowledge(self) -> timedelta:
        """From when somebody could have known: MTTA is the mean of these."""
        return self.acknowledged - (self.detected or self.began)

    @property
    def to_mitigate(self) -> timedelta | None:
        return self.mitigated - self.began if self.mitigated else None

    @property
    def to_recover(self) -> timedelta | None:
        """How long users suffered: MTTR is the mean of these."""
        return self.recovered - self.began if self.recovered else None

    @property
    def due(self) -> datetime | None:
        """When the postmortem has to be written."""
        return self.closed + POSTMORTEM_WITHIN if self.closed else None

    def late_to_acknowledge(self, severity: Severity) -> bool:
        """Whether nobody took it up in the time that its severity allows."""
        return self.to_acknowledge > timedelta(minutes=RULES[severity].acknowledge_minutes)


def durations(entries: Sequence[Entry]) -> Durations:
    """What people marked counts before what commands noted."""
    closed = _last(entries, "closed")
    began, opened = _first(entries, "began"), _first(entries, "opened")
    if began is None or opened is None:
        raise HybridError("the timeline is damaged: it says neither when it began nor when it was declared")
    return Durations(
        began=_marked(entries, "began") or began,
        detected=_marked(entries, "detected") or _first(entries, "detected"),
        acknowledged=_marked(entries, "acknowledged") or opened,
        mitigated=_marked(entries, "mitigated") or _first(entries, "mitigated"),
        recovered=_marked(entries, "recovered") or _verified(entries) or closed,
        closed=closed,
    )


def overdue(due: datetime | None, present: datetime) -> bool:
    """At the very second it is still in time."""
    return due is not None and present > due


def _first(entries: Sequence[Entry], kind: str) -> datetime | None:
    return next((times.parsed(one["when"]) for one in entries if one["entry"] == kind), None)


def _last(entries: Sequence[Entry], kind: str) -> datetime | None:
    return _first(entries[::-1], kind)


def _marked(entries: Sequence[Entry], mark: str) -> datetime | None:
    """The newest mark: a correction comes later."""
    written = sorted((one for one in entries if one.get("mark") == mark), key=lambda one: str(one["at"]))
    return times.parsed(written[-1]["when"]) if written else None


def _verified(entries: Sequence[Entry]) -> datetime | None:
    """The first good verdict after the last bad one, or after the last mitigation."""
    found = None
    for entry in entries:
        if entry["entry"] in ("mitigating", "mitigated") or (
            entry["entry"] == "verified" and not entry["ok"]
        ):
            found = None
        elif entry["entry"] == "verified" and found is None:
            found = times.parsed(entry["when"])
    return found
