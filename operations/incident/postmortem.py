"""The postmortem: what the timeline says is generated, what only people know is never overwritten."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from operations.engine.journal import Entry
from operations.errors import Refused
from operations.incident import times
from operations.incident.durations import Durations, durations, overdue
from operations.incident.evidence.collect import damaged
from operations.incident.mitigation import standing
from operations.incident.record import Record
from operations.incident.severity import RULES, Severity

FILE = "postmortem.md"
BEGIN, END = "<!-- generated: hybrid writes this part anew -->", "<!-- end of the generated part -->"
SECTIONS: Mapping[str, str] = {
    "Impact": "who could not do what, how many, and whether data was lost",
    "Root cause": "what made it possible, not who did it",
    "Improvements in the short term": "what, who, until when",
    "Improvements in the medium term": "what, who, until when",
    "Improvements in the long term": "what, who, until when",
}
"""What people write (operations guide, section 2.4, step 5), and what belongs there."""

_COMMENT = re.compile(r"<!--.*?-->", re.S)


@dataclass(frozen=True)
class Standing:
    """How far a postmortem is."""

    unfinished: tuple[str, ...]
    """Sections that nobody has written."""

    due: datetime | None
    """None: the incident is still open."""

    present: datetime

    @property
    def finished(self) -> bool:
        return self.due is not None and not self.unfinished

    @property
    def overdue(self) -> bool:
        return bool(self.unfinished) and overdue(self.due, self.present)

    def __str__(self) -> str:
        if self.due is None:
            return "the incident is open"
        if self.finished:
            return "written"
        text = f"not written: {', '.join(self.unfinished)}"
        if self.overdue:
            return f"OVERDUE since {self.due:%Y-%m-%d %H:%M:%S} UTC; {text}"
        left = times.length((self.due - self.present).total_seconds())
        return f"due {self.due:%Y-%m-%d %H:%M} UTC, in {left}; {text}"


def standing_of(record: Record, present: datetime) -> Standing:
    """Look at what people wrote so far."""
    path = record.directory / FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return Standing(tuple(unwritten(text)), durations(record.entries()).due, present)


def write(record: Record) -> Path:
    """Write it, or renew its generated part; refuse where nobody can tell what people wrote."""
    path = record.directory / FILE
    former = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        text = renewed(former, generated(record, unwritten(former)))
    except Refused as error:
        raise Refused(f"{path} was left as it is: {error}") from None
    if text != former:
        # Whole or not at all: what people wrote must survive a crash.
        draft = path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def unwritten(text: str) -> list[str]:
    """Sections without a word."""
    own = text.partition(END)[2] if END in text else text
    parts = re.split(r"^## +(.+?) *$", own, flags=re.M)
    bodies = dict(zip(parts[1::2], parts[2::2], strict=True))
    return [name for name in SECTIONS if not _COMMENT.sub("", bodies.get(name, "")).strip()]


def _misplaced(text: str) -> str:
    """What is wrong with the two markers of a document; empty if nothing is."""
    missing = [repr(one) for one in (BEGIN, END) if one not in text]
    if missing:
        return f"it has no {' and no '.join(missing)}"
    twice = [repr(one) for one in (BEGIN, END) if text.count(one) > 1]
    if twice:
        return f"it has {' and '.join(twice)} more than once"
    return "" if text.index(BEGIN) < text.index(END) else f"{END!r} comes before {BEGIN!r}"


def renewed(former: str, part: str) -> str:
    """The document with a new generated part; refused if nobody can tell where the former one is."""
    if former.strip():
        if wrong := _misplaced(former):
            raise Refused(
                f"{wrong}, so what people wrote cannot be told from what is generated. Put {BEGIN!r} on a "
                f"line before the title and {END!r} on a line before '## {next(iter(SECTIONS))}', or move "
                "the file away to get a new one."
            )
        before, after = former.partition(BEGIN)[0], former.partition(END)[2]
        return f"{before}{BEGIN}\n{part}\n{END}{after}"
    sections = "\n".join(f"\n## {name}\n\n<!-- {hint} -->\n" for name, hint in SECTIONS.items())
    return f"{BEGIN}\n{part}\n{END}\n{sections}"


def generated(record: Record, unfinished: Sequence[str]) -> str:
    """What the timeline says, in Markdown."""
    entries = record.entries()
    found, severity, header = durations(entries), record.severity, record.header
    lines = [
        f"# Postmortem: {header.title}",
        "",
        f"- **When**: {_period(found)}",
        f"- **Severity**: {severity} ({RULES[severity].impact})",
        f"- **Service**: {record.about}, {header.region}, account {header.account_id}",
        f"- **Incident**: `{record.id}`, declared by {header.by}",
        f"- **This document is due**: {found.due:%Y-%m-%d %H:%M} UTC"
        if found.due
        else "- **This document is due**: 48 hours after the incident is closed",
        *([f"- **Not written yet**: {', '.join(unfinished)}"] if unfinished else []),
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in figures(found, severity).items()),
        "",
        "## Timeline (UTC)",
        "",
        *_timeline(entries),
        "",
        "## Mitigations that stand",
        "",
        *([f"- {one.action} ({one.run})" for one in standing(entries)] or ["None."]),
        "",
        "## Evidence",
        "",
        *_evidence(record, entries),
    ]
    # A note that quotes a marker must not become one.
    return "\n".join(lines).replace("<!--", "&lt;!--")


def figures(found: Durations, severity: Severity) -> dict[str, str]:
    """Computed durations, in words."""
    allowed = RULES[severity].acknowledge_minutes
    late = f", later than the {allowed} min of {severity}" if found.late_to_acknowledge(severity) else ""
    return {
        "until detected": _length(found.to_detect),
        "until acknowledged (MTTA)": _length(found.to_acknowledge) + late,
        "until mitigated": _length(found.to_mitigate),
        "until recovered (MTTR)": _length(found.to_recover),
    }


def _length(value: timedelta | None) -> str:
    return "not recorded" if value is None else times.length(value.total_seconds())


def _period(found: Durations) -> str:
    began = f"{found.began:%Y-%m-%d %H:%M}"
    if found.recovered is None:
        return f"{began} UTC until now"
    same_day = found.recovered.date() == found.began.date()
    ended = f"{found.recovered:%H:%M}" if same_day else f"{found.recovered:%Y-%m-%d %H:%M}"
    return f"{began} ~ {ended} UTC ({_length(found.to_recover)})"


def _timeline(entries: Sequence[Entry]) -> list[str]:
    """What happened. That the channel was told matters only where it was not."""
    return [
        f"- {times.parsed(one['when']):%Y-%m-%d %H:%M:%S} {_mark(one)}{_line(one['text'])}"
        for one in entries
        if one["entry"] != "told"
    ]


LEADS = {
    "mitigating": "begun: ",
    "mitigated": "done: ",
    "not told": "the channel was not told: ",
    "evidence": "evidence saved: ",
    "verified": "verdict: ",
}
"""What an entry's text leaves to its kind."""


def _mark(entry: Entry) -> str:
    return f"**{entry['mark']}**: " if entry.get("mark") else LEADS.get(entry["entry"], "")


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _evidence(record: Record, entries: Sequence[Entry]) -> list[str]:
    files = [one for entry in entries if entry["entry"] == "evidence" for one in entry["files"]]
    bad = damaged(record)
    lines = [f"- `{one['file']}`, {one['items']} items, sha256 `{one['sha256']}`" for one in files]
    lines += [f"- **{name} is no longer what was collected**" for name in bad]
    return lines or ["None was collected."]
