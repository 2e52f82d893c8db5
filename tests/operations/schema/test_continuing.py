"""What an undo that is continued in a new connection needs of the old one."""

import pytest

from operations.errors import HybridError
from operations.schema_migrations.continuing import hopeless_from, lost, repeated
from tests.operations.engine.killing import last
from tests.operations.schema.conftest import AFTER_ALL, DELETED, Schema

CONSTANT = (
    "USE a",
    "SET @old = @@sql_mode, FOREIGN_KEY_CHECKS=0",
    "/*!40101 SET NAMES utf8mb4 */",
    "SET @k := 7",
    "SET sql_mode = CONCAT(@@sql_mode, ',ANSI')",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
)
LOST = (
    "SET @old := (SELECT old FROM cfg)",
    "SET @n = NOW()",
    "SET @n = CURRENT_TIMESTAMP",
    "SET @n = a_function(1)",
    "SET @n = @@last_insert_id",
    "SELECT old INTO @old FROM cfg",
    "SELECT @old := old FROM cfg",
    "UPDATE a SET n = (@i := @i + 1)",
    "CREATE TEMPORARY TABLE t (id INT)",
    "DO GET_LOCK('mine', 1)",
)


@pytest.mark.parametrize("text", CONSTANT)
def test_constants_and_settings_are_set_again(text: str) -> None:
    todo = ("DROP TABLE a", text, "UPDATE b SET x = @k")
    assert repeated(todo, 2) == (1,)
    assert (lost(todo, 2), hopeless_from(todo)) == (None, None)


@pytest.mark.parametrize("text", LOST)
def test_what_came_from_data_is_not(text: str) -> None:
    todo = ("DROP TABLE a", text, "UPDATE b SET x = 1", "DROP TABLE b")
    assert [lost(todo, done) for done in range(5)] == [None, None, 1, 1, None]
    assert hopeless_from(todo) == 2


@pytest.mark.parametrize(
    ("first", "second", "is_lost"),
    [
        ("CALL p(@n)", "UPDATE a SET x = @n", True),
        ("CALL p()", "UPDATE a SET x = @@sql_mode", False),
        ("EXECUTE s", "SET @s = 1", True),
        ("PREPARE s FROM 'DROP TABLE a'", "EXECUTE s", True),
        ("PREPARE s FROM 'DROP TABLE a'", "DROP TABLE a", False),
        ("INSERT INTO a VALUES (1)", "UPDATE a SET x = LAST_INSERT_ID()", True),
        ("INSERT INTO a VALUES (':=')", "UPDATE a SET x = 1", False),
        ("DELETE FROM a", "UPDATE a SET x = LAST_INSERT_ID()", False),
        ("CREATE PROCEDURE p() SELECT old INTO @old FROM cfg", "CALL p()", False),
        ("CALL p()", "CREATE DEFINER=a@b TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = @n", False),
    ],
)
def test_some_matters_only_to_who_asks_for_it(first: str, second: str, is_lost: bool) -> None:
    assert (lost((first, second), 1) == 0) is is_lost


def test_a_setting_that_is_repeated_asks_too() -> None:
    assert lost(("CALL p(@mode)", "SET sql_mode = @mode", "DROP TABLE a"), 2) == 0


def test_a_continued_undo_has_the_settings_of_before(flyway: Schema) -> None:
    flyway.rollback("--to", "2")
    flyway.rows("CREATE TABLE child (id INT, CONSTRAINT c FOREIGN KEY (id) REFERENCES two (id))")
    text = "SET FOREIGN_KEY_CHECKS = 0, @k = 7;\nDROP TABLE gone;\nDROP TABLE two;\nUPDATE one SET two = @k;"
    with pytest.raises(HybridError, match="statement 2 of 4 failed"):
        flyway.undo(text)
    flyway.rows("CREATE TABLE gone (id INT)")
    flyway.undo(text)
    assert flyway.rows("SELECT two FROM one") == [(7,)]
    assert "two" not in flyway.tables()
    assert flyway.history() == [*AFTER_ALL, *DELETED]


def test_what_cannot_be_continued_is_finished_by_hand(flyway: Schema) -> None:
    flyway.rollback("--to", "2")
    script = "SET @old := (SELECT two + 5 FROM one);\nDROP TABLE gone;\nUPDATE one SET two = @old;"
    flyway.write({"U2__second.sql": script})
    shown = flyway.rollback("--to", "1", "--dry-run").stderr
    assert "cannot be continued if it stops after statement 1" in shown
    assert "SET @old := (SELECT two + 5 FROM one)" in shown

    flyway.rollback("--to", "1", code=1)
    flyway.rows("CREATE TABLE gone (id INT)")
    run = last(flyway.hybrid)
    refused = flyway.hybrid("runs", "resume", run, "--yes", code=3).stderr
    assert "statement 1 (SET @old := (SELECT two + 5 FROM one)) left something" in refused
    assert "Carry out statements 2 to 3 by hand" in refused
    assert f"hybrid runs abandon {run}" in refused
    assert flyway.rows("SELECT two FROM one") == [(2,)], "nothing was written from a lost variable"

    flyway.rows("DROP TABLE gone")
    flyway.rows("UPDATE one SET two = 7")
    flyway.write({"U2__second.sql": script.splitlines()[0]})
    flyway.hybrid("runs", "abandon", run, "--yes")
    again = flyway.rollback("--to", "1")
    assert "1  SET @old := (SELECT two + 5 FROM one)  (done before)" in again.stderr
    assert flyway.rows("SELECT two FROM one") == [(7,)]
    assert flyway.history() == [*AFTER_ALL, *DELETED]
