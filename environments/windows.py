"""Time windows of RDS: when backups and maintenance may run. All in UTC, wrapping at midnight and Sunday."""

from typing import Annotated

from environments.base import Form

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = rf"({'|'.join(_DAYS)})"
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = len(_DAYS) * _DAY_MINUTES

DailyWindow = Annotated[
    str, Form(rf"{_TIME}-{_TIME}", "a daily window in UTC, hours and minutes", "03:00-04:00")
]
WeeklyWindow = Annotated[
    str, Form(rf"{_DAY}:{_TIME}-{_DAY}:{_TIME}", "a weekly window in UTC, with days", "sun:04:00-sun:05:00")
]


def span(window: str) -> tuple[int, int]:
    """First minute (of the day or week) and length in minutes."""
    first, last = window.split("-")
    if first[:3] in _DAYS:
        start, end = _week_minute(first), _week_minute(last)
        return start, (end - start) % _WEEK_MINUTES
    start, end = _day_minute(first), _day_minute(last)
    return start, (end - start) % _DAY_MINUTES


def overlap(daily: str, weekly: str) -> bool:
    """Whether the two share a minute; windows that only touch do not."""
    start, length = span(daily)
    other, other_length = span(weekly)
    return any(_share(day * _DAY_MINUTES + start, length, other, other_length) for day in range(len(_DAYS)))


def _share(start: int, length: int, other: int, other_length: int) -> bool:
    return (other - start) % _WEEK_MINUTES < length or (start - other) % _WEEK_MINUTES < other_length


def _week_minute(point: str) -> int:
    day, time = point.split(":", 1)
    return _DAYS.index(day) * _DAY_MINUTES + _day_minute(time)


def _day_minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
