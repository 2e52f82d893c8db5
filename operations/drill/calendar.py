"""When rollback drills are due: once in each quarter (operations guide, 4.2). Pure functions of dates."""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (1, 4, 7, 10)
WEDNESDAY = 2


@dataclass(frozen=True)
class Due:
    """Where a drill stands."""

    last: date | None
    next: date
    overdue: bool


def planned(year: int) -> tuple[date, ...]:
    """The second Wednesdays of a year's quarters; the first ones are those of the recovery drill (4.3)."""
    return tuple(_second_wednesday(date(year, month, 1)) for month in MONTHS)


def due(last: date | None, today: date) -> Due:
    """A drill on any day of a quarter counts for it; without one, the planned day is the last in time."""
    start = _quarter(today)
    if last is not None and last >= start:
        return Due(last, _second_wednesday(_quarter(start + timedelta(days=100))), overdue=False)
    day = _second_wednesday(start)
    return Due(last, day, overdue=today > day)


def _quarter(day: date) -> date:
    return date(day.year, MONTHS[(day.month - 1) // 3], 1)


def _second_wednesday(first: date) -> date:
    return first + timedelta(days=(WEDNESDAY - first.weekday()) % 7 + 7)
