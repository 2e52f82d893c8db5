"""Points in time, UTC, as people give and read them."""

import re
from datetime import UTC, datetime, timedelta

from operations.errors import UsageError

_AGO = re.compile(r"(\d+)\s*([smhd])(?:\s+ago)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

Moment = str
"""As records write it: `2026-11-23T08:05:07.000Z`."""


def now() -> datetime:
    return datetime.now(UTC)


def moment(at: datetime) -> Moment:
    """A time as records write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(text: Moment) -> datetime:
    """A time of a record."""
    return datetime.fromisoformat(text)


def given(text: str, option: str) -> datetime:
    """What a person typed: `14:30`, `2026-11-23T14:30Z`, or `15m` or `15m ago` for that long ago. Never in
    the future."""
    present = now()
    try:
        found = _read(text.strip(), present)
    except (OverflowError, ValueError):
        found = None
    if found is None:
        raise UsageError(
            f"{option} {text}: not a time; use 14:30 (UTC), 2026-11-23T14:30Z or 15m for 15 minutes ago"
        )
    if found > present:
        raise UsageError(f"{option} {text}: is in the future; it is {present:%Y-%m-%d %H:%M} UTC now")
    return found


def _read(text: str, present: datetime) -> datetime | None:
    if match := _AGO.fullmatch(text):
        return present - timedelta(**{_UNITS[match[2]]: int(match[1])})
    if match := _CLOCK.fullmatch(text):
        at = present.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        # Shortly after midnight people still talk of the evening.
        return at if at <= present else at - timedelta(days=1)
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def length(seconds: float) -> str:
    """`45 min`, `1 h 05 min`, `20 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
