"""What may break a policy, where and why: exceptions.yaml, and the verdict on what the audits found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("exceptions.yaml")
KEYS = {"check", "resource", "reason", "review"}


@dataclass(frozen=True, order=True)
class Finding:
    """A resource, as `STACK/CONSTRUCT PATH`, that breaks the rule `check`."""

    check: str
    resource: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.resource}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class Entry:
    """One entry of the file: each of `checks` may fail on whatever matches one of `resources`."""

    checks: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    review: date

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        return ((check, pattern) for check in self.checks for pattern in self.resources)


def read(text: str, *, today: date) -> tuple[list[Entry], list[str]]:
    """The entries that are in order, and what is wrong with the others."""
    good: list[Entry] = []
    wrong: list[str] = []
    for entry in yaml.safe_load(text) or []:
        if problem := _problem(entry, today):
            wrong.append(f"{entry.get('check')} on {entry.get('resource')}: {problem}")
        else:
            names, patterns = _texts(entry["check"]), _texts(entry["resource"])
            good.append(Entry(names, patterns, entry["reason"], entry["review"]))
    return good, wrong


def committed() -> list[Entry]:
    """The entries of exceptions.yaml; test_exceptions.py says what is wrong with it."""
    return read(FILE.read_text("utf-8"), today=datetime.now(UTC).date())[0]


def unexcepted(found: Iterable[Finding], exceptions: Iterable[Entry]) -> list[str]:
    """Findings that no entry excepts, one line each."""
    pairs = [pair for entry in exceptions for pair in entry.pairs]
    return sorted({str(one) for one in found if not any(_matches(one, *pair) for pair in pairs)})


def stale(found: Iterable[Finding], exceptions: Iterable[Entry], *, owned: Iterable[str]) -> list[str]:
    """Patterns that except nothing any more, of the checks that start with one of `owned`."""
    findings = list(found)
    return [
        f"{check} on {pattern}: nothing to except any more; remove it from {FILE.name}"
        for entry in exceptions
        for check, pattern in entry.pairs
        if check.startswith(tuple(owned)) and not any(_matches(one, check, pattern) for one in findings)
    ]


def _matches(finding: Finding, check: str, pattern: str) -> bool:
    return finding.check == check and fnmatchcase(finding.resource, pattern)


def _problem(entry: dict[str, Any], today: date) -> str:
    if set(entry) != KEYS:
        return f"has the keys {sorted(entry)}; give {sorted(KEYS)}"
    if not all((*_texts(entry["check"]), *_texts(entry["resource"]))):
        return "check and resource take a text or a list of texts"
    if len(str(entry["reason"]).split()) < 5:
        return f"the reason {entry['reason']!r} explains nothing; give a sentence"
    if type(entry["review"]) is not date:
        return f"review is {entry['review']!r}; give a date such as 2027-05-01"
    if entry["review"] < today:
        return f"was to be reviewed on {entry['review']}; fix it, or decide again and set a new date"
    return ""


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one if isinstance(one, str) else "" for one in values) or ("",)
