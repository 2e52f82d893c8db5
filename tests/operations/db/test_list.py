"""`hybrid db list`: what agrees, and what does not."""

import json
from typing import Any

import pytest

from operations.local import control
from tests.operations.db.conftest import Cli, World
from tests.operations.db.test_interrupted import process_killed, rotate
from tests.operations.local.conftest import Clients


def rows(cli: Cli, *arguments: str) -> dict[str, Any]:
    """State and findings by database."""
    report = json.loads(cli("list", "--json", *arguments).stdout)
    return {row["database"]: row for row in report["services"]} | {"drift": report["drift"]}


def test_every_environment_is_listed(world: World, cli: Cli) -> None:
    world.provision()

    found = rows(cli)

    assert {name: row["state"] for name, row in found.items() if name != "drift"} == {
        "fileflow_dev": "not provisioned",
        "fileflow_staging": "not provisioned",
        "fileflow_prod": "ok",
    }
    assert found["drift"] is False
    assert found["fileflow_prod"]["findings"] == []
    assert list(rows(cli, "--env", "prod")) == ["fileflow_prod", "drift"]
    assert "fileflow_prod" in cli("list").stdout


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("DROP DATABASE fileflow_prod", "no database"),
        ("DROP USER fileflow_prod", "no user"),
        ("ALTER USER fileflow_prod REQUIRE NONE", "user may log in without TLS"),
        ("ALTER USER fileflow_prod IDENTIFIED BY 'other'", "password in the secret does not work"),
        ("GRANT SELECT ON *.* TO fileflow_prod", "grants: + SELECT ON *.*"),
        (r"REVOKE DROP ON `fileflow\_prod`.* FROM fileflow_prod", "grants: - DROP"),
        ("CREATE USER fileflow_prod@localhost", "another account for host localhost"),
    ],
)
def test_a_change_on_the_server_is_drift(world: World, cli: Cli, change: str, finding: str) -> None:
    world.provision()
    world.engine.run(change)

    found = rows(cli, "--env", "prod")

    assert found["fileflow_prod"]["findings"] == [finding]
    assert found["fileflow_prod"]["state"] == "drift"
    assert found["drift"] is True


def test_a_change_of_the_secret_is_drift(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    client, name = aws("secretsmanager"), "fileflow/prod/database"
    value = world.secret()
    client.put_secret_value(SecretId=name, SecretString=json.dumps({**value, "host": "old.example.com"}))
    assert rows(cli)["fileflow_prod"]["findings"] == ["connection in the secret out of date"]

    client.put_secret_value(SecretId=name, SecretString="{}")
    assert rows(cli)["fileflow_prod"]["findings"] == ["secret is not of this user"]

    client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["ap-northeast-1"])
    client.delete_secret(SecretId=name)
    assert rows(cli)["fileflow_prod"]["findings"] == ["secret scheduled for deletion"]


def test_an_interrupted_rotation_is_drift(world: World, cli: Cli) -> None:
    world.provision()
    process_killed(world, rotate, "store-password")

    assert rows(cli)["fileflow_prod"]["findings"] == ["rotation interrupted"]


def test_strangers_are_named_and_nothing_is_written(world: World, cli: Cli) -> None:
    world.engine.run("CREATE DATABASE legacy")
    world.engine.run("CREATE USER someone IDENTIFIED BY 'x'")
    control.forget_calls(world.emulator)

    report = json.loads(cli("list", "--json").stdout)

    assert report["unknown"] == {"databases": ["legacy"], "users": ["someone"]}
    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert "databases that no environment explains: legacy" in cli("list").stdout
