"""How scripts are divided into statements, and which are refused before the first is carried out."""

import pytest

from operations.schema_migrations.statements import problems, shortened, statements
from tests.operations.schema.conftest import AFTER_ALL, SCRIPTS, Schema

PROCEDURE = """CREATE DEFINER = `a`@`%` PROCEDURE p(n INT)
l: BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END;
  IF n THEN BEGIN b; END; ELSE c; END IF;
  SET x = CASE WHEN n THEN 'END;' END;
  CASE n WHEN 1 THEN b; END CASE;
  REPEAT b; UNTIL n END REPEAT;
  WHILE n DO START TRANSACTION; COMMIT; END WHILE;
END l"""
DUMPED = """/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW
BEGIN SET NEW.x = 1; END */"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DROP TABLE a; DROP TABLE b;", ("DROP TABLE a", "DROP TABLE b")),
        ("DROP TABLE a", ("DROP TABLE a",)),
        (
            "INSERT INTO a VALUES ('x;y', \"p;q\", 'it''s; \\'');",
            ("INSERT INTO a VALUES ('x;y', \"p;q\", 'it''s; \\'')",),
        ),
        ("DROP TABLE `a;b`;", ("DROP TABLE `a;b`",)),
        ("-- one; two\nDROP TABLE a; # three;\n/* four; */ ;", ("DROP TABLE a",)),
        ("SELECT 5--1;", ("SELECT 5--1",)),
        ("/*! SET x = 1 */;", ("/*! SET x = 1 */",)),
        (
            "DELIMITER $$\nCREATE TRIGGER t BEGIN a; b; END$$\nDELIMITER ;\nDROP TABLE a;",
            ("CREATE TRIGGER t BEGIN a; b; END", "DROP TABLE a"),
        ),
        ("\ufeff\n\n", ()),
        (
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @begin = 1; b; END;\nDROP TABLE a;",
            (
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @begin = 1; b; END",
                "DROP TABLE a",
            ),
        ),
        (f"{PROCEDURE};\nDROP TABLE a", (PROCEDURE, "DROP TABLE a")),
        (f"{DUMPED};\nDROP TABLE a", (DUMPED, "DROP TABLE a")),
        (
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN a; END; b",
            ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN a; END", "b"),
        ),
        ("SELECT begin end FROM a; SELECT 1", ("SELECT begin end FROM a", "SELECT 1")),
    ],
)
def test_statements_are_divided_as_mysqls_client_does(text: str, found: tuple[str, ...]) -> None:
    assert statements(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1; START TRANSACTION", "statement 2 (START TRANSACTION): transactions mean nothing here"),
        ("BEGIN", "transactions mean nothing here"),
        ("commit work", "transactions mean nothing here"),
        ("ROLLBACK", "transactions mean nothing here"),
        ("SAVEPOINT a", "transactions mean nothing here"),
        ("SET TRANSACTION READ ONLY", "transactions mean nothing here"),
        ("SET autocommit=0", "autocommit stays on"),
        ("SET @@session.AUTOCOMMIT := 1", "autocommit stays on"),
        ("/*!40101 SET @OLD=@@AUTOCOMMIT, AUTOCOMMIT=0 */", "autocommit stays on"),
        ("LOCK TABLES a WRITE", "the history cannot be written"),
        ("SET @n = (SELECT ROW_COUNT())", "about the statement before"),
        ("SELECT ROW_COUNT()", "about the statement before"),
        ("DROP TABLE ${env}_a", "statement 1 (DROP TABLE ${env}_a): ${...} is a placeholder"),
        ("INSERT INTO a VALUES ('${x}')", "is a placeholder"),
        (
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.x = 1",
            "write DELIMITER $$ before it",
        ),
        (
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SELECT begin FROM p; END; DROP TABLE a",
            "(CREATE TRIGGER t BEFORE",
        ),
        (
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF 1 THEN SET NEW.x = 1; END IF; DROP TABLE a",
            "statement 2 (END IF): that is the rest of a trigger",
        ),
    ],
)
def test_statements_that_would_not_mean_what_they_say_are_found(text: str, said: str) -> None:
    found = list(problems(text))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "SET @autocommit = @@autocommit",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "INSERT INTO a VALUES ('COMMIT'), ('$ {x}') -- ${x}",
        "UNLOCK TABLES",
        "UPDATE a SET `begin` = 1",
        PROCEDURE,
        f"DELIMITER $$\n{PROCEDURE}$$\nDELIMITER ;",
    ],
)
def test_other_statements_are_not(text: str) -> None:
    assert list(problems(text)) == []


def test_what_is_done_is_not_judged_any_more() -> None:
    assert list(problems("BEGIN; DROP TABLE a", 1)) == []
    assert [one[:11] for one in problems("BEGIN; COMMIT", 1)] == ["statement 2"]


def test_a_statement_is_shown_in_one_line() -> None:
    assert shortened("ALTER TABLE a\n  DROP COLUMN b") == "ALTER TABLE a DROP COLUMN b"
    assert shortened("x" * 101) == "x" * 97 + "..."


def test_a_dry_run_shows_every_statement(flyway: Schema) -> None:
    shown = flyway.rollback("--to", "1", "--dry-run").stderr
    assert "U3__third.sql has 2 statements:\n  1  UPDATE one SET two = 2\n  2  DROP TABLE three" in shown
    assert "  2  ALTER TABLE one DROP COLUMN two" in shown
    assert "cannot be continued" not in shown


def test_all_problems_of_all_scripts_are_told_before_anything_is_changed(flyway: Schema) -> None:
    flyway.write(
        {
            "U2__second.sql": "SET autocommit = 0;\nDROP TABLE two;",
            "U3__third.sql": "START TRANSACTION;\nDROP TABLE ${env}_three;\nROLLBACK;",
        }
    )
    refused = flyway.rollback("--to", "1", code=3).stderr
    for text in (
        "U3__third.sql: statement 1 (START TRANSACTION)",
        "U3__third.sql: statement 2 (DROP TABLE ${env}_three)",
        "U3__third.sql: statement 3 (ROLLBACK)",
        "U2__second.sql: statement 1 (SET autocommit = 0)",
        "Nothing was changed",
    ):
        assert text in refused
    assert flyway.history() == AFTER_ALL
    assert flyway.tables() == {"one", "two", "three"}
    flyway.write(SCRIPTS)
    flyway.rollback("--to", "2")


def test_a_trigger_needs_no_delimiter(flyway: Schema) -> None:
    flyway.world.engine.run(r"GRANT TRIGGER ON `fileflow\_prod`.* TO fileflow_prod")
    trigger = "CREATE TRIGGER t BEFORE INSERT ON one FOR EACH ROW BEGIN SET NEW.id = 7; SET NEW.id = 8; END"
    flyway.undo(f"{trigger};\nDROP TABLE two;")
    flyway.rows("INSERT INTO one (id) VALUES (2)")
    assert flyway.rows("SELECT id FROM one ORDER BY id") == [(1,), (8,)]
