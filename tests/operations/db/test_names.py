"""Names, SQL text and grants: pure functions."""

import pytest

from operations.db import grants, names, sql
from operations.errors import UsageError
from tests.operations.db.conftest import Cli, World, fleet

HOSTILE = [
    "x`; DROP DATABASE mysql; --",
    "x' OR '1'='1",
    'x" --',
    "../prod",
    "Fileflow",
    "file_flow",
    "fileflow%",
    "fileflow\n",
    "fileflow ",
    "-fileflow",
    "fileflow-",
    "파일",
    "",
    "a",
    "a" * 33,
    "x;y",
    "x\0y",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_fails_when_a_service_is_no_identifier(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a service"):
        names.names_of(name, "prod")


@pytest.mark.parametrize("name", ["prod`", "pro d", "PROD", "프로드"])
def test_fails_when_an_environment_is_no_identifier(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a database"):
        names.names_of("fileflow", name)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_usage_errors_of_every_command(world: World, cli: Cli, name: str) -> None:
    if "\0" in name:
        return  # no process can be given it
    cli("provision", "--yes", "--", name, code=2)
    cli("drop", "--final-dump", "s3://a/b", "--confirm", name, "--", name, code=2)
    assert not world.engine.run("SELECT user FROM mysql.user WHERE user LIKE '%prod%'")


def test_names_of_a_service() -> None:
    found = names.names_of("order-api", "prod")
    assert (found.database, found.user, found.secret) == (
        "order_api_prod",
        "order_api_prod",
        "order-api/prod/database",
    )


def test_user_name_has_32_characters_at_most() -> None:
    assert len(names.names_of("a" * 27, "prod").user) == 32
    with pytest.raises(UsageError, match="33 characters; MySQL allows 64 for a database and 32 for its user"):
        names.names_of("a" * 28, "prod")


def test_fails_when_the_service_is_not_connected_to_the_database() -> None:
    with pytest.raises(UsageError, match="there are fileflow and orders"):
        names.known_service(fleet(), "prod", "nothing")
    with pytest.raises(UsageError, match="there is fileflow"):
        names.known_service(fleet(), "dev", "orders")
    with pytest.raises(UsageError, match="--env dr: services run in dev, staging or prod only"):
        names.known_service(fleet(), "dr", "fileflow")


def test_fails_when_two_services_would_share_a_database() -> None:
    every = fleet()
    prod = every.workloads["prod"]
    other = prod.model_copy(update={"name": "a-prod", "services": {"b": prod.services["orders"]}})
    services = {**prod.services, "b-a": prod.services["orders"]}
    prod = prod.model_copy(update={"services": services})
    every = every.model_copy(update={"workloads": {"prod": prod, "a-prod": other}})

    with pytest.raises(UsageError, match="would share the database b_a_prod"):
        names.known_service(every, "prod", "b-a")


def test_fails_when_the_name_is_taken_by_the_platform() -> None:
    shared = fleet().shared
    taken = shared.model_copy(
        update={"database": shared.database.model_copy(update={"database_name": "orders_prod"})}
    )
    with pytest.raises(UsageError, match="name of something else"):
        names.known_service(fleet().model_copy(update={"shared": taken}), "prod", "orders")


def test_identifiers_are_quoted_and_checked() -> None:
    assert sql.quoted("a_b") == "`a_b`"
    assert sql.grant_target("a_b") == r"`a\_b`.*"
    for name in ("a`b", "a.b", "", "A", "a" * 65, "1a", "a\n"):
        with pytest.raises(ValueError, match="no identifier"):
            sql.quoted(name)


def test_values_are_shown_quoted_and_passwords_not_at_all() -> None:
    statement = sql.create_user("it's", sql.Password("hidden"))
    assert "'it''s'@'%' IDENTIFIED BY '<password>'" in str(statement)
    assert "hidden" not in repr(statement)
    assert statement.bound() == ("it's", "%", "hidden")


OWN = r"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER ON `a\_b`.* TO `a_b`@`%`"


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("GRANT USAGE ON *.* TO `a_b`@`%`", []),
        ("GRANT USAGE ON *.* TO `a_b`@`%` IDENTIFIED BY PASSWORD '*ABC' REQUIRE SSL", []),
        ("GRANT SELECT ON *.* TO `a_b`@`%`", ["SELECT ON *.*"]),
        ("GRANT ALL PRIVILEGES ON `a_b`.* TO `a_b`@`%`", ["ALL PRIVILEGES ON `a_b`.*"]),
        ("GRANT SELECT (`x`, `y to z`) ON `m`.`t` TO `a_b`@`%`", ["SELECT (`x`, `y to z`) ON `m`.`t`"]),
        ("GRANT EXECUTE ON PROCEDURE `m`.`p` TO `a_b`@`%`", ["EXECUTE ON PROCEDURE `m`.`p`"]),
        ("GRANT `r`@`%`,`s`@`%` TO `a_b`@`%`", ["`r`@`%`, `s`@`%` (role)"]),
        (
            "GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `a_b`@`%`",
            ["BACKUP_ADMIN, XA_RECOVER_ADMIN ON *.*"],
        ),
        ("GRANT PROXY ON ''@'%' TO `a_b`@`%` WITH GRANT OPTION", ["PROXY ON ''@'%' WITH GRANT OPTION"]),
        ("GRANT USAGE ON *.* TO `a_b`@`%` WITH GRANT OPTION", ["USAGE ON *.* WITH GRANT OPTION"]),
        ("GRANT SELECT ON `x ON y TO z`.* TO `a_b`@`%`", ["SELECT ON `x ON y TO z`.*"]),
        (r"GRANT TRIGGER ON `a\_b`.* TO `a_b`@`%`", [r"TRIGGER ON `a\_b`.*"]),
    ],
)
def test_grants_of_both_servers_are_read(line: str, extra: list[str]) -> None:
    found = grants.difference("a_b", [line, OWN])
    assert [str(grant) for grant in found.extra] == extra
    assert found.missing == found.unread == ()


@pytest.mark.parametrize(
    "line",
    [
        "SET DEFAULT ROLE `r` FOR `a_b`@`%`",
        "GRANT `r`@`%` TO `a_b`@`%` WITH ADMIN OPTION",
        "REVOKE SELECT ON `x`.* FROM `a_b`@`%`",
    ],
)
def test_lines_that_cannot_be_read_are_left_to_a_person(line: str) -> None:
    assert grants.difference("a_b", [line, OWN]).unread == (line,)


def test_hashes_in_lines_are_not_shown() -> None:
    found = grants.difference("a_b", ["SET x IDENTIFIED BY PASSWORD '*0123ABCD'"])
    assert "0123ABCD" not in str(found.lines())


def test_what_is_too_much_is_taken_back_before_ours_is_given() -> None:
    found = grants.difference("a_b", ["GRANT SELECT, FILE ON *.* TO `a_b`@`%` WITH GRANT OPTION"])
    assert [str(statement) for statement in grants.reset("a_b", "a_b", found)] == [
        "REVOKE FILE, SELECT ON *.* FROM 'a_b'@'%'",
        "REVOKE GRANT OPTION ON *.* FROM 'a_b'@'%'",
        rf"GRANT {', '.join(grants.PRIVILEGES)} ON `a\_b`.* TO 'a_b'@'%'",
    ]
