"""What a service may do on the server, and what happens when that was changed by hand."""

import pymysql
import pytest

from operations.errors import Refused
from operations.local import control
from tests.operations.db.conftest import Cli, World


def test_a_service_reaches_its_own_database_only(world: World) -> None:
    for service, env in (("fileflow", "prod"), ("orders", "prod"), ("fileflow", "dev")):
        world.provision(service, env)
    # Names that a pattern with an unescaped underscore would match.
    world.engine.run("CREATE DATABASE fileflowxprod")
    world.engine.run("CREATE TABLE orders_prod.invoices (id INT)")

    with world.connect("fileflow") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        seen = {name for (name,) in cursor.fetchall()}
        assert seen <= {"fileflow_prod", "information_schema", "performance_schema"}
        for refused in (
            "SELECT * FROM orders_prod.invoices",
            "CREATE TABLE fileflow_dev.x (id INT)",
            "CREATE TABLE fileflowxprod.x (id INT)",
            "SELECT user FROM mysql.user",
            "CREATE USER x IDENTIFIED BY 'y'",
            "GRANT SELECT ON fileflow_prod.* TO orders_prod",
            "CREATE DATABASE mine",
        ):
            with pytest.raises(pymysql.MySQLError, match="denied"):
                cursor.execute(refused)


def test_a_user_cannot_log_in_without_tls(world: World) -> None:
    world.provision()
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        world.connect(ssl_ca=None, ssl_verify_cert=None, ssl_verify_identity=None, ssl_disabled=True)


def test_wider_grants_are_shown_and_kept_only_by_decision(world: World, cli: Cli) -> None:
    world.provision()
    world.engine.run("GRANT SELECT ON *.* TO fileflow_prod")
    world.engine.run(r"GRANT TRIGGER ON `fileflow\_prod`.* TO fileflow_prod WITH GRANT OPTION")
    world.engine.run(r"REVOKE DROP ON `fileflow\_prod`.* FROM fileflow_prod")
    control.forget_calls(world.emulator)

    refused = cli("provision", "fileflow", "--yes", code=3).stderr

    assert "+ SELECT ON *.*" in refused
    assert r"+ TRIGGER ON `fileflow\_prod`.* WITH GRANT OPTION" in refused
    assert "- DROP" in refused
    assert "--accept-grants" in refused
    assert control.calls(world.emulator, control.Kind.WRITES) == {}
    assert world.facts().account, "it is still there"
    assert (account := world.facts().account)
    assert account.grants.extra

    cli("provision", "fileflow", "--yes", "--accept-grants")

    assert (account := world.facts().account)
    assert not account.grants
    assert world.provision().steps == ()


def test_missing_grants_are_not_given_back_silently(world: World) -> None:
    world.provision()
    world.engine.run(r"REVOKE DROP ON `fileflow\_prod`.* FROM fileflow_prod")

    with pytest.raises(Refused, match="- DROP"):
        world.provision()


def test_a_grant_to_a_pattern_of_names_is_wider_than_ours(world: World) -> None:
    world.provision()
    world.engine.run("GRANT SELECT ON `fileflow_prod`.* TO fileflow_prod")

    with pytest.raises(Refused, match=r"\+ SELECT ON `fileflow_prod`"):
        world.provision()
    world.provision(accept_grants=True)
    assert world.provision().steps == ()


def test_roles_are_wider_than_ours(world: World) -> None:
    world.provision()
    world.engine.run("DROP ROLE IF EXISTS readers")
    world.engine.run("CREATE ROLE readers")
    world.engine.run("GRANT readers TO fileflow_prod")
    try:
        with pytest.raises(Refused, match=r"readers.*role"):
            world.provision()
    finally:
        world.engine.run("DROP ROLE readers")


def test_tls_is_required_again(world: World) -> None:
    world.provision()
    world.engine.run("ALTER USER fileflow_prod REQUIRE NONE")

    assert [step.id for step in world.provision().steps] == ["require-tls"]
    assert (account := world.facts().account)
    assert account.requires_tls


def test_an_account_for_a_single_host_is_refused(world: World) -> None:
    world.provision()
    world.engine.run("CREATE USER fileflow_prod@'10.0.0.1' IDENTIFIED BY 'x'")

    with pytest.raises(Refused, match=r"'fileflow_prod'@'10\.0\.0\.1'"):
        world.provision(accept_grants=True)
