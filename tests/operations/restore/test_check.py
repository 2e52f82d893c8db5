"""`--check`: a query on the restored data, on a real server, over verified TLS, unable to change it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from operations.db.server import Endpoint, session
from operations.db.sql import Password
from operations.errors import HybridError
from operations.restore.look import ask
from tests.operations.db import certificates
from tests.operations.db.engine import ADMIN, ADMIN_PASSWORD, Engine
from tests.operations.restore.conftest import Database, host


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """What RDS would have restored, under the name of the new instance."""
    home = tmp_path_factory.mktemp("restored")
    engine = Engine(home, certificates.make(home / "certificates", host("restored")))
    try:
        engine.create()
        engine.run("CREATE DATABASE orders_prod")
        engine.run("CREATE TABLE orders_prod.orders AS SELECT 1204 AS id, '100 %' AS paid")
        yield engine
    finally:
        engine.remove()


def pitr(database: Database, server: Engine, *more: str) -> list[str]:
    way = ["--ca", str(server.certificates.ca), "--host", "127.0.0.1", "--port", str(server.port)]
    secret = json.dumps({"username": ADMIN, "password": ADMIN_PASSWORD})
    database.aws("secretsmanager").put_secret_value(SecretId="shared/rds/prod/master", SecretString=secret)
    return ["db", "pitr", "--to", database.now(), "--target", "restored", "--yes", *way, *more]


QUERY = "SELECT id, paid FROM orders_prod.orders WHERE paid LIKE '100%'"


def test_the_answer_is_in_the_report(database: Database, server: Engine) -> None:
    done = database.hybrid(*pitr(database, server, "--check", QUERY, "--expect", "1204", "--json"))
    conclusion: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["conclusion"]
    assert conclusion["rows"] == [["1204", "100 %"]]
    texts = [path.read_text() for path in database.hybrid.home.rglob("*") if path.is_file()]
    assert not any(ADMIN_PASSWORD in text for text in [done.stdout, done.stderr, *texts])


def test_fails_when_the_data_is_not_what_was_expected(database: Database, server: Engine) -> None:
    failed = database.hybrid(*pitr(database, server, "--check", QUERY, "--expect", "1205"), code=4)
    assert "answers 1204, and 1205 was expected" in failed.stderr


def test_nothing_can_be_changed(server: Engine) -> None:
    server.run(
        "CREATE FUNCTION orders_prod.spoil() RETURNS INT MODIFIES SQL DATA "
        "BEGIN DELETE FROM orders_prod.orders; RETURN 1; END"
    )
    at = Endpoint(host("restored"), 3306, server.certificates.ca, "127.0.0.1", server.port)
    with session(at, ADMIN, Password(ADMIN_PASSWORD)) as admin, pytest.raises(HybridError, match="READ ONLY"):
        ask(admin, "SELECT orders_prod.spoil()")
    assert server.run("SELECT COUNT(*) FROM orders_prod.orders") == [(1,)]
