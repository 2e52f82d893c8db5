"""What is asked for, and what a source found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from operations.aws import Aws
from operations.incident.scene import Scene


@dataclass(frozen=True)
class Window:
    """From when to when, and how much at most of each source."""

    since: datetime
    until: datetime
    limit: int
    pattern: str
    """Filter pattern of CloudWatch Logs."""

    def parts(self, longest: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """The newest part first, for what answers for so long at most."""
        end = self.until
        while end > self.since:
            start = max(self.since, end - longest)
            yield start, end
            end = start


@dataclass(frozen=True)
class Found:
    """What a source has."""

    items: list[Any]
    cut: bool = False
    """There is more: than the limit, or than could be had."""

    note: str = ""

    def noted(self, note: str) -> "Found":
        """With one more note."""
        return replace(self, note="; ".join(one for one in (note, self.note) if one))


@dataclass(frozen=True)
class Source:
    """One kind of evidence: a file of the record."""

    name: str
    what: str
    collect: Callable[[Aws, Scene, Window], Found]
    call: str
    """For messages."""


def some(pages: Iterator[Any], limit: int | None) -> Found:
    """Items up to the limit, and whether there are more. Not one page more is asked for.

    Half of the evidence is better than none: an error after the first item ends it, and is noted.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    items: list[Any] = []
    try:
        for item in pages:
            if len(items) == limit:
                return Found(items, cut=True)
            items.append(item)
    except (BotoCoreError, ClientError) as error:
        if not items:
            raise
        return Found(items, cut=True, note=f"it broke off: {error}")
    return Found(items)
