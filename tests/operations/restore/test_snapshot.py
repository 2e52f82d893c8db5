"""`hybrid db restore-snapshot`: the newest manual one by time, whatever order AWS lists them in."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.errors import Refused
from operations.restore.kept import Snapshot
from operations.restore.sources import choose
from tests.operations.deploy.world import REGION
from tests.operations.engine.killing import killed, last
from tests.operations.restore.conftest import SOURCE, Database
from tests.operations.restore.test_pitr import copied

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def snapshot(name: str, hours_ago: float | None, kind: str = "manual", status: str = "available") -> Snapshot:
    taken = None if hours_ago is None else NOON - timedelta(hours=hours_ago)
    return Snapshot(name, kind, status, taken, SOURCE)


KNOWN = (
    snapshot("being-made", None, status="creating"),
    snapshot("rds:daily", 1, "automated"),
    snapshot("newest", 2),
    snapshot("oldest", 9),
)
"""As `read_snapshots` sorts them."""


@pytest.mark.parametrize(("automatic", "chosen"), [(False, "newest"), (True, "rds:daily")])
def test_the_newest_of_the_kind(automatic: bool, chosen: str) -> None:
    assert choose(SOURCE, KNOWN, automatic=automatic).identifier == chosen


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (KNOWN[:2], "has no available manual snapshot; the newest are: being-made .*--automatic"),
        ((), "the newest are: none"),
    ],
)
def test_fails_when_there_is_none(known: tuple[Snapshot, ...], message: str) -> None:
    with pytest.raises(Refused, match=message):
        choose(SOURCE, known, automatic=False)


def test_the_newest_manual_one_is_restored(database: Database) -> None:
    rds = database.aws("rds")
    for name in ("zz-first", "mm-second", "aa-third"):
        rds.create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier=name)
    before = database.writes()

    database.hybrid("db", "restore-snapshot", "--dry-run")
    assert database.writes() == before
    killed(database.hybrid, "db", "restore-snapshot", "--target", "restored", "--yes", at="between:1")
    database.hybrid("runs", "resume", last(database.hybrid), "--yes")

    found = database.describe("restored")
    assert copied(found) == copied(database.describe())
    tags: dict[str, Any] = {one["Key"]: one["Value"] for one in found["TagList"]}
    assert tags["RestoredFrom"] == f"{SOURCE} snapshot aa-third"
    writes = database.writes()
    assert writes["rds:RestoreDBInstanceFromDBSnapshot"] == 1
    database.hybrid("db", "restore-snapshot", "--target", "restored", "--yes")
    assert database.writes() == writes, "a second complete run writes nothing"


def test_a_named_one_is_restored_whatever_it_is_of(database: Database) -> None:
    rds = database.aws("rds")
    database.create("another", Tags=[{"Key": "Team", "Value": "other"}])
    rds.create_db_snapshot(DBInstanceIdentifier="another", DBSnapshotIdentifier="foreign")
    shown = database.hybrid("db", "restore-snapshot", "foreign", "--dry-run", "--json")
    plan = json.loads(shown.stdout)
    assert plan["facts"]["restored from"] == "another snapshot foreign"
    assert plan["facts"]["target"].startswith("another-snap-")
    assert plan["notes"][0] == f"settings of the new instance: as {SOURCE} has them"
    assert re.fullmatch(rf"foreign is of another \(db-\w+\), not of {SOURCE} \(db-\w+\)", plan["notes"][1])

    [automatic] = [
        one["DBSnapshotIdentifier"]
        for one in rds.describe_db_snapshots(DBInstanceIdentifier=SOURCE)["DBSnapshots"]
        if one["SnapshotType"] == "automated"
    ]
    database.hybrid("db", "restore-snapshot", automatic, "--dry-run")
    refused = database.hybrid("db", "restore-snapshot", "nothing", "--yes", code=3)
    assert f"there is no snapshot nothing in {REGION}; the newest of {SOURCE} are: rds:" in refused.stderr


def test_the_newest_is_not_one_of_an_instance_that_bore_the_name_before(database: Database) -> None:
    rds = database.aws("rds")
    rds.create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier="of-the-old")
    rds.modify_db_instance(DBInstanceIdentifier=SOURCE, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier=SOURCE, SkipFinalSnapshot=True)
    database.create()
    refused = database.hybrid("db", "restore-snapshot", "--yes", code=3)
    assert f"{SOURCE} has no available manual snapshot" in refused.stderr
