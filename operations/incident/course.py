"""From declaring to closing: what the commands write, whom they tell, and when they refuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from operations.console import err
from operations.errors import Refused, UsageError
from operations.incident import postmortem, times, webhook
from operations.incident.durations import durations
from operations.incident.mitigation import Action, standing
from operations.incident.record import Header, Record, create, fresh_id, records, who
from operations.incident.scene import Scene, scene_of
from operations.incident.severity import RULES, Severity


@dataclass(frozen=True)
class Opening:
    """What a person declares."""

    title: str
    severity: Severity
    began: datetime
    detected: datetime | None


def declare(at: Scene, what: Opening, *, dry_run: bool, another: bool) -> Record | None:
    """Open a record and tell everybody. A second one of the same service is most likely a mistake."""
    _check(what)
    same = [one for one in records() if one.open and one.about == str(at.place)]
    if same and not another:
        raise Refused(
            f"{same[0].id} of {at.place} is open: {same[0].header.title}. Add to it with `hybrid incident "
            "note`, or use --another if this is not the same trouble. Nothing was written."
        )
    rules = RULES[what.severity]
    err.print(f"{what.severity}: {rules.impact}", markup=False)
    err.print(
        f"call {rules.who}; acknowledge in {rules.acknowledge_minutes} min, "
        f"tell every {rules.update_minutes} min",
        markup=False,
    )
    if dry_run:
        return None
    opened = times.now()
    header = Header(
        id=fresh_id(at.place.service, at.place.environment, opened),
        title=what.title,
        service=at.place.service,
        environment=at.place.environment,
        region=at.place.region,
        account_id=at.place.account_id,
        opened=times.moment(opened),
        began=times.moment(what.began),
        by=who(),
    )
    record = create(header, what.severity, detected=what.detected)
    tell(record, f"declared; users suffer since {what.began:%H:%M} UTC", at)
    return record


def tell(record: Record, text: str, at: Scene | None = None) -> None:
    """Tell the channel. That nobody could be told is said, and nothing else happens."""
    if why := webhook.tell((at or scene_of(record)).fleet, record, text):
        err.print(f"note: the channel could not be told: {why}", markup=False)


def worsen(record: Record, severity: Severity, text: str) -> None:
    """Another severity, upwards or downwards."""
    before = record.severity
    if before is severity:
        raise UsageError(f"--severity {severity}: {record.id} is {severity} already; nothing was written")
    record.write("severity", f"{before} becomes {severity}: {text}", severity=severity)
    tell(record, f"{before} becomes {severity}: {text}")


def obstacles(record: Record) -> list[str]:
    """What speaks against closing."""
    entries = record.entries()
    found = [
        f"the mitigation {one.action} stands: `hybrid incident revert {one.action}`"
        for one in standing(entries)
        if one.action is not Action.ROLLBACK  # a good end in itself
    ]
    verdicts = [one for one in entries if one["entry"] == "verified"]
    if not verdicts:
        found.append("nobody has verified that it is over: `hybrid incident verify`")
    elif not verdicts[-1]["ok"]:
        found.append(f"the last verdict was bad: {verdicts[-1]['text']}")
    return found


def close(record: Record, *, recovered: datetime | None, anyway: str | None, dry_run: bool) -> None:
    """End it, and begin the 48 hours of the postmortem."""
    if not record.open:
        err.print(f"{record.id} is closed already", markup=False)
        return
    against = obstacles(record)
    if against and anyway is None:
        text = "\n".join(f"  {one}" for one in against)
        raise Refused(
            f"{record.id} is not closed:\n{text}\nOr close it with --anyway REASON. Nothing was written."
        )
    if recovered and recovered < times.parsed(record.header.began):
        raise UsageError(f"--recovered {recovered:%H:%M}: users suffered from {record.header.began} on")
    if dry_run:
        return
    if recovered:
        record.write("note", "users are served again", when=recovered, mark="recovered")
    reason = f"closed although {'; '.join(against)}. Reason: {anyway}" if against else "closed"
    record.write("closed", reason, key="closed")
    found = durations(record.entries())
    try:
        postmortem.write(record)
    except Refused as error:  # it is over all the same
        err.print(f"note: {error}", markup=False)
    length = times.length((found.to_recover or timedelta()).total_seconds())
    due = f"{found.due:%Y-%m-%d %H:%M}" if found.due else ""
    tell(record, f"over after {length}; the postmortem is due {due} UTC")


def summary(record: Record, present: datetime) -> dict[str, Any]:
    """One incident for `list`."""
    entries = record.entries()
    found = durations(entries)
    paper = postmortem.standing_of(record, present)
    return {
        "id": record.id,
        "severity": record.severity.value,
        "state": "open" if record.open else "closed",
        "title": record.header.title,
        "service": record.header.service,
        "environment": record.header.environment,
        "began": times.moment(found.began),
        "recovered": times.moment(found.recovered) if found.recovered else None,
        "seconds_to_acknowledge": found.to_acknowledge.total_seconds(),
        "seconds_to_recover": found.to_recover.total_seconds() if found.to_recover is not None else None,
        "mitigations": [one.action.value for one in standing(entries)],
        "postmortem": {
            "due": times.moment(paper.due) if paper.due else None,
            "unfinished": list(paper.unfinished),
            "overdue": paper.overdue,
            "text": str(paper),
        },
    }


def _check(what: Opening) -> None:
    if not what.title.strip():
        raise UsageError("an incident needs a title: what do users see?")
    if what.detected and what.detected < what.began:
        raise UsageError(
            f"--detected {what.detected:%H:%M} is before --since {what.began:%H:%M}: "
            "it was noticed after it began"
        )
