"""Statements that take longer than anybody waits, and histories that do not keep what is written."""

import time
from typing import Any

import pymysql
import pytest

from operations.db.server import ANSWER_LIMIT
from operations.errors import HybridError, Refused
from tests.operations.schema.conftest import AFTER_ALL, DELETED, Schema


@pytest.fixture
def second(flyway: Schema) -> Schema:
    """Versions 1 and 2 are applied."""
    flyway.rows("DROP TABLE three")
    flyway.rows("DELETE FROM flyway_schema_history WHERE version = '3'")
    return flyway


BEFORE, UNDONE = AFTER_ALL[:2], [*AFTER_ALL[:2], DELETED[1]]


def test_a_statement_may_take_as_long_as_its_step(second: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    connect = pymysql.connect

    def watched(**options: Any) -> Any:
        limits.append(options.get("read_timeout", 0))
        return connect(**options)

    monkeypatch.setattr(pymysql, "connect", watched)
    second.undo("DROP TABLE two;", seconds=3600)
    assert ANSWER_LIMIT < limits[0] <= 3600
    assert second.history() == UNDONE


def connections(schema: Schema) -> list[int]:
    query = "SELECT id FROM information_schema.processlist WHERE user = 'fileflow_prod'"
    return [int(id_) for (id_,) in schema.rows(query)]


@pytest.mark.parametrize(
    ("statement", "id_", "tables"),
    [
        ("CREATE TABLE copy AS SELECT * FROM one FOR UPDATE", 1, {"one", "copy"}),
        ("UPDATE one SET id = id + 10", 11, {"one"}),
    ],
)
def test_the_server_may_go_on_with_a_statement_whose_connection_is_lost(
    second: Schema, statement: str, id_: int, tables: set[str]
) -> None:
    """A row lock of somebody else's keeps it busy for as long as the test needs."""
    text = f"{statement};\nDROP TABLE two;"
    with second.world.engine.root() as other, other.cursor() as cursor:
        cursor.execute("SET GLOBAL innodb_lock_wait_timeout = 600")
        try:
            cursor.execute("USE fileflow_prod")
            cursor.execute("START TRANSACTION")
            cursor.execute("SELECT * FROM one FOR UPDATE")
            with pytest.raises(HybridError) as caught:
                second.undo(text, seconds=4)
            [orphan] = connections(second)
            with pytest.raises(Refused) as refused:
                second.undo(text)
        finally:
            cursor.execute("SET GLOBAL innodb_lock_wait_timeout = DEFAULT")
            cursor.execute("COMMIT")
    said = str(caught.value)
    assert "statement 1 of 2: nobody knows whether it is done; the server may still be at it" in said
    assert "nothing is done" not in said
    assert f"connection {orphan} of fileflow_prod holds Flyway-" in str(refused.value)
    assert f"({statement}, for " in str(refused.value)
    assert f"KILL {orphan}" in str(refused.value)

    for _ in range(600):
        if orphan not in connections(second):
            break
        time.sleep(0.1)
    second.undo(text)
    assert second.rows("SELECT id FROM one") == [(id_,)]
    assert second.tables() == tables
    assert second.history() == UNDONE


def test_a_procedure_that_turns_autocommit_off_does_not_lose_the_history(second: Schema) -> None:
    second.rows("CREATE PROCEDURE quiet() SET autocommit = 0")
    second.world.engine.run("GRANT EXECUTE ON PROCEDURE fileflow_prod.quiet TO fileflow_prod")
    second.undo("DROP TABLE two;\nCALL quiet();")
    assert second.history() == UNDONE


def test_fails_when_the_history_does_not_keep_what_is_written(second: Schema) -> None:
    second.rows("CREATE TRIGGER keep BEFORE UPDATE ON flyway_schema_history FOR EACH ROW SET NEW.success = 0")
    with pytest.raises(HybridError, match=r"did not keep that 2 is undone: row 3 is \[\('DELETE', 0\)\]"):
        second.undo("DROP TABLE two;")
