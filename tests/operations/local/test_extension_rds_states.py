"""RDS as the extension makes it: what a restored instance shows, and what may be done to it meanwhile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients
from tests.operations.local.test_extension_rds import code, create, describe

CREATING, SETTLING, BACKING_UP = 120, 60, 600
"""Seconds of AWS, as `rds_states` has them; moto itself is not loaded here."""


@pytest.fixture
def rds(aws: Clients, emulator: Server) -> Any:
    control.set_speed(emulator, 0)
    return aws("rds")


def restore(rds: Any, **more: Any) -> None:
    create(rds)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="source",
        TargetDBInstanceIdentifier="new",
        RestoreTime=datetime.now(UTC),
        **more,
    )


def status(rds: Any) -> tuple[str, bool]:
    found = describe(rds, "new")
    return found["DBInstanceStatus"], "Endpoint" in found


def modify(rds: Any, **more: Any) -> None:
    rds.modify_db_instance(DBInstanceIdentifier="new", ApplyImmediately=True, **more)


def refused(rds: Any) -> str:
    with pytest.raises(ClientError, match="not in available state") as caught:
        modify(rds, MonitoringInterval=0)
    return code(caught)


def test_a_restored_instance_is_backed_up_before_it_can_be_changed(rds: Any, emulator: Server) -> None:
    restore(rds)
    assert status(rds) == ("creating", False)
    assert refused(rds) == "InvalidDBInstanceState"
    control.pass_time(emulator, CREATING)
    assert status(rds) == ("available", True)
    assert refused(rds) == "InvalidDBInstanceState", "it does not always show"
    control.pass_time(emulator, SETTLING)
    assert status(rds) == ("backing-up", True)
    assert refused(rds) == "InvalidDBInstanceState"
    control.pass_time(emulator, BACKING_UP)
    assert status(rds) == ("available", True)
    modify(rds, BackupRetentionPeriod=3)
    assert describe(rds, "new")["BackupRetentionPeriod"] == 3


def test_without_backups_none_is_taken(rds: Any, emulator: Server) -> None:
    create(rds)
    rds.create_db_snapshot(DBInstanceIdentifier="source", DBSnapshotIdentifier="manual")
    rds.modify_db_instance(DBInstanceIdentifier="source", BackupRetentionPeriod=0)
    rds.create_db_snapshot(DBInstanceIdentifier="source", DBSnapshotIdentifier="off")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier="off")
    control.pass_time(emulator, CREATING + SETTLING)
    assert status(rds) == ("available", True)
    modify(rds, MonitoringInterval=0)


@pytest.mark.parametrize("seconds", [0, CREATING, CREATING + SETTLING])
def test_no_snapshot_before_the_first_backup(rds: Any, emulator: Server, seconds: float) -> None:
    restore(rds)
    control.pass_time(emulator, seconds)
    with pytest.raises(ClientError, match="Cannot create a snapshot") as caught:
        rds.create_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier="early")
    assert code(caught) == "InvalidDBInstanceState"
    with pytest.raises(ClientError, match="Cannot create a snapshot"):
        rds.delete_db_instance(DBInstanceIdentifier="new", FinalDBSnapshotIdentifier="last")
    assert describe(rds, "new")["DBInstanceIdentifier"] == "new"


def test_it_can_be_deleted_while_it_is_backed_up(rds: Any, emulator: Server) -> None:
    restore(rds)
    control.pass_time(emulator, CREATING + SETTLING)
    rds.delete_db_instance(DBInstanceIdentifier="new", SkipFinalSnapshot=True)
    assert [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]] == ["source"]


def test_what_was_not_restored_is_available_at_once(rds: Any, emulator: Server) -> None:
    restore(rds)
    assert describe(rds, "source")["DBInstanceStatus"] == "available"
    control.pass_time(emulator, CREATING + SETTLING + BACKING_UP)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="new")
    rds.modify_db_instance(DBInstanceIdentifier="replica", BackupRetentionPeriod=1)
    assert describe(rds, "replica")["DBInstanceStatus"] == "available"
    rds.stop_db_instance(DBInstanceIdentifier="new")
    assert describe(rds, "new")["DBInstanceStatus"] == "stopped"
