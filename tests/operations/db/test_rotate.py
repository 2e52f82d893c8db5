"""`hybrid db rotate`: new passwords under a running service."""

import pymysql
import pytest

from operations.db import rotation
from operations.errors import Refused
from operations.local import control
from tests.operations.db.conftest import Cli, World
from tests.operations.local.conftest import Clients


def test_connections_live_on_and_new_ones_use_the_new_password(world: World, cli: Cli) -> None:
    world.provision()
    old = world.secret()["password"]
    with world.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE work (id INT)")

        done = cli("rotate", "fileflow", "--yes")

        cursor.execute("INSERT INTO work VALUES (1)")
        cursor.execute("SELECT * FROM work")
        assert cursor.fetchall() == ((1,),)
    new = world.secret()["password"]
    assert new != old
    assert old not in done.stdout + done.stderr
    assert new not in done.stdout + done.stderr
    assert "restart the tasks of fileflow" in done.stderr
    world.connect().close()


def test_secret_keeps_the_former_version_and_has_nothing_pending(world: World, aws: Clients) -> None:
    world.provision()
    old = world.secret()["password"]

    world.rotate()

    assert world.secret(stage="AWSPREVIOUS")["password"] == old
    stages = aws("secretsmanager").describe_secret(SecretId="fileflow/prod/database")["VersionIdsToStages"]
    current = [set(labels) for labels in stages.values() if "AWSCURRENT" in labels]
    assert len(current) == 1
    assert {"AWSPENDING"} not in [set(labels) for labels in stages.values()]
    assert world.provision().steps == ()


def test_old_password_works_until_it_is_discarded_where_the_server_keeps_two(world: World) -> None:
    world.provision()
    old = world.secret()["password"]
    world.rotate()
    if not world.facts().server.dual_passwords:  # MariaDB
        with pytest.raises(pymysql.OperationalError, match="Access denied"):
            world.connect(password=old)
        assert world.run(rotation.discard_old).steps == ()
        return
    world.connect(password=old).close()
    world.connect().close()
    with pytest.raises(Refused, match="--discard-old"):
        world.rotate()

    assert world.run(rotation.discard_old).steps[0].id == "discard-old-password"

    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        world.connect(password=old)
    world.connect().close()
    assert world.run(rotation.discard_old).steps == ()
    world.rotate()


def test_discard_waits_for_the_end_of_an_interrupted_rotation(world: World, aws: Clients) -> None:
    world.provision()
    if not world.facts().server.dual_passwords:
        assert world.run(rotation.discard_old).steps == ()
        return
    world.rotate()
    aws("secretsmanager").put_secret_value(
        SecretId="fileflow/prod/database", SecretString="{}", VersionStages=["AWSPENDING"]
    )
    with pytest.raises(Refused, match="finish the rotation first"):
        world.run(rotation.discard_old)


def test_rights_stay_as_they_are(world: World) -> None:
    world.provision()
    world.engine.run("GRANT SELECT ON *.* TO fileflow_prod")

    world.rotate()

    assert (account := world.facts().account)
    assert [str(grant) for grant in account.grants.extra] == ["SELECT ON *.*"]


def test_dry_run_changes_no_password(world: World, cli: Cli) -> None:
    world.provision()
    old = world.secret()["password"]
    control.forget_calls(world.emulator)

    shown = cli("rotate", "fileflow", "--dry-run").stderr

    assert "ALTER USER 'fileflow_prod'@'%' IDENTIFIED BY '<password>'" in shown
    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert world.secret()["password"] == old
    world.connect().close()


def test_fails_when_there_is_nothing_to_rotate(world: World, cli: Cli) -> None:
    refused = cli("rotate", "fileflow", "--yes", code=3).stderr

    assert "hybrid db provision fileflow --env prod" in refused
    assert not world.facts().secret.exists
