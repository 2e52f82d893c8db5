"""A lost instance: restored of what outlived it, as configuration declares it, and switched to."""

import json
from typing import Any

import pytest

from environments.loader import load_fleet
from operations.errors import Refused
from operations.local import control
from operations.paths import PROJECT_ROOT
from operations.restore.declared import declared
from operations.restore.kept import Retained
from operations.restore.likeness import settings, surroundings
from operations.restore.side import Platform, find_side
from operations.restore.sources import chosen
from tests.operations.deploy.world import REGION
from tests.operations.engine.killing import killed, last
from tests.operations.restore.conftest import REPLICA, SOURCE, STANDBY, Database, DatabaseService, host

NEW, FINAL = "restored", f"{SOURCE}-final"
ROLE = "arn:aws:iam::123456789012:role/ryuqqq/shared/ryuqqq-shared-rds-monitoring"
SYNTHESIZED = PROJECT_ROOT / "tests/synth/__snapshots__/test_snapshots"


@pytest.fixture
def lost(database: Database) -> Database:
    database.lose()
    control.forget_calls(database.emulator)
    return database


def pitr(*more: str) -> list[str]:
    return ["db", "pitr", "--to", "latest", "--source", SOURCE, "--target", NEW, *more]


def snapshot(*more: str) -> list[str]:
    return ["db", "restore-snapshot", FINAL, "--target", NEW, *more]


def check_declared(database: Database, key: str) -> None:
    """The new instance is what `shared` declares, with data, user and key of the lost one."""
    found, config = database.describe(NEW), load_fleet().shared.database
    assert found["DBInstanceClass"] == config.instance_class
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == SOURCE
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [database.group]
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == f"{SOURCE}-mysql8-4"
    assert (found["Endpoint"]["Port"], found["StorageType"]) == (3306, "gp3")
    assert found["MultiAZ"] is found["DeletionProtection"] is found["StorageEncrypted"] is True
    assert found["IAMDatabaseAuthenticationEnabled"] is found["PerformanceInsightsEnabled"] is True
    assert (found["KmsKeyId"], found["PerformanceInsightsKMSKeyId"]) == (key, key)
    assert found["BackupRetentionPeriod"] == config.backup_retention_days
    assert found["PreferredBackupWindow"] == config.backup_window
    assert found["EnabledCloudwatchLogsExports"] == [*config.log_exports]
    assert (found["MonitoringInterval"], found["MonitoringRoleArn"]) == (60, ROLE)
    assert found["MasterUsername"] == "platform_admin"
    tags = {one["Key"]: one["Value"] for one in found["TagList"]}
    assert load_fleet().shared.required_tags.items() <= tags.items()


@pytest.mark.parametrize("way", ["backups", "snapshot"])
def test_it_is_restored_and_services_move_to_it(
    database: Database, services: dict[str, DatabaseService], way: str
) -> None:
    before = {name: one.started() for name, one in services.items()}
    key = database.describe()["KmsKeyId"]
    database.lose()
    database.hybrid(*(pitr("--yes") if way == "backups" else snapshot("--yes")))
    check_declared(database, key)
    [origin] = [one["Value"] for one in database.describe(NEW)["TagList"] if one["Key"] == "RestoredFrom"]
    assert origin.startswith(f"{SOURCE} at 20" if way == "backups" else f"{SOURCE} snapshot {FINAL}")

    database.hybrid("db", "switch", "--to", NEW, "--confirm", NEW)
    assert database.endpoint() == host(NEW)
    assert all(one.started() > before[name] for name, one in services.items())
    [page] = (database.hybrid.home / "runs").glob("*/terraform.md")
    assert "-before" not in page.read_text(), "there is no old instance to rename"
    assert f"Terraform would make an empty `{SOURCE}`" in page.read_text()


def test_the_plan_says_where_each_setting_came_from(lost: Database) -> None:
    shown = json.loads(lost.hybrid(*pitr("--dry-run", "--json")).stdout)
    [restore, settle] = [one["does"]["params"] for one in shown["steps"]]
    [kept] = lost.aws("rds").describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert restore["SourceDBInstanceAutomatedBackupsArn"] == kept["DBInstanceAutomatedBackupsArn"]
    assert "SourceDBInstanceIdentifier" not in restore
    assert shown["facts"]["backups"] == kept["DBInstanceAutomatedBackupsArn"]

    first, *origins = shown["notes"][:-1]
    assert first.startswith(f"{SOURCE} is gone; the new instance is as configuration declares it")
    said = {one.split(" ")[0]: origin for line in origins for origin, one in _each(line)}
    sent = {*restore, *settle["settings"]} - {
        "SourceDBInstanceAutomatedBackupsArn",
        "TargetDBInstanceIdentifier",
        "RestoreTime",
    }
    assert set(said) == sent, "every setting, and nothing else"
    assert said["DBInstanceClass"] == said["MultiAZ"] == said["Tags"] == "environments/shared.yaml"
    assert said["VpcSecurityGroupIds"] == "found in EC2 by the name that the stack gives it"
    assert said["PerformanceInsightsKMSKeyId"] == "the key of the backup"
    assert lost.writes() == {}
    assert lost.hybrid(*pitr("--dry-run")).stderr.count("note: environments/shared.yaml: ") == 1


def _each(line: str) -> list[tuple[str, str]]:
    origin, _, each = line.partition(": ")
    return [(origin, one) for one in each.split(", ")]


def test_a_resume_ends_as_an_uninterrupted_run(database: Database) -> None:
    key = database.describe()["KmsKeyId"]
    database.lose()
    killed(database.hybrid, *pitr("--yes"), at="between:1")
    database.hybrid("runs", "resume", last(database.hybrid), "--yes")
    check_declared(database, key)
    assert database.writes()["rds:RestoreDBInstanceToPointInTime"] == 1


def test_fails_without_a_name_and_says_what_is_kept(lost: Database) -> None:
    refused = lost.hybrid("db", "pitr", "--to", "latest", "--yes", code=3)
    assert "no instance in ap-northeast-2 has that address" in refused.stderr
    assert f"that --source can name: {SOURCE}, 20" in refused.stderr
    assert "restored by its own name: hybrid db restore-snapshot NAME" in refused.stderr
    refused = lost.hybrid("db", "restore-snapshot", "--yes", code=3)
    assert f"{SOURCE} is gone; name the snapshot to restore" in refused.stderr
    assert FINAL in refused.stderr
    wrong = lost.hybrid("db", "restore-snapshot", FINAL, "--source", "nobody", "--yes", code=3)
    assert f"there is no instance nobody in {REGION}, and {FINAL} is of {SOURCE}" in wrong.stderr
    late = lost.hybrid("db", "pitr", "--to", "2026-01-01T00:00:00Z", "--source", SOURCE, "--yes", code=3)
    assert f"is outside of what {SOURCE} can be restored to: 20" in late.stderr
    nobody = lost.hybrid("db", "pitr", "--to", "latest", "--source", "nobody", "--yes", code=3)
    assert "there is no instance nobody in ap-northeast-2, and there are no backups of one" in nobody.stderr
    assert lost.writes() == {}


def test_fails_when_the_security_group_is_gone(lost: Database) -> None:
    lost.aws("ec2").delete_security_group(GroupId=lost.group)
    refused = lost.hybrid(*pitr("--yes"), code=3)
    assert f"must be the one named {SOURCE}-access in vpc-" in refused.stderr
    assert "found: none" in refused.stderr


def retained(name: str, id_: str) -> Retained:
    return Retained({"DBInstanceIdentifier": name, "DBInstanceAutomatedBackupsArn": f"arn:aws:rds:r:1:{id_}"})


def test_backups_of_the_same_name_are_told_apart_by_their_arn() -> None:
    kept = (retained("one", "ab-1"), retained("twice", "ab-2"), retained("twice", "ab-3"))
    assert chosen(kept, "one", "gone").arn == "arn:aws:rds:r:1:ab-1"
    assert chosen(kept, "arn:aws:rds:r:1:ab-3", "gone").arn == "arn:aws:rds:r:1:ab-3"
    with pytest.raises(Refused, match=r"2 deleted instances were named twice; .*ab-2.*ab-3"):
        chosen(kept, "twice", "gone")
    with pytest.raises(Refused, match="gone; backups of deleted instances that --source can name: none"):
        chosen((), "one", "gone")


@pytest.mark.parametrize(
    ("name", "identifier", "region"), [("prod", SOURCE, REGION), ("dr", REPLICA, STANDBY)]
)
def test_what_is_declared_is_what_the_stack_makes(
    lost: Database, name: str, identifier: str, region: str
) -> None:
    """The names and settings here are those of the construct, as it was synthesized last."""
    side = find_side(load_fleet(), name)
    if name == "dr":
        lost.aws("ssm", region).put_parameter(Name=side.parameter("port"), Value="3306", Type="String")
        lost.aws("ec2", region).create_security_group(GroupName=f"{identifier}-access", Description="d")
    on = Platform(load_fleet(), lost.on.aws, side)
    instance, _ = declared(on, identifier, {"MasterUsername": "admin", "KmsKeyId": "key"})
    made: dict[str, Any] = {**surroundings(instance, ""), **settings(instance)}
    resources = json.loads((SYNTHESIZED / f"test_stack[{side.stack}].json").read_text())["resource"]
    [database] = resources["aws_db_instance"].values()
    [subnets] = resources["aws_db_subnet_group"].values()
    [parameters] = resources["aws_db_parameter_group"].values()
    roles = [one for one in resources["aws_iam_role"].values() if one["name"].endswith("-rds-monitoring")]
    groups = {one["name"] for one in resources["aws_security_group"].values()}
    assert f"{identifier}-access" in groups
    assert made["DBSubnetGroupName"] == subnets["name"]
    assert made["DBParameterGroupName"] == parameters["name"]
    assert made["MonitoringRoleArn"].endswith(f":role{roles[0]['path']}{roles[0]['name']}")
    pairs = {
        "DBInstanceClass": "instance_class",
        "MultiAZ": "multi_az",
        "PubliclyAccessible": "publicly_accessible",
        "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
        "StorageType": "storage_type",
        "CopyTagsToSnapshot": "copy_tags_to_snapshot",
        "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
        "DeletionProtection": "deletion_protection",
        "BackupRetentionPeriod": "backup_retention_period",
        "PreferredBackupWindow": "backup_window",
        "PreferredMaintenanceWindow": "maintenance_window",
        "MonitoringInterval": "monitoring_interval",
        "EnablePerformanceInsights": "performance_insights_enabled",
        "PerformanceInsightsRetentionPeriod": "performance_insights_retention_period",
        "CACertificateIdentifier": "ca_cert_identifier",
        "MaxAllocatedStorage": "max_allocated_storage",
    }
    for ours, theirs in pairs.items():
        # A replica takes the kind of its storage from its source.
        if theirs in database or ours != "StorageType":
            assert made.get(ours) == database.get(theirs), ours
    assert [*made["EnableCloudwatchLogsExports"]] == database["enabled_cloudwatch_logs_exports"]
    assert made["Port"] == database["port"]
    checked = {*pairs, "EnableCloudwatchLogsExports", "Port", "DBSubnetGroupName", "DBParameterGroupName"}
    others = {"MonitoringRoleArn", "VpcSecurityGroupIds", "PerformanceInsightsKMSKeyId", "Tags"}
    assert set(made) <= checked | others, "a new setting is compared, too"
