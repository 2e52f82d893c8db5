"""`hybrid db drop` and its guards; those of the final dump are in `test_drop_dumps.py`."""

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


def store_dump(aws: Clients, body: bytes = b"dump") -> None:
    """The object that DUMP names."""
    where: Any = {"LocationConstraint": "ap-northeast-2"}
    aws("s3").create_bucket(Bucket="final-dumps", CreateBucketConfiguration=where)
    aws("s3").put_object(Bucket="final-dumps", Key="fileflow/2026.sql.gz", Body=body)


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


def test_fails_when_the_service_is_running(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    store_dump(aws)
    with world.connect():
        refused = cli("drop", "fileflow", "--final-dump", DUMP, "--confirm", "fileflow", code=3).stderr
    assert "1 open connection; stop the service first" in refused
    assert stands(world)
