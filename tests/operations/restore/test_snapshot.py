"""`hybrid db restore-snapshot`: the newest manual one by time, whatever order AWS lists them in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.errors import Refused
from operations.restore.asking import choose
from operations.restore.instances import Instance, Snapshot
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

DATABASE = Instance({"DBInstanceIdentifier": SOURCE})


@pytest.mark.parametrize(
    ("named", "automatic", "chosen"),
    [
        (None, False, "newest"),
        (None, True, "rds:daily"),
        ("oldest", False, "oldest"),
        ("rds:daily", False, "rds:daily"),
    ],
)
def test_the_newest_of_the_kind_or_the_named_one(named: str | None, automatic: bool, chosen: str) -> None:
    assert choose(DATABASE, KNOWN, named, automatic=automatic).identifier == chosen


@pytest.mark.parametrize(
    ("known", "named", "message"),
    [
        (KNOWN, "nothing", "has no snapshot nothing; the newest are: being-made"),
        (KNOWN[:2], None, "has no available manual snapshot; .*--automatic"),
        ((), None, "the newest are: none"),
    ],
)
def test_fails_when_there_is_none(known: tuple[Snapshot, ...], named: str | None, message: str) -> None:
    with pytest.raises(Refused, match=message):
        choose(DATABASE, known, named, automatic=False)


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
