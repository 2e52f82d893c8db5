"""RDS as the extension makes it: windows, identity, insights, replicas across regions, parameter groups."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

SEOUL, TOKYO = "ap-northeast-2", "ap-northeast-1"
SETTINGS = {
    "Engine": "mysql",
    "EngineVersion": "8.4",
    "DBInstanceClass": "db.t3.medium",
    "AllocatedStorage": 100,
    "MasterUsername": "admin",
    "MasterUserPassword": "not-a-secret",
    "BackupRetentionPeriod": 7,
}
MAINTENANCE = "sun:04:00-sun:05:00"
ROLE = "arn:aws:iam::123456789012:role/monitoring"


def create(rds: Any, name: str = "source", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = rds.create_db_instance(DBInstanceIdentifier=name, **SETTINGS, **more)["DBInstance"]
    return made


def describe(rds: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def make_group(rds: Any, name: str) -> None:
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="mysql8.4", Description="d"
    )


def replicate(rds: Any, source: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier=source, **more
    )["DBInstance"]
    return made


def code(caught: "pytest.ExceptionInfo[ClientError]") -> str:
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("backup", ["03:00-04:00", "05:00-06:00"])
def test_windows_may_touch(aws: Clients, backup: str) -> None:
    made = create(aws("rds"), PreferredBackupWindow=backup, PreferredMaintenanceWindow=MAINTENANCE)
    assert made["PreferredBackupWindow"] == backup


@pytest.mark.parametrize("backup", ["03:00-04:01", "04:30-04:45", "04:59-06:00"])
def test_fails_when_windows_overlap(aws: Clients, backup: str) -> None:
    with pytest.raises(ClientError, match="must not overlap"):
        create(aws("rds"), PreferredBackupWindow=backup, PreferredMaintenanceWindow=MAINTENANCE)


def test_each_instance_has_a_resource_id_of_its_own(aws: Clients) -> None:
    rds = aws("rds")
    ids = {create(rds, name)["DbiResourceId"] for name in ("one", "two")}
    assert len(ids) == 2
    for resource_id in ids:
        found = rds.describe_db_instances(Filters=[{"Name": "dbi-resource-id", "Values": [resource_id]}])
        assert [item["DbiResourceId"] for item in found["DBInstances"]] == [resource_id]


def test_performance_insights_are_remembered(aws: Clients) -> None:
    rds = aws("rds")
    assert create(rds)["PerformanceInsightsEnabled"] is False
    asked = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": "arn:aws:kms:r:1:key/k"}
    rds.modify_db_instance(DBInstanceIdentifier="source", **asked)
    found = describe(rds, "source")
    assert found["PerformanceInsightsEnabled"] is True
    assert found["PerformanceInsightsKMSKeyId"] == "arn:aws:kms:r:1:key/k"
    assert found["PerformanceInsightsRetentionPeriod"] == 7

    rds.modify_db_instance(DBInstanceIdentifier="source", EnablePerformanceInsights=False)
    found = describe(rds, "source")
    assert found["PerformanceInsightsEnabled"] is False
    assert "PerformanceInsightsRetentionPeriod" not in found

    made = create(rds, "two", PerformanceInsightsRetentionPeriod=731, **asked)
    assert made["PerformanceInsightsRetentionPeriod"] == 731


def test_the_certificate_authority_is_rds_own_unless_named(aws: Clients) -> None:
    rds = aws("rds")
    assert create(rds)["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    named = create(rds, "two", CACertificateIdentifier="rds-ca-ecc384-g1")
    assert named["CACertificateIdentifier"] == "rds-ca-ecc384-g1"


def test_a_replica_abroad_is_an_instance_of_its_own(aws: Clients) -> None:
    seoul, tokyo = aws("rds", SEOUL), aws("rds", TOKYO)
    make_group(seoul, "source")
    source = create(
        seoul,
        MultiAZ=True,
        DeletionProtection=True,
        CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=True,
        EnablePerformanceInsights=True,
        EnableCloudwatchLogsExports=["error"],
        MonitoringInterval=60,
        MonitoringRoleArn=ROLE,
        DBParameterGroupName="source",
        Tags=[{"Key": "Side", "Value": "source"}],
    )

    made = replicate(tokyo, source["DBInstanceArn"], EnableCloudwatchLogsExports=["error", "slowquery"])

    assert made["DBInstanceArn"] == f"arn:aws:rds:{TOKYO}:123456789012:db:replica"
    assert made["Endpoint"]["Address"].endswith(f".{TOKYO}.rds.amazonaws.com")
    assert made["AvailabilityZone"].startswith(TOKYO)
    assert made["ReadReplicaSourceDBInstanceIdentifier"] == source["DBInstanceArn"]
    assert made["DbiResourceId"] != source["DbiResourceId"]
    assert made["DBParameterGroups"][0]["DBParameterGroupName"].startswith("default.mysql")
    assert made["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
    for switch in ("MultiAZ", "DeletionProtection", "CopyTagsToSnapshot", "PerformanceInsightsEnabled"):
        assert made[switch] is False, switch
    assert made["IAMDatabaseAuthenticationEnabled"] is False
    assert made["BackupRetentionPeriod"] == made["MonitoringInterval"] == 0
    assert "MonitoringRoleArn" not in made
    assert made["TagList"] == []
    assert (made["AllocatedStorage"], made["Engine"]) == (100, "mysql")
    after = describe(seoul, "source")
    assert after["ReadReplicaDBInstanceIdentifiers"] == [made["DBInstanceArn"]]
    assert after["EnabledCloudwatchLogsExports"] == ["error"]
    assert after["TagList"] == source["TagList"]


def test_a_replica_at_home_keeps_the_parameter_group(aws: Clients) -> None:
    rds = aws("rds")
    make_group(rds, "g")
    create(rds, DBParameterGroupName="g")
    made = replicate(rds, "source")
    assert made["DBParameterGroups"][0]["DBParameterGroupName"] == "g"
    assert made["ReadReplicaSourceDBInstanceIdentifier"] == "source"
    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)
    assert describe(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == []


def test_promotion_cuts_both_ends(aws: Clients) -> None:
    seoul, tokyo = aws("rds", SEOUL), aws("rds", TOKYO)
    before = replicate(tokyo, create(seoul)["DBInstanceArn"])

    tokyo.promote_read_replica(DBInstanceIdentifier="replica", BackupRetentionPeriod=3)

    promoted = describe(tokyo, "replica")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted
    assert promoted["BackupRetentionPeriod"] == 3
    assert promoted["DbiResourceId"] == before["DbiResourceId"]
    assert describe(seoul, "source")["ReadReplicaDBInstanceIdentifiers"] == []


def test_promotion_works_without_the_source(aws: Clients) -> None:
    seoul, tokyo = aws("rds", SEOUL), aws("rds", TOKYO)
    replicate(tokyo, create(seoul)["DBInstanceArn"])
    seoul.delete_db_instance(DBInstanceIdentifier="source", SkipFinalSnapshot=True)
    tokyo.promote_read_replica(DBInstanceIdentifier="replica")
    assert describe(tokyo, "replica")["BackupRetentionPeriod"] == 1  # AWS's default


def test_fails_when_what_is_promoted_is_no_replica(aws: Clients) -> None:
    rds = aws("rds")
    create(rds)
    with pytest.raises(ClientError) as caught:
        rds.promote_read_replica(DBInstanceIdentifier="source")
    assert code(caught) == "InvalidDBInstanceState"
    with pytest.raises(ClientError) as caught:
        rds.promote_read_replica(DBInstanceIdentifier="nobody")
    assert code(caught) == "DBInstanceNotFound"


def test_deleting_a_replica_abroad(aws: Clients) -> None:
    seoul, tokyo = aws("rds", SEOUL), aws("rds", TOKYO)
    replicate(tokyo, create(seoul)["DBInstanceArn"])
    with pytest.raises(ClientError, match="can not be specified when deleting a replica instance"):
        tokyo.delete_db_instance(DBInstanceIdentifier="replica", FinalDBSnapshotIdentifier="last")

    tokyo.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)

    assert tokyo.describe_db_instances()["DBInstances"] == []
    assert describe(seoul, "source")["ReadReplicaDBInstanceIdentifiers"] == []


def test_a_protected_replica_stays_a_replica(aws: Clients) -> None:
    rds = aws("rds")
    create(rds)
    replicate(rds, "source", DeletionProtection=True)
    with pytest.raises(ClientError, match="protected"):
        rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)
    assert describe(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == ["replica"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"BackupRetentionPeriod": 0}, "InvalidDBInstanceState"),
        ({"StorageEncrypted": True}, "InvalidParameterCombination"),
    ],
)
def test_fails_when_the_source_cannot_be_replicated(
    aws: Clients, settings: dict[str, Any], expected: str
) -> None:
    seoul = aws("rds", SEOUL)
    seoul.create_db_instance(DBInstanceIdentifier="source", **SETTINGS | settings)
    with pytest.raises(ClientError) as caught:
        replicate(aws("rds", TOKYO), f"arn:aws:rds:{SEOUL}:123456789012:db:source")
    assert code(caught) == expected


def test_parameters_say_that_a_user_set_them(aws: Clients) -> None:
    rds = aws("rds")
    make_group(rds, "g")
    wanted = [
        {"ParameterName": name, "ParameterValue": "1", "ApplyMethod": "immediate"}
        for name in ("slow_query_log", "general_log")
    ]
    rds.modify_db_parameter_group(DBParameterGroupName="g", Parameters=wanted)

    def names(**more: str) -> list[str]:
        found = rds.describe_db_parameters(DBParameterGroupName="g", **more)["Parameters"]
        return [item["ParameterName"] for item in found if item["Source"] == "user"]

    assert names() == names(Source="user") == ["slow_query_log", "general_log"]
    assert names(Source="engine-default") == []
    rds.reset_db_parameter_group(DBParameterGroupName="g", Parameters=wanted[:1])
    assert names() == ["general_log"]
    rds.reset_db_parameter_group(DBParameterGroupName="g", ResetAllParameters=True)
    assert names() == []
    with pytest.raises(ClientError) as caught:
        rds.reset_db_parameter_group(DBParameterGroupName="nobody", ResetAllParameters=True)
    assert code(caught) == "DBParameterGroupNotFound"
