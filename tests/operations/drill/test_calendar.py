"""When a drill is due, from dates alone."""

from datetime import date

import pytest

from operations.drill.calendar import due, planned


def test_one_in_each_quarter_on_a_second_wednesday() -> None:
    assert planned(2026) == (date(2026, 1, 14), date(2026, 4, 8), date(2026, 7, 8), date(2026, 10, 14))


@pytest.mark.parametrize(
    ("last", "today", "following", "overdue"),
    [
        (None, date(2026, 1, 14), date(2026, 1, 14), False),  # on the day there is still time
        (None, date(2026, 1, 15), date(2026, 1, 14), True),
        (date(2025, 12, 31), date(2026, 1, 13), date(2026, 1, 14), False),
        (date(2025, 12, 31), date(2026, 3, 31), date(2026, 1, 14), True),  # of the quarter before
        (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 8), False),  # any day of the quarter counts
        (date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 13), False),  # over the end of the year
    ],
)
def test_what_is_due(last: date | None, today: date, following: date, overdue: bool) -> None:
    found = due(last, today)
    assert (found.next, found.overdue) == (following, overdue)
