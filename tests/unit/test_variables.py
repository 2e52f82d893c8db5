# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Variables of a container: no secret stands in the open, and they fit into a task definition."""

from collections.abc import Callable

import pytest

from environments.variables import HIDDEN, MOST_CHARACTERS, Need, variable_findings

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
HEAD = "-----BEGIN "


def found(
    environment: dict[str, str], secrets: dict[str, str] | None = None, needs: tuple[Need, ...] = ()
) -> list[tuple[str, str | None]]:
    return [
        (".".join(map(str, finding.path)), finding.value)
        for finding in variable_findings(environment, secrets or {}, needs)
    ]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PASSWORD",
            "MAIL_PASSWORD",
            "PGPASSWORD",
            "DB_PASS",
            "MYSQL_PWD",
            "JWT_SECRET",
            "SECRET_KEY",
            "TOKEN",
        ),
        *("GITHUB_TOKEN", "API_KEY", "MAPS_APIKEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        *("SIGNING_PRIVATE_KEY", "CREDENTIAL", "GOOGLE_CREDENTIALS", "SSH_PASSPHRASE"),
    ],
)
def test_fails_when_a_name_is_a_secrets(name: str) -> None:
    assert found({name: "hunter2"}) == [(f"environment.{name}", HIDDEN)]


@pytest.mark.parametrize(
    "name",
    ["TOKEN_TTL_SECONDS", "PASSWORD_MIN_LENGTH", "COMPASS", "BYPASS", "MONKEY", "KEYS", "SECRETS_PATH"],
)
def test_a_name_may_speak_of_secrets(name: str) -> None:
    assert found({name: "12"}) == []


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        f"key={KEY.replace('AKIA', 'ASIA')};",
        "mysql://root:hunter2@db.example.com/shop",
        "redis://:hunter2@cache.example.com",
        f"{HEAD}PRIVATE KEY-----",
        f"{HEAD}RSA PRIVATE KEY-----",
        f"{HEAD}OPENSSH PRIVATE KEY-----",
    ],
)
def test_fails_when_a_value_is_a_credential(value: str) -> None:
    assert found({"SETTING": value, "MAIL_HOST": value}) == [
        ("environment.SETTING", HIDDEN),
        ("environment.MAIL_HOST", HIDDEN),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "mysql://db.example.com:3306/shop",
        "mysql://root@db.example.com/shop",
        "mysql://root:${DB_PASSWORD}@db.example.com/shop",
        "https://example.com/a:b@c",
        "AKIA",
        f"{HEAD}CERTIFICATE-----",
        f"{HEAD}PUBLIC KEY-----",
        "",
    ],
)
def test_a_value_may_look_similar(value: str) -> None:
    assert found({"SETTING": value}) == []


def test_a_variable_that_the_platform_sets_is_not_shown_if_it_is_a_secret() -> None:
    assert found({"DB_PASSWORD": "hunter2", "PORT": "80"}, needs=("database",)) == [
        ("environment.DB_PASSWORD", HIDDEN),
        ("environment.PORT", None),
    ]


def test_the_message_says_what_to_do_and_hides_the_value(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    url = "mysql://root:hunter2@db.example.com"
    edit("prod.yaml", "    tasks: 4", f'    tasks: 4\n    environment: {{ DATABASE_URL: "{url}" }}')
    assert lines() == [
        "environments/prod.yaml:29: services.fileflow.environment.DATABASE_URL: (hidden): holds what looks like a "
        "credential, and what is written here can be read in the task definition; write it into the service's "
        "secret and name its key under secrets"
    ]


AROUND = len('[{"name":"A","value":""}]')


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * (MOST_CHARACTERS - AROUND), True),
        ("x" * (MOST_CHARACTERS - AROUND + 1), False),
        ("é" * (MOST_CHARACTERS // 6), False),  # JSON writes six characters
        ("${" * (MOST_CHARACTERS // 3), False),  # Terraform has it escaped
    ],
)
def test_what_a_task_definition_has_room_for(value: str, fits: bool) -> None:
    assert found({"A": value}) == ([] if fits else [("environment", None)])


def test_secrets_take_room_too() -> None:
    assert found({}, {f"KEY_{number}": "key" for number in range(300)}) == [("secrets", None)]
    assert found({}, {f"KEY_{number}": "key" for number in range(200)}) == []
