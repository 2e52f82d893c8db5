"""One change that breaks the failover or the copying, and what `hybrid dr audit` must say of it."""

import pytest

from environments.schema import Fleet
from operations.dr.audit.blocks import Stacks
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit
from tests.operations.dr import breaks_alarms, breaks_cdn, breaks_copying, breaks_failover
from tests.operations.dr.breaking import Break, broken

TABLES = {
    "records": breaks_failover.RECORDS,
    "checks": breaks_failover.CHECKS,
    "CDN": breaks_cdn.READS,
    "rights": breaks_copying.RIGHTS,
    "objects": breaks_copying.OBJECTS,
    "alarms": breaks_alarms.ALARMS,
}
CASES = [
    pytest.param(change, text, id=f"{table}, {what}")
    for table, cases in TABLES.items()
    for what, change, text in cases
]


@pytest.mark.parametrize(("change", "text"), CASES)
def test_a_broken_failover_is_a_gap(fleet: Fleet, stacks: Stacks, change: Break, text: str) -> None:
    said = gap_lines(audit(fleet, broken(stacks, change)))
    assert [line for line in said if text in line], said


def test_several_at_once_are_each_named(fleet: Fleet, stacks: Stacks) -> None:
    """One gap must not hide the others."""
    chosen = {
        "records": "no name of the standby",
        "checks": "outvoted",
        "CDN": "no CDN",
        "rights": "no policy",
        "objects": "gone after a day",
        "alarms": "actions off, lag",
    }
    cases = [
        (change, text)
        for table, wanted in chosen.items()
        for what, change, text in TABLES[table]
        if what == wanted
    ]
    assert len(cases) == len(chosen)
    said = "\n".join(gap_lines(audit(fleet, broken(stacks, *(change for change, _ in cases)))))
    assert [text for _, text in cases if text not in said] == []
