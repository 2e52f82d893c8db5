"""RDS as the extension makes it: restore windows, and restored instances with what was asked for only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients
from tests.operations.local.test_extension_rds import code, create, describe, make_group

ROLE = "arn:aws:iam::123456789012:role/monitoring"


@pytest.fixture
def rds(aws: Clients) -> Any:
    return aws("rds")


def source(rds: Any, **more: Any) -> dict[str, Any]:
    make_group(rds, "group")
    return create(
        rds,
        MultiAZ=True,
        DeletionProtection=True,
        DBParameterGroupName="group",
        EnableCloudwatchLogsExports=["error"],
        EnableIAMDatabaseAuthentication=True,
        MonitoringInterval=60,
        MonitoringRoleArn=ROLE,
        CopyTagsToSnapshot=True,
        Tags=[{"Key": "Team", "Value": "platform"}],
        **more,
    )


def backups(rds: Any, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rds.describe_db_instance_automated_backups(**asked)[
        "DBInstanceAutomatedBackups"
    ]
    return found


def test_backups_say_what_can_be_restored(rds: Any) -> None:
    made = source(rds)
    [backup] = backups(rds, DBInstanceIdentifier="source")
    window = backup["RestoreWindow"]
    assert abs(window["EarliestTime"] - made["InstanceCreateTime"]) < timedelta(seconds=2)
    assert abs(window["LatestTime"] - datetime.now(UTC)) < timedelta(seconds=10)
    assert (backup["Status"], backup["BackupRetentionPeriod"]) == ("active", 7)
    assert backup["DbiResourceId"] == made["DbiResourceId"]


def test_an_instance_without_backups_has_none(rds: Any) -> None:
    create(rds, "off", **{})
    rds.modify_db_instance(DBInstanceIdentifier="off", BackupRetentionPeriod=0, ApplyImmediately=True)
    assert backups(rds) == []
    with pytest.raises(ClientError) as caught:
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="off", TargetDBInstanceIdentifier="new", UseLatestRestorableTime=True
        )
    assert code(caught) == "PointInTimeRestoreNotEnabled"


def delete(rds: Any, name: str = "source") -> None:
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)


def test_backups_outlive_a_deleted_instance(rds: Any) -> None:
    made = create(rds)
    delete(rds)
    deleted = datetime.now(UTC)
    [kept] = backups(rds, Filters=[{"Name": "status", "Values": ["retained"]}])
    assert (kept["Status"], kept["DBInstanceIdentifier"]) == ("retained", "source")
    assert kept["DbiResourceId"] == made["DbiResourceId"]
    assert kept["DBInstanceAutomatedBackupsArn"].endswith(f":auto-backup:ab-{made['DbiResourceId'][3:]}")
    assert (kept["MasterUsername"], kept["Port"]) == ("admin", 3306)
    assert kept["RestoreWindow"]["LatestTime"] <= deleted, "nothing was written since"
    assert backups(rds, Filters=[{"Name": "status", "Values": ["active"]}]) == []


def test_backups_are_told_apart_where_names_are_used_again(rds: Any) -> None:
    first = create(rds)
    delete(rds)
    second = create(rds)
    assert [one["Status"] for one in backups(rds, DBInstanceIdentifier="source")] == ["active", "retained"]
    for made, status in ((first, "retained"), (second, "active")):
        [found] = backups(rds, DbiResourceId=made["DbiResourceId"])
        assert (found["DbiResourceId"], found["Status"]) == (made["DbiResourceId"], status)


def test_backups_are_gone_with_the_instance_if_nobody_keeps_them(rds: Any) -> None:
    create(rds)
    rds.delete_db_instance(DBInstanceIdentifier="source", SkipFinalSnapshot=True)
    assert backups(rds) == []


@pytest.mark.parametrize("named", ["SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn"])
def test_a_deleted_instance_is_restored_of_what_was_retained(rds: Any, named: str) -> None:
    made = create(rds, StorageEncrypted=True, KmsKeyId="arn:aws:kms:r:1:key/k")
    delete(rds)
    [kept] = backups(rds)
    by = {name.removeprefix("Source"): value for name, value in kept.items()}
    ask = {
        "SourceDbiResourceId": by["DbiResourceId"],
        "SourceDBInstanceAutomatedBackupsArn": by["DBInstanceAutomatedBackupsArn"],
    }
    time = kept["RestoreWindow"]["LatestTime"]
    with pytest.raises(ClientError, match="must be within"):
        rds.restore_db_instance_to_point_in_time(
            TargetDBInstanceIdentifier="new", RestoreTime=time + timedelta(hours=1), **{named: ask[named]}
        )
    rds.restore_db_instance_to_point_in_time(
        TargetDBInstanceIdentifier="new", RestoreTime=time, **{named: ask[named]}
    )
    found = describe(rds, "new")
    assert (found["KmsKeyId"], found["MasterUsername"]) == (made["KmsKeyId"], "admin")
    assert found["DbiResourceId"] != made["DbiResourceId"]


def test_fails_when_nothing_was_retained(rds: Any) -> None:
    create(rds)
    delete(rds)
    with pytest.raises(ClientError) as caught:
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="source",
            TargetDBInstanceIdentifier="new",
            UseLatestRestorableTime=True,
        )
    assert code(caught) == "DBInstanceNotFound", "a deleted instance has no name any more"
    with pytest.raises(ClientError) as caught:
        rds.restore_db_instance_to_point_in_time(
            SourceDbiResourceId="db-NOTHING", TargetDBInstanceIdentifier="new", UseLatestRestorableTime=True
        )
    assert code(caught) == "DBInstanceAutomatedBackupNotFound"


@pytest.mark.parametrize("offset", [timedelta(days=-1), timedelta(hours=1)])
def test_fails_when_the_time_is_outside_of_the_window(rds: Any, offset: timedelta) -> None:
    source(rds)
    with pytest.raises(ClientError, match="must be within"):
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="source",
            TargetDBInstanceIdentifier="new",
            RestoreTime=datetime.now(UTC) + offset,
        )


def restored(rds: Any, way: str, **more: Any) -> dict[str, Any]:
    if way == "time":
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="source",
            TargetDBInstanceIdentifier="new",
            RestoreTime=datetime.now(UTC),
            **more,
        )
    else:
        rds.create_db_snapshot(DBInstanceIdentifier="source", DBSnapshotIdentifier="manual")
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier="new", DBSnapshotIdentifier="manual", **more
        )
    return describe(rds, "new")


@pytest.mark.parametrize("way", ["time", "snapshot"])
def test_a_restore_gives_what_nobody_asked_for_its_defaults(rds: Any, way: str) -> None:
    made = source(rds)
    found = restored(rds, way)
    assert found["DbiResourceId"] != made["DbiResourceId"]
    assert (
        found["MultiAZ"] is found["DeletionProtection"] is found["IAMDatabaseAuthenticationEnabled"] is False
    )
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == "default.mysql8"
    assert found.get("EnabledCloudwatchLogsExports", []) == found["TagList"] == []
    assert found["MonitoringInterval"] == 0
    assert found["BackupRetentionPeriod"] == 7
    assert "ReadReplicaSourceDBInstanceIdentifier" not in found


@pytest.mark.parametrize("way", ["time", "snapshot"])
def test_a_restore_gives_what_is_asked_for(rds: Any, aws: Clients, way: str) -> None:
    source(rds)
    vpc = aws("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = aws("ec2").create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    found = restored(
        rds,
        way,
        MultiAZ=True,
        DBParameterGroupName="group",
        VpcSecurityGroupIds=[group],
        EnableCloudwatchLogsExports=["error", "slowquery"],
        EnableIAMDatabaseAuthentication=True,
        DeletionProtection=True,
        Tags=[{"Key": "Team", "Value": "data"}],
    )
    assert (
        found["MultiAZ"] is found["DeletionProtection"] is found["IAMDatabaseAuthenticationEnabled"] is True
    )
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == "group"
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [group]
    assert found["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
    assert found["TagList"] == [{"Key": "Team", "Value": "data"}]
