"""What is in use though not `available`, and what RDS refuses meanwhile: waited for, and made again."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from operations.engine.context import Context
from operations.engine.redact import Redactor
from operations.engine.retry import CallFailed, Clients
from operations.local import control
from operations.restore.instances import Instance
from operations.restore.run import discard
from operations.restore.statuses import DOOMED, SERVING
from tests.operations.deploy.world import REGION
from tests.operations.engine.killing import last
from tests.operations.restore.conftest import ENDPOINT, SOURCE, SPEED, Database, host
from tests.operations.restore.test_pitr import copied

NEW = "restored"
CREATING, SETTLING, BACKING_UP = 120, 60, 600
"""Seconds of AWS that a restored instance takes here (moto_extension, rds_states)."""


@pytest.fixture
def backing_up(database: Database) -> Database:
    """With an instance whose first backup has begun; no time passes."""
    control.set_speed(database.emulator, 0)
    at = database.now()
    database.restore(
        NEW, Tags=[{"Key": "RestoredFrom", "Value": f"{SOURCE} at {at}"}], DeletionProtection=True
    )
    control.pass_time(database.emulator, CREATING + SETTLING)
    assert database.describe(NEW)["DBInstanceStatus"] == "backing-up"
    control.forget_calls(database.emulator)
    return database


def restored_at(database: Database) -> str:
    [origin] = [one["Value"] for one in database.describe(NEW)["TagList"] if one["Key"] == "RestoredFrom"]
    return str(origin).rpartition(" ")[2]


def again(database: Database, *more: str) -> list[str]:
    return ["db", "pitr", "--to", restored_at(database), "--target", NEW, "--yes", *more]


@pytest.mark.parametrize(
    "status", ["available", "backing-up", "storage-optimization", "configuring-log-exports"]
)
def test_what_serves(status: str) -> None:
    there = {"DBInstanceStatus": status, "Endpoint": {"Address": "a", "Port": 1}}
    assert Instance(there).serves
    assert not Instance({**there, "Endpoint": {}}).serves, "there is nowhere to connect to yet"
    assert SERVING[status], "each has its reason"


@pytest.mark.parametrize("status", ["creating", "modifying", "rebooting", "upgrading", "stopped", *DOOMED])
def test_what_does_not(status: str) -> None:
    there = {"DBInstanceStatus": status, "Endpoint": {"Address": "a", "Port": 1}}
    assert not Instance(there).serves


def test_the_settings_wait_for_the_first_backup(backing_up: Database) -> None:
    late = backing_up.hybrid(*again(backing_up, "--timeout", "0.1"), code=1)
    assert "settings: " in late.stderr, "the instance serves, so nothing waits for it"
    assert "1  restore" not in late.stderr
    assert "again in 0.5 s: rds:ModifyDBInstance of restored failed" in late.stderr
    assert "InvalidDBInstanceState" in late.stderr
    assert backing_up.writes()["rds:ModifyDBInstance"] > 1

    control.pass_time(backing_up.emulator, BACKING_UP)
    backing_up.hybrid("runs", "resume", last(backing_up.hybrid), "--yes")
    found = backing_up.describe(NEW)
    assert found["MonitoringInterval"] == backing_up.describe()["MonitoringInterval"] == 60
    assert found["BackupRetentionPeriod"] == 7


def test_the_limit_of_the_command_is_that_of_every_wait(database: Database) -> None:
    shown = database.hybrid("db", "pitr", "--to", database.now(), "--target", NEW, "--yes", "--timeout", "90")
    assert shown.returncode == 0
    [planned] = [one for one in database.hybrid.entries() if one["entry"] == "planned"]
    limits = {one["id"]: one["limit_seconds"] for one in _steps(planned["plan"])}
    assert limits == {"restore": 5400.0, "settings": 5400.0}
    assert copied(database.describe(NEW)) == copied(database.describe())


def _steps(plan: Any) -> list[dict[str, Any]]:
    """Steps of a plan in a journal, whose shape is the codec's own."""
    found: list[dict[str, Any]] = []
    waiting = [plan]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found += [one] if "limit_seconds" in one else []
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


def test_services_may_move_to_what_is_backed_up(backing_up: Database) -> None:
    """And back: the daily window is no time without a way back."""
    shown = json.loads(backing_up.hybrid("db", "switch", "--to", NEW, "--dry-run", "--json").stdout)
    assert shown["facts"]["to instance"] == NEW
    for value in (host(SOURCE), host(NEW), "other"):
        backing_up.aws("ssm").put_parameter(Name=ENDPOINT, Value=value, Type="String", Overwrite=True)
    # From `other` the way back is to the value before, the instance that is backed up.
    shown = json.loads(backing_up.hybrid("db", "switch", "--undo", "--dry-run", "--json").stdout)
    assert shown["facts"]["to instance"] == NEW


def test_fails_when_it_does_not_serve_yet(database: Database) -> None:
    control.set_speed(database.emulator, 0)
    database.restore(NEW)
    refused = database.hybrid("db", "switch", "--to", NEW, "--confirm", NEW, code=3)
    assert f"{NEW} is creating; wait for it" in refused.stderr


def context(database: Database, home: Path, seconds: float) -> Context:
    made = Context("run", Clients(database.on.side.account_id), Redactor(), home, {})
    made.deadline = time.monotonic() + seconds
    return made


def test_undo_waits_until_the_instance_can_be_changed(backing_up: Database, tmp_path: Path) -> None:
    params = {"region": REGION, "identifier": NEW, "parameter": ENDPOINT}
    with pytest.raises(CallFailed, match="not in available state"):
        discard(context(backing_up, tmp_path, 2), params)
    refusals = backing_up.writes()["rds:ModifyDBInstance"]
    assert refusals > 1, "the protection could not be lifted, and was tried again"
    assert backing_up.instances() == [NEW, SOURCE]

    control.set_speed(backing_up.emulator, SPEED)
    discard(context(backing_up, tmp_path, 60), params)
    assert backing_up.instances() == [SOURCE]
    assert discard(context(backing_up, tmp_path, 1), params) == {}, "safe to repeat"


def test_undo_removes_what_is_backed_up(database: Database) -> None:
    control.set_speed(database.emulator, 0)
    database.hybrid(
        "db", "pitr", "--to", database.now(), "--target", NEW, "--yes", "--timeout", "0.02", code=1
    )
    control.pass_time(database.emulator, CREATING + SETTLING)
    assert database.describe(NEW)["DBInstanceStatus"] == "backing-up"
    database.hybrid("runs", "undo", last(database.hybrid), "--yes")
    assert database.instances() == [SOURCE]
