"""Plans for MySQL, whose second password MariaDB lacks; and others that depend on facts alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from operations.db import grants, names, passwords, provisioning, rotation
from operations.db.facts import Account, Facts, Server
from operations.db.plan import Plan
from operations.db.server import Endpoint, Login
from operations.db.sql import Password
from operations.db.vault import Secret, Version
from operations.errors import Refused

NAMES = names.names_of("orders", "prod")
FIELDS = {
    "username": "orders_prod",
    "host": "db.example.com",
    "port": 3306,
    "dbname": "orders_prod",
    "engine": "mysql",
}
OURS = grants.difference(
    "orders_prod", [f"GRANT {', '.join(grants.PRIVILEGES)} ON `orders\\_prod`.* TO `orders_prod`@`%`"]
)


def version(id_: str, login: Login) -> Version:
    return Version(id_, Password(f"password-{id_}"), FIELDS, login)


SETTLED = Facts(
    names=NAMES,
    endpoint=Endpoint("db.example.com", 3306, Path("ca.pem")),
    server=Server("8.4.6", dual_passwords=True, read_only=False, logs_passwords=False),
    database=True,
    account=Account(requires_tls=True, old_password_kept=False, grants=OURS),
    other_hosts=(),
    connections=4,
    secret=Secret(NAMES.secret, exists=True, current=version("one", Login.WORKS)),
    region="ap-northeast-2",
    key="alias/acme-secrets",
    key_exists=True,
)
KEPT = replace(SETTLED, account=Account(requires_tls=True, old_password_kept=True, grants=OURS))


def with_pending(facts: Facts, login: Login) -> Facts:
    return replace(facts, secret=replace(facts.secret, pending=version("two", login)))


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_settled_needs_nothing() -> None:
    assert ids(provisioning.provision(SETTLED, passwords.fresh())) == []


def test_rotation_keeps_the_old_password_valid() -> None:
    plan = rotation.rotate(SETTLED, passwords.fresh())

    assert ids(plan) == ["store-password", "set-password", "try-password", "publish-password"]
    assert str(plan.steps[1].does) == (
        "ALTER USER 'orders_prod'@'%' IDENTIFIED BY '<password>' RETAIN CURRENT PASSWORD"
    )
    assert "--discard-old" in plan.notes[0]


def test_rotation_without_second_passwords_says_so() -> None:
    plain = replace(SETTLED, server=replace(SETTLED.server, version="10.11-MariaDB", dual_passwords=False))
    plan = rotation.rotate(plain, passwords.fresh())

    assert "RETAIN" not in str(plan.steps[1].does)
    assert "keeps no second password" in plan.notes[0]


def test_rotation_set_but_not_published_is_only_published() -> None:
    for make in (rotation.rotate, provisioning.provision):
        plan = make(with_pending(KEPT, Login.WORKS), passwords.fresh())
        assert ids(plan) == ["try-password", "publish-password"]


def test_rotation_stored_but_not_set_goes_on_with_the_stored_password() -> None:
    plan = rotation.rotate(with_pending(SETTLED, Login.DENIED), passwords.fresh())

    assert ids(plan) == ["set-password", "try-password", "publish-password"]
    assert plan.steps[0].does.values[2] == Password("password-two")  # type: ignore[union-attr]


def test_fails_when_a_third_password_would_end_the_first() -> None:
    with pytest.raises(Refused, match="a server keeps two"):
        rotation.rotate(KEPT, passwords.fresh())
    with pytest.raises(Refused, match="a server keeps two"):
        rotation.rotate(with_pending(KEPT, Login.DENIED), passwords.fresh())


def test_discard_ends_the_old_password() -> None:
    plan = rotation.discard_old(KEPT)
    assert str(plan.steps[0].does) == "ALTER USER 'orders_prod'@'%' DISCARD OLD PASSWORD"
    assert ids(rotation.discard_old(SETTLED)) == []


@pytest.mark.parametrize("pending", [Login.WORKS, Login.DENIED])
def test_fails_when_the_password_of_the_services_may_be_the_old_one(pending: Login) -> None:
    with pytest.raises(Refused, match="finish the rotation first"):
        rotation.discard_old(with_pending(KEPT, pending))
    denied = replace(KEPT.secret, current=version("one", Login.DENIED))
    with pytest.raises(Refused, match="finish the rotation first"):
        rotation.discard_old(replace(KEPT, secret=denied))


def test_provision_reminds_of_the_old_password() -> None:
    assert "--discard-old" in provisioning.provision(KEPT, passwords.fresh()).notes[0]


def test_fails_when_the_server_would_log_the_password() -> None:
    logging = replace(SETTLED, server=replace(SETTLED.server, logs_passwords=True))
    with pytest.raises(Refused, match="general log"):
        rotation.rotate(logging, passwords.fresh())
    assert ids(provisioning.provision(logging, passwords.fresh())) == []


def test_fails_when_there_is_no_key_for_a_new_secret() -> None:
    bare = replace(SETTLED, account=None, secret=Secret(NAMES.secret), key_exists=False)
    with pytest.raises(Refused, match="no key alias/acme-secrets"):
        provisioning.provision(bare, passwords.fresh())


def test_a_user_that_was_lost_comes_back_with_the_password_that_services_hold() -> None:
    lost = replace(SETTLED, account=None)
    plan = provisioning.provision(lost, passwords.fresh())

    assert ids(plan) == ["create-user", "grant", "try-password"]
    assert plan.steps[0].does.values[2] == Password("password-one")  # type: ignore[union-attr]
