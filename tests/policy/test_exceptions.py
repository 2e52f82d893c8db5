"""exceptions.yaml is in order, and entries that are not are refused."""

from datetime import UTC, date, datetime

import pytest

from tests.policy.exceptions import FILE, Entry, Finding, read, stale, unexcepted

TODAY = date(2027, 1, 2)
OWNED = ("CKV", "iam-", "encryption", "tags", "exposure", "deletion-protection")
"""Checks that some test looks for; others would never be stale."""

ENTRY = """
- check: {check}
  resource: "prod/*"
  reason: {reason}
  review: {review}
"""


def entry(
    check: str = "CKV_1", reason: str = "it is fine because of this", review: object = TODAY, more: str = ""
) -> str:
    return ENTRY.format(check=check, reason=reason, review=review) + more


def test_the_file_is_in_order() -> None:
    assert read(FILE.read_text("utf-8"), today=datetime.now(UTC).date())[1] == []


def test_every_check_of_the_file_is_one_of_ours(exceptions: list[Entry]) -> None:
    checks = {check for one in exceptions for check in one.checks}
    assert [check for check in checks if not check.startswith(OWNED)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (entry(review="2027-01-01"), "was to be reviewed on 2027-01-01"),
        (entry(review="soon"), "review is 'soon'; give a date"),
        (entry(review='"2027-05-01"'), "give a date"),
        (entry(reason="accepted"), "the reason 'accepted' explains nothing"),
        (entry(check='""'), "check and resource take a text"),
        (entry(check="[]"), "check and resource take a text"),
        (entry(check="[CKV_1, 7]"), "check and resource take a text"),
        (entry(more="  until: tomorrow"), "has the keys"),
        ("- check: CKV_1\n  resource: x\n  review: 2027-05-01", "has the keys"),
    ],
)
def test_fails_when_an_entry_is_wrong(text: str, why: str) -> None:
    good, [problem] = read(text, today=TODAY)
    assert good == []
    assert why in problem


def test_an_entry_excepts_its_checks_on_its_resources() -> None:
    [good], wrong = read(entry(check="[CKV_1, CKV_2]"), today=TODAY)
    assert wrong == []
    found = [Finding("CKV_1", "prod/a"), Finding("CKV_2", "dev/a", "why"), Finding("CKV_3", "prod/a")]
    assert unexcepted(found, [good]) == ["CKV_2: dev/a: why", "CKV_3: prod/a"]
    [problem] = stale(found, [good], owned=["CKV"])
    assert problem.startswith("CKV_2 on prod/*: nothing to except any more")
    assert stale(found, [good], owned=["iam-"]) == []
