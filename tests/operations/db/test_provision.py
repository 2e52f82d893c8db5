"""`hybrid db provision` on a real server: what it makes, and what it leaves alone."""

import json

import pytest

from operations.db import names, provisioning
from operations.db.passwords import fresh
from operations.errors import Refused
from operations.local import control
from tests.operations.db.conftest import KEY, REGION, STANDBY, Cli, World
from tests.operations.db.engine import ADMIN
from tests.operations.local.conftest import Clients


def test_a_service_gets_a_database_a_user_and_a_secret(world: World, cli: Cli, aws: Clients) -> None:
    done = cli("provision", "fileflow", "--yes", "--json")

    assert json.loads(done.stdout)["changed"] is True
    value = world.secret()
    password = value.pop("password")
    assert value == {
        "username": "fileflow_prod",
        "host": "127.0.0.1",
        "port": world.engine.port,
        "dbname": "fileflow_prod",
        "engine": "mysql",
    }
    assert len(password) >= 32
    assert password not in done.stdout + done.stderr
    secret = aws("secretsmanager").describe_secret(SecretId="fileflow/prod/database")
    assert secret["KmsKeyId"] == KEY
    assert [copy["Region"] for copy in secret["ReplicationStatus"]] == [STANDBY]
    with world.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(20))")
        cursor.execute("CREATE TABLE child (p INT, FOREIGN KEY (p) REFERENCES parent (id))")
        cursor.execute("INSERT INTO parent VALUES (1, '파일')")
        cursor.execute("SELECT name FROM parent")
        assert cursor.fetchall() == (("파일",),)


def test_twice_changes_nothing(world: World, cli: Cli) -> None:
    cli("provision", "fileflow", "--yes")
    before = world.secret()
    control.forget_calls(world.emulator)
    log = _statements(world, lambda: cli("provision", "fileflow", "--yes", "--json"))

    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert not [line for line in log if line.split()[0] in ("CREATE", "ALTER", "GRANT", "DROP", "REVOKE")]
    assert world.secret() == before
    assert world.provision().steps == ()


def test_dry_run_shows_the_sql_without_the_password_and_writes_nothing(world: World, cli: Cli) -> None:
    control.forget_calls(world.emulator)
    done = cli("provision", "fileflow", "--dry-run")

    assert "CREATE DATABASE IF NOT EXISTS `fileflow_prod`" in done.stderr
    assert (
        "CREATE USER IF NOT EXISTS 'fileflow_prod'@'%' IDENTIFIED BY '<password>' REQUIRE SSL" in done.stderr
    )
    assert r"ON `fileflow\_prod`.* TO 'fileflow_prod'@'%'" in done.stderr
    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert world.engine.run("SELECT 1 FROM mysql.user WHERE user = 'fileflow_prod'") == []
    assert not world.facts().database


def test_nobody_answers_without_yes(world: World, cli: Cli) -> None:
    done = cli("provision", "fileflow", code=3)

    assert "add --yes" in done.stderr
    assert not world.facts().secret.exists


def test_a_user_with_an_unknown_password_is_not_taken_over(world: World) -> None:
    world.engine.run("CREATE USER fileflow_prod IDENTIFIED BY 'somebody-uses-this'")

    with pytest.raises(Refused, match="no password in the secret fileflow/prod/database works"):
        world.provision()

    world.rotate()
    world.provision()
    assert world.provision().steps == ()


def test_a_placeholder_in_the_secret_is_replaced(world: World, aws: Clients) -> None:
    aws("secretsmanager").create_secret(Name="fileflow/prod/database", SecretString="set later")

    world.provision()

    assert world.secret()["username"] == "fileflow_prod"
    assert world.provision().steps == ()


def test_a_moved_server_is_told_to_the_service_with_the_same_password(world: World, aws: Clients) -> None:
    world.provision()
    before = world.secret()
    client = aws("secretsmanager")
    stale = json.dumps({**before, "host": "old.example.com"})
    client.put_secret_value(SecretId="fileflow/prod/database", SecretString=stale)

    assert [step.id for step in world.provision().steps] == ["store-connection"]
    assert world.secret() == before


def test_the_copy_for_the_standby_waits_for_its_key(world: World, aws: Clients) -> None:
    aws("kms", STANDBY).delete_alias(AliasName=KEY)
    world.provision()
    client = aws("secretsmanager")
    assert "ReplicationStatus" not in client.describe_secret(SecretId="fileflow/prod/database")

    kms = aws("kms", STANDBY)
    kms.create_alias(AliasName=KEY, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])

    assert [step.id for step in world.provision().steps] == ["replicate-secret"]
    assert world.provision().steps == ()
    assert world.provision(env="dev").steps[0].id == "create-secret"
    assert "ReplicationStatus" not in client.describe_secret(SecretId="fileflow/dev/database")


def test_fails_when_the_server_is_read_only(world: World) -> None:
    world.engine.run("SET GLOBAL read_only = 1")
    try:
        with pytest.raises(Refused, match="is read-only"):
            world.provision()
    finally:
        world.engine.run("SET GLOBAL read_only = 0")


def test_two_runs_on_one_service_do_not_mix(world: World, cli: Cli) -> None:
    with world.engine.root() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK('hybrid-db fileflow_prod', 0)")
        assert "another run works on fileflow_prod" in cli("provision", "fileflow", "--yes", code=3).stderr


def test_new_passwords_differ_and_satisfy_the_policies_of_mysql() -> None:
    made = [fresh().password.reveal for _ in range(200)]

    assert len(set(made)) == 200
    for password in made:
        assert len(password) >= 32
        assert any(c.islower() for c in password)
        assert any(c.isupper() for c in password)
        assert any(c.isdigit() for c in password)
        assert any(not c.isalnum() for c in password)
        assert not set(password) & set("'\"\\`$%@:/?#&;| ")


def test_administrator_needs_no_more_than_rds_gives(world: World) -> None:
    grants = str(world.engine.run(f"SHOW GRANTS FOR {ADMIN}"))
    assert "SUPER" not in grants
    assert "ALL PRIVILEGES" not in grants
    world.provision()
    assert provisioning.provision(world.facts(), fresh()).steps == ()
    assert names.secret_name("fileflow", "prod") == "fileflow/prod/database"
    assert world.facts().region == REGION


def _statements(world: World, work: "object") -> list[str]:
    """Statements that the server saw while `work` ran."""
    run = world.engine.run
    run("SET GLOBAL log_output = 'TABLE'")
    run("TRUNCATE mysql.general_log")
    run("SET GLOBAL general_log = 1")
    try:
        work()  # type: ignore[operator]
    finally:
        run("SET GLOBAL general_log = 0")
    rows = run("SELECT argument FROM mysql.general_log WHERE command_type = 'Query'")
    return [row[0].decode() if isinstance(row[0], bytes) else str(row[0]) for row in rows]
