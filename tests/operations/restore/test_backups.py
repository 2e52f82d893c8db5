"""`hybrid db backup check`: each objective is missed once; what cannot be seen is missed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from environments.loader import load_fleet
from operations.restore.backups import BackupFacts, checks
from operations.restore.instances import Instance
from operations.restore.kept import Snapshot, Window
from operations.restore.side import find_side
from tests.operations.restore.conftest import REPLICA, SOURCE, STANDBY, Database

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = NOW - timedelta(days=90)


def instance(**more: Any) -> Instance:
    found = {
        "DBInstanceIdentifier": SOURCE,
        "DBInstanceStatus": "available",
        "BackupRetentionPeriod": 7,
        "PreferredBackupWindow": "03:00-04:00",
        "StorageEncrypted": True,
        "InstanceCreateTime": CREATED,
    }
    return Instance({**found, **more})


GOOD = BackupFacts(
    side=find_side(load_fleet(), "prod"),
    instance=instance(),
    window=Window(NOW - timedelta(days=7), NOW - timedelta(minutes=4)),
    snapshots=(Snapshot("rds:daily", "automated", "available", NOW - timedelta(hours=8), SOURCE),),
    copy=instance(DBInstanceIdentifier=REPLICA),
    now=NOW,
)


def missed(**changes: Any) -> list[str]:
    return [one.name for one in checks(replace(GOOD, **changes)) if not one.met]


def window(days: float, minutes: float) -> Window:
    return Window(NOW - timedelta(days=days), NOW - timedelta(minutes=minutes))


def taken(hours: float, **more: Any) -> tuple[Snapshot, ...]:
    one = Snapshot("rds:daily", "automated", "available", NOW - timedelta(hours=hours), SOURCE)
    return (replace(one, **more),)


def test_all_is_met() -> None:
    assert missed() == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"instance": instance(BackupRetentionPeriod=0)}, ["backups", "retention"]),
        ({"instance": instance(BackupRetentionPeriod=6)}, ["retention"]),
        ({"instance": instance(PreferredBackupWindow="05:00-06:00")}, ["backup window"]),
        ({"instance": instance(StorageEncrypted=False)}, ["encryption"]),
        ({"window": window(7, 15)}, []),
        ({"window": window(7, 15.1)}, ["latest restorable time"]),
        ({"window": window(5, 4)}, ["earliest restorable time"]),
        ({"window": None}, ["latest restorable time", "earliest restorable time"]),
        ({"snapshots": taken(26)}, []),
        ({"snapshots": taken(26.1)}, ["automatic snapshot"]),
        ({"snapshots": taken(1, kind="manual")}, ["automatic snapshot"]),
        ({"snapshots": taken(1, status="creating")}, ["automatic snapshot"]),
        ({"snapshots": ()}, ["automatic snapshot"]),
        ({"copy": None}, ["other region"]),
        ({"copy": instance(DBInstanceStatus="stopped")}, ["other region"]),
        ({"copy": instance(DBInstanceStatus="backing-up")}, []),
        ({"copy": instance(DBInstanceStatus="storage-optimization")}, []),
        ({"copy": instance(BackupRetentionPeriod=1)}, ["other region"]),
        # A young instance cannot have a whole week yet.
        (
            {
                "instance": instance(InstanceCreateTime=NOW - timedelta(hours=1)),
                "window": window(0.01, 1),
                "snapshots": (),
            },
            [],
        ),
    ],
)
def test_what_is_missed(changes: Mapping[str, Any], names: list[str]) -> None:
    assert missed(**changes) == names


def test_the_command_reads_live_settings(database: Database) -> None:
    database.aws("rds", STANDBY).create_db_instance_read_replica(
        DBInstanceIdentifier=REPLICA,
        SourceDBInstanceIdentifier=database.describe()["DBInstanceArn"],
        KmsKeyId=database.key(STANDBY),
    )
    database.aws("rds", STANDBY).modify_db_instance(DBInstanceIdentifier=REPLICA, BackupRetentionPeriod=7)
    writes = database.writes()
    done = database.hybrid("db", "backup", "check", "--json")
    assert json.loads(done.stdout)["ok"] is True
    database.aws("rds").modify_db_instance(DBInstanceIdentifier=SOURCE, BackupRetentionPeriod=3)
    short = database.hybrid("db", "backup", "check", code=4)
    assert "MISSED retention: 3 days; wanted: 7 days or more" in short.stdout
    assert database.writes() == {**writes, "rds:ModifyDBInstance": 2}
