"""`hybrid db pitr`: a new instance as the old one is; killed anywhere and resumed, the end is the same."""

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.local import control
from tests.operations.engine.killing import killed, last, points
from tests.operations.engine.secrecy import assert_nowhere, watched
from tests.operations.restore.conftest import ENDPOINT, SOURCE, Database, host

COPIED = (
    "DBInstanceClass",
    "MultiAZ",
    "KmsKeyId",
    "StorageEncrypted",
    "StorageType",
    "BackupRetentionPeriod",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "EnabledCloudwatchLogsExports",
    "IAMDatabaseAuthenticationEnabled",
    "PerformanceInsightsEnabled",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "DeletionProtection",
    "CopyTagsToSnapshot",
    "CACertificateIdentifier",
    "MaxAllocatedStorage",
    "VpcSecurityGroups",
)


def copied(found: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: found.get(key) for key in COPIED},
        "subnets": found["DBSubnetGroup"]["DBSubnetGroupName"],
        "parameters": found["DBParameterGroups"][0]["DBParameterGroupName"],
        "port": found["Endpoint"]["Port"],
    }


def pitr(database: Database, *more: str) -> list[str]:
    return ["db", "pitr", "--to", database.now(), "--target", "restored", *more]


def test_the_new_instance_is_as_the_old_one(database: Database) -> None:
    asked = database.now()
    done = database.hybrid("db", "pitr", "--to", asked, "--yes")

    name = f"{SOURCE}-pitr-{asked.replace('-', '').replace(':', '').lower().rstrip('z')}"
    found = database.describe(name)
    assert copied(found) == copied(database.describe())
    tags = {one["Key"]: one["Value"] for one in found["TagList"]}
    assert tags["Team"] == "platform"
    assert tags["RestoredFrom"] == f"{SOURCE} at {asked}"
    assert database.endpoint() == host(SOURCE), "services are not touched"
    assert f"hybrid db switch --side prod --to {name}" in done.stderr

    writes = database.writes()
    database.hybrid("db", "pitr", "--to", asked, "--yes")
    assert database.writes() == writes, "a second complete run writes nothing"


def test_a_dry_run_writes_nothing(database: Database) -> None:
    shown = database.hybrid(*pitr(database, "--dry-run", "--json"))
    assert [one["id"] for one in json.loads(shown.stdout)["steps"]] == ["restore", "settings"]
    assert database.writes() == {}


@pytest.mark.parametrize("at", points(2, ["between", "after"]))
def test_a_resume_ends_as_an_uninterrupted_run(database: Database, at: str) -> None:
    killed(database.hybrid, *pitr(database, "--yes"), at=at)
    database.hybrid("runs", "resume", last(database.hybrid), "--yes")

    assert database.instances() == ["restored", SOURCE]
    assert copied(database.describe("restored")) == copied(database.describe())
    assert database.writes()["rds:RestoreDBInstanceToPointInTime"] == 1


@pytest.mark.parametrize("kind", ["throttle", "500", "lost"])
def test_passing_faults_are_survived(database: Database, kind: str) -> None:
    for operation in ("rds:RestoreDBInstanceToPointInTime", "rds:ModifyDBInstance"):
        control.inject_fault(database.emulator, kind, operation)
    database.hybrid(*pitr(database, "--yes"))
    assert copied(database.describe("restored")) == copied(database.describe())


@pytest.mark.parametrize("operation", ["rds:RestoreDBInstanceToPointInTime", "rds:ModifyDBInstance"])
def test_expired_credentials_stop_resumably(database: Database, operation: str) -> None:
    control.inject_fault(database.emulator, "expired", operation, count=0)
    failed = database.hybrid(*pitr(database, "--yes"), code=1)
    assert "log in again" in failed.stderr
    control.end_faults(database.emulator)
    database.hybrid("runs", "resume", last(database.hybrid), "--yes")
    assert copied(database.describe("restored")) == copied(database.describe())


def test_fails_when_the_time_is_outside_of_the_window(database: Database) -> None:
    refused = database.hybrid("db", "pitr", "--to", "2026-01-01T00:00:00Z", "--yes", code=3)
    assert f"2026-01-01T00:00:00Z is outside of what {SOURCE} can be restored to" in refused.stderr
    assert database.writes() == {}


def test_undo_removes_it(database: Database) -> None:
    database.hybrid(*pitr(database, "--yes"))
    database.hybrid("runs", "undo", last(database.hybrid), "--yes")
    assert database.instances() == [SOURCE]


def test_fails_when_undo_would_delete_what_services_use(database: Database) -> None:
    database.hybrid(*pitr(database, "--yes"))
    database.aws("ssm").put_parameter(Name=ENDPOINT, Value=host("restored"), Type="String", Overwrite=True)
    refused = database.hybrid("runs", "undo", last(database.hybrid), "--yes", code=3)
    assert "services use it, so it is not deleted" in refused.stderr
    assert database.instances() == ["restored", SOURCE]


def test_the_password_is_set_and_shown_nowhere(database: Database) -> None:
    process = subprocess.Popen(
        database.hybrid.command(*pitr(database, "--yes")),
        env=database.hybrid.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with watched(process) as seen:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert_nowhere(database.hybrid.home, out, err, seen)


def test_latest_is_the_end_of_the_window(database: Database) -> None:
    time.sleep(1)
    database.hybrid("db", "pitr", "--to", "latest", "--target", "restored", "--yes")
    [tag] = [one["Value"] for one in database.describe("restored")["TagList"] if one["Key"] == "RestoredFrom"]
    taken = datetime.fromisoformat(tag.rpartition(" ")[2])
    assert datetime.now(UTC) - taken < timedelta(seconds=30)
