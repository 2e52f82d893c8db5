"""Time windows of RDS: when backups and maintenance may run. All in UTC, wrapping at midnight and Sunday."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Protocol

from environments.base import Form
from environments.errors import Finding

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


class HasWindows(Protocol):
    """A model with the two windows of an RDS instance."""

    @property
    def backup_window(self) -> str: ...

    @property
    def maintenance_window(self) -> str: ...


def window_rules(config: HasWindows) -> Iterable[Iterable[Finding]]:
    """What RDS asks of the windows of an instance (RDS user guide, "Maintaining a DB instance")."""
    return (
        _long_enough(config, "backup_window"),
        _long_enough(config, "maintenance_window"),
        _apart(config),
    )


def _long_enough(config: HasWindows, key: str) -> Iterator[Finding]:
    window = getattr(config, key)
    minutes = span(window)[1]
    if minutes < 30:
        yield Finding((key,), f"lasts {minutes} minutes; RDS asks for 30 or more", window)


def _apart(config: HasWindows) -> Iterator[Finding]:
    if overlap(config.backup_window, config.maintenance_window):
        yield Finding(
            ("backup_window",),
            f"overlaps maintenance_window {config.maintenance_window}; move one of them (touching is fine)",
            config.backup_window,
        )


def _share(start: int, length: int, other: int, other_length: int) -> bool:
    return (other - start) % _WEEK_MINUTES < length or (start - other) % _WEEK_MINUTES < other_length


def _week_minute(point: str) -> int:
    day, time = point.split(":", 1)
    return _DAYS.index(day) * _DAY_MINUTES + _day_minute(time)


def _day_minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
