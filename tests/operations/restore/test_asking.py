"""What is refused before anything is done, and the names of new instances."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from environments.loader import load_fleet
from operations.errors import Refused, UsageError
from operations.restore.asking import data_check, parse_time
from operations.restore.facts import RestoreFacts, Wanted
from operations.restore.instances import Instance
from operations.restore.kept import Snapshot, Window
from operations.restore.plan import plan_restore, target_name
from operations.restore.side import find_side
from tests.operations.restore.conftest import SOURCE

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CA = Path(__file__)


def instance(name: str = SOURCE, **more: Any) -> Instance:
    found = {
        "DBInstanceIdentifier": name,
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t3.medium",
        "MasterUsername": "admin",
        "BackupRetentionPeriod": 7,
        "Endpoint": {"Address": f"{name}.example.com", "Port": 3306},
    }
    return Instance({**found, **more})


FACTS = RestoreFacts(
    side=find_side(load_fleet(), "prod"),
    source=instance(),
    window=Window(NOON - timedelta(days=7), NOON),
    secret_arn="arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:master",  # noqa: S106
)
TAGS = [{"Key": "RestoredFrom", "Value": f"{SOURCE} at 2026-11-23T12:00:00Z"}, {"Key": "aws:x", "Value": "y"}]


@pytest.mark.parametrize("text", ["2026-11-23T08:05:07", "2026-11-23", "yesterday", "1764000000"])
def test_fails_when_a_time_is_not_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"say which zone|write a time like"):
        parse_time(text)


def test_any_zone_becomes_utc() -> None:
    assert parse_time("2026-11-23T21:00:00+09:00") == NOON == parse_time("2026-11-23T12:00:00Z")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM x", "give one SELECT"),
        ("SELECT 1; DROP TABLE x", "give one SELECT"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "INTO writes"),
        ("", "give one SELECT"),
    ],
)
def test_fails_when_a_check_is_no_read(query: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        data_check(query, None, CA, None, None)


def test_fails_when_there_is_an_expectation_alone_or_no_authority() -> None:
    with pytest.raises(UsageError, match="--expect 3 needs --check"):
        data_check(None, "3", CA, None, None)
    with pytest.raises(UsageError, match="needs the certificate authorities"):
        data_check("SELECT 1", None, Path("missing.pem"), None, None)


def test_fails_when_the_side_is_unknown() -> None:
    with pytest.raises(UsageError, match="published for prod or dr"):
        find_side(load_fleet(), "dev")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (SOURCE, f"{SOURCE}-pitr-20261123t120000"),
        (f"{SOURCE}-pitr-20261001t000000", f"{SOURCE}-pitr-20261123t120000"),
        ("a" * 63, "a" * 42 + "-pitr-20261123t120000"),
    ],
)
def test_a_name_says_what_it_holds(source: str, name: str) -> None:
    assert target_name(source, NOON) == name
    assert len(name) <= 63


@pytest.mark.parametrize("seconds", [-604_801, 1])
def test_fails_when_the_time_is_outside_of_the_window(seconds: int) -> None:
    with pytest.raises(Refused, match="is outside of what"):
        plan_restore(FACTS, Wanted(NOON + timedelta(seconds=seconds)))


def test_the_ends_of_the_window_can_be_restored() -> None:
    for seconds in (-604_800, 0):
        assert plan_restore(FACTS, Wanted(NOON + timedelta(seconds=seconds))).steps


def test_fails_when_there_are_no_backups() -> None:
    with pytest.raises(Refused, match="has no automated backups"):
        plan_restore(replace(FACTS, window=None), Wanted(NOON))


@pytest.mark.parametrize("name", ["Capitals", "a--b", "9a", "a_b", "a-", "x" * 64])
def test_fails_when_rds_would_not_take_the_name(name: str) -> None:
    with pytest.raises(Refused, match="use lower-case letters"):
        plan_restore(FACTS, Wanted(NOON, name))


def test_fails_when_the_name_is_taken_by_something_else() -> None:
    with pytest.raises(Refused, match="choose another name"):
        plan_restore(replace(FACTS, target=instance("other")), Wanted(NOON, "other"))


def test_fails_when_the_snapshot_is_not_ready() -> None:
    with pytest.raises(Refused, match="one is creating"):
        plan_restore(FACTS, Wanted(Snapshot("one", "manual", "creating", None, SOURCE)))


def test_what_is_there_already_is_not_done_again() -> None:
    there = instance("other", TagList=TAGS)
    assert plan_restore(replace(FACTS, target=there), Wanted(NOON, "other")).steps == ()
    unset = instance("other", TagList=TAGS, BackupRetentionPeriod=1)
    assert [one.id for one in plan_restore(replace(FACTS, target=unset), Wanted(NOON, "other")).steps] == [
        "settings"
    ]
    begun = instance("other", TagList=TAGS, DBInstanceStatus="creating", BackupRetentionPeriod=1)
    plan = plan_restore(replace(FACTS, target=begun), Wanted(NOON, "other"))
    assert [(one.id, one.call is None) for one in plan.steps] == [("restore", True), ("settings", False)]
