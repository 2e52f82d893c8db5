"""`hybrid db drop` and its guards."""

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest

from operations.local import control
from tests.operations.db.conftest import STANDBY, Cli, World
from tests.operations.local.conftest import Clients

DUMP = "s3://final-dumps/fileflow/2026.sql.gz"
INSTANCE = "ryuqqq-shared-rds"


def store_dump(aws: Clients, body: bytes = b"dump") -> None:
    """The object that DUMP names."""
    where: Any = {"LocationConstraint": "ap-northeast-2"}
    aws("s3").create_bucket(Bucket="final-dumps", CreateBucketConfiguration=where)
    aws("s3").put_object(Bucket="final-dumps", Key="fileflow/2026.sql.gz", Body=body)


def take_snapshot(aws: Clients, name: str, instance: str = INSTANCE) -> None:
    """A manual snapshot of an instance."""
    aws("rds").create_db_instance(
        DBInstanceIdentifier=instance,
        DBInstanceClass="db.t3.medium",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="not-looked-at",
    )
    aws("rds").create_db_snapshot(DBInstanceIdentifier=instance, DBSnapshotIdentifier=name)


def stands(world: World) -> bool:
    """Whether the service's part is whole."""
    facts = world.facts()
    return bool(facts.database and facts.account and facts.secret.exists and not facts.secret.deleted)


def test_everything_goes_and_the_secret_says_where_the_data_is(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    world.provision("orders")
    store_dump(aws)

    done = cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "fileflow", "--json")

    report = json.loads(done.stdout)
    steps = [step["id"] for step in report["steps"]]
    assert steps == ["record-dump", "drop-user", "drop-database", "remove-copies", "delete-secret"]
    assert DUMP in report["notes"][0]
    assert world.engine.run("SELECT 1 FROM mysql.user WHERE user = 'fileflow_prod'") == []
    assert not world.facts().database
    secret = aws("secretsmanager").describe_secret(SecretId="fileflow/prod/database")
    assert {"Key": "final-dump", "Value": DUMP} in secret["Tags"]
    days = (secret["DeletedDate"] - secret["CreatedDate"]).total_seconds() / 86400
    assert 29.9 < days < 30.1
    assert stands_for_orders(world)
    assert cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "fileflow").returncode == 0


def stands_for_orders(world: World) -> bool:
    world.connect("orders").close()
    return True


def test_a_dropped_service_can_be_provisioned_again(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    old = world.secret()["password"]
    store_dump(aws)
    cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "fileflow")

    world.provision()

    world.connect().close()
    assert world.secret()["password"] != old
    assert world.facts().secret.replica_regions == (STANDBY,)
    assert world.provision().steps == ()


def test_a_service_that_left_its_file_can_be_dropped(world: World, cli: Cli, aws: Clients) -> None:
    world.provision("orders")  # the committed files know no such service
    store_dump(aws)

    cli("drop", "orders", "--final-dump", DUMP, "--confirm", "orders")

    assert not world.facts("orders").database


def test_yes_alone_is_not_enough(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    store_dump(aws)

    assert "--confirm fileflow" in cli("drop", "fileflow", "--final-dump", DUMP, "--yes", code=3).stderr
    cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "filefow", code=2)
    cli("drop", "fileflow", "--confirm", "fileflow", code=2)
    assert stands(world)


@pytest.mark.parametrize(("answer", "code"), [("filefow", 3), ("y", 3), ("fileflow", 0)])
def test_the_name_must_be_typed(world: World, cli: Cli, aws: Clients, answer: str, code: int) -> None:
    world.provision()
    store_dump(aws)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "operations", "db", "drop", "fileflow", "--final-dump", DUMP]
    with subprocess.Popen(
        command, env=cli.environment, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        assert process.wait(timeout=60) == code
    os.close(ours)
    os.close(theirs)
    assert stands(world) == (code != 0)


def test_dry_run_deletes_nothing(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    store_dump(aws)
    control.forget_calls(world.emulator)

    shown = cli("drop", "fileflow", "--final-dump", DUMP, "--dry-run").stderr

    assert "DROP DATABASE IF EXISTS `fileflow_prod`" in shown
    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert stands(world)


@pytest.mark.parametrize(
    ("dump", "refusal"),
    [
        ("s3://final-dumps/nothing", (3, "does not exist")),
        ("s3://no-such-bucket/x", (3, "does not exist")),
        ("s3://final-dumps", (2, "s3://bucket/key")),
        ("s3://final-dumps/empty", (3, "is empty")),
        ("no-such-snapshot", (3, "no such snapshot")),
        ("of-another", (3, "is of another-rds, not of ryuqqq-shared-rds")),
        ("../../etc/passwd", (2, "a snapshot's identifier")),
        ("", (2, "a snapshot's identifier")),
    ],
)
def test_fails_when_the_dump_is_not_there(
    world: World, cli: Cli, aws: Clients, dump: str, refusal: tuple[int, str]
) -> None:
    world.provision()
    store_dump(aws)
    aws("s3").put_object(Bucket="final-dumps", Key="empty", Body=b"")
    take_snapshot(aws, "of-another", "another-rds")

    code, said = refusal
    refused = cli("drop", "fileflow", "--final-dump", dump, "--confirm", "fileflow", code=code).stderr

    assert said in refused
    assert stands(world)


def test_a_manual_snapshot_is_a_final_dump(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    take_snapshot(aws, "fileflow-final")

    done = cli("drop", "fileflow", "--final-dump", "fileflow-final", "--confirm", "fileflow")

    assert f"final dump: fileflow-final (snapshot of {INSTANCE}, 20 GiB" in done.stderr
    assert not world.facts().database


def test_fails_when_the_snapshot_is_automatic(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    take_snapshot(aws, "any")
    automatic = aws("rds").describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    assert automatic, "the embedded AWS takes one with each instance"
    name = automatic[0]["DBSnapshotIdentifier"]

    refused = cli("drop", "fileflow", "--final-dump", name, "--confirm", "fileflow", code=3).stderr

    assert "automatic" in refused
    assert stands(world)


def test_fails_when_the_service_is_running(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    store_dump(aws)
    with world.connect():
        refused = cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "fileflow", code=3).stderr
    assert "1 open connection; stop the service first" in refused
    assert stands(world)
