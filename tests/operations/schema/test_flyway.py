"""Flyway's schema, back and forth on a real server: history, refusals, failing and killed undos."""

import json
from typing import Any

import pytest

from operations.local import control
from operations.schema_migrations.flyway import lock_name
from operations.schema_migrations.scripts import crc
from tests.operations.engine.killing import last
from tests.operations.schema.conftest import AFTER_ALL, DELETED, SCRIPTS, Schema


def columns(schema: Schema) -> list[str]:
    return [row[0] for row in schema.rows("SHOW COLUMNS FROM one")]


def status(schema: Schema, code: int = 0) -> dict[str, Any]:
    command = ["db", "schema", "status", "fileflow", "--migrations", str(schema.directory), "--json"]
    found: dict[str, Any] = json.loads(schema.hybrid(*command, code=code).stdout)
    return found


def test_up_to_three_and_down_to_one(flyway: Schema) -> None:
    shown = flyway.rollback("--to", "2", "--dry-run")
    assert "undo-3: U3__third.sql undoes V3__third.sql" in shown.stderr
    assert flyway.history() == AFTER_ALL

    flyway.rollback("--to", "2")
    assert (flyway.tables(), columns(flyway)) == ({"one", "two"}, ["id", "two"])
    assert flyway.rows("SELECT * FROM one") == [(1, 2)]
    assert flyway.history() == [*AFTER_ALL, DELETED[0]]
    assert status(flyway)["current"] == "2"

    flyway.rollback("--count", "1")
    assert (flyway.tables(), columns(flyway)) == ({"one"}, ["id"])
    assert flyway.history() == [*AFTER_ALL, *DELETED]

    writes = control.calls(flyway.world.emulator, control.Kind.WRITES)
    again = flyway.rollback("--to", "1")
    assert "nothing to change" in again.stderr
    assert control.calls(flyway.world.emulator, control.Kind.WRITES) == writes

    flyway.migrate("V2__second.sql")  # Flyway takes a deleted version as one that is not applied
    assert status(flyway)["current"] == "2"
    flyway.rollback("--to", "1")
    assert flyway.tables() == {"one"}


@pytest.mark.parametrize("at", ["between:1", "after:1", "between:2", "after:2"])
def test_a_resume_ends_as_an_uninterrupted_run(flyway: Schema, at: str) -> None:
    flyway.rollback("--to", "1", kill=at)
    flyway.hybrid("runs", "resume", last(flyway.hybrid), "--yes")
    assert (flyway.tables(), columns(flyway)) == ({"one"}, ["id"])
    assert flyway.rows("SELECT * FROM one") == [(11,)], "the change of data was made once"
    assert flyway.history() == [*AFTER_ALL, *DELETED]


def test_a_failing_undo_reports_exactly_and_goes_on(flyway: Schema) -> None:
    flyway.write({"U2__second.sql": SCRIPTS["U2__second.sql"].replace("DROP TABLE two", "DROP TABLE tow")})
    failed = flyway.rollback("--to", "1", code=1)
    assert "U2__second.sql: statement 3 of 3 failed" in failed.stderr
    assert "Unknown table 'fileflow_prod.tow'" in failed.stderr
    assert "statements 1 to 2 are done, 3 to 3 are not" in failed.stderr
    assert flyway.history()[-1] == ("2", "UNDO_SQL", "U2__second.sql", 0)
    assert columns(flyway) == ["id"]
    assert "U2__second.sql stopped in the middle (UNDO_SQL)" in status(flyway, code=4)["problems"]

    flyway.write(SCRIPTS)
    run = last(flyway.hybrid)
    changed = flyway.hybrid("runs", "resume", run, "--yes", code=3)
    assert "is not the script that was agreed to" in changed.stderr
    flyway.hybrid("runs", "abandon", run, "--yes")
    other = flyway.rollback("--to", "2", code=3)
    assert "the undo of 2 stopped in the middle; finish it first" in other.stderr
    flyway.rollback("--to", "1")
    assert flyway.tables() == {"one"}
    assert flyway.rows("SELECT * FROM one") == [(11,)], "what was done is not done again"
    assert flyway.history() == [*AFTER_ALL, *DELETED]


def test_a_run_resumes_when_the_database_is_corrected(flyway: Schema) -> None:
    flyway.rows("CREATE TABLE child (id INT, CONSTRAINT c FOREIGN KEY (id) REFERENCES two (id))")
    flyway.rollback("--to", "1", code=1)
    flyway.rows("DROP TABLE child")
    flyway.hybrid("runs", "resume", last(flyway.hybrid), "--yes")
    assert flyway.tables() == {"one"}


@pytest.mark.parametrize(
    ("progress", "left"), [(5, "DROP TABLE two"), (3, "ALTER TABLE one DROP COLUMN two")]
)
def test_ddl_whose_end_nobody_knows_is_repeated(flyway: Schema, progress: int, left: str) -> None:
    """A crash between a statement and its note: it was carried out."""
    flyway.rollback("--to", "2")
    flyway.rows("UPDATE one SET id = 11")
    done = [line.rstrip(";") for line in SCRIPTS["U2__second.sql"].split("\n")]
    flyway.rows(
        "INSERT INTO flyway_schema_history VALUES (5, '2', 'second', 'UNDO_SQL', 'U2__second.sql', "  # noqa: S608
        f"{crc(done[: progress // 2])}, 'x', NOW(), {progress}, 0)"
    )
    if progress == 5:
        flyway.rows("ALTER TABLE one DROP COLUMN two")
    flyway.rows(left)
    flyway.rollback("--to", "1")
    assert (flyway.tables(), columns(flyway)) == ({"one"}, ["id"])
    assert flyway.history() == [*AFTER_ALL, *DELETED]


def change(flyway: Schema, name: str, text: str = "SELECT 1;") -> None:
    (flyway.directory / name).write_text(text)


def test_fails_when_scripts_are_not_what_was_applied(flyway: Schema) -> None:
    change(flyway, "V1__first.sql")
    refused = flyway.rollback("--to", "2", code=3)
    assert "V1__first.sql has the checksum" in refused.stderr
    assert status(flyway, code=4)["problems"]
    flyway.write(SCRIPTS)

    (flyway.directory / "U3__third.sql").unlink()
    missing = flyway.rollback("--to", "1", code=3)
    assert "has no U3__*.sql" in missing.stderr
    flyway.write(SCRIPTS)

    unknown = flyway.rollback("--to", "7", code=3)
    assert "that version is not applied; 1, 2, 3 is" in unknown.stderr
    tagged = flyway.rollback("--tag", "x", code=2)
    assert "--tag is Liquibase's" in tagged.stderr
    both = flyway.rollback("--to", "1", "--count", "1", code=2)
    assert "exactly one of them" in both.stderr
    flyway.rows("UPDATE flyway_schema_history SET success = 0 WHERE version = '3'")
    broken = flyway.rollback("--to", "1", code=3)
    assert "flyway repair first" in broken.stderr
    assert flyway.tables() == {"one", "two", "three"}


def test_fails_when_flyway_is_at_work(flyway: Schema) -> None:
    with flyway.world.engine.root() as other, other.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK('{lock_name('fileflow_prod')}', 1)")
        refused = flyway.rollback("--to", "2", code=3)
    assert "Flyway is at work on fileflow_prod" in refused.stderr
    assert flyway.history() == AFTER_ALL


def test_the_password_is_nowhere(flyway: Schema) -> None:
    flyway.write({"U2__second.sql": "DROP TABLE tow;"})
    failed = flyway.rollback("--to", "1", "--json", code=1)
    texts = [failed.stdout, failed.stderr]
    texts += [path.read_text() for path in flyway.hybrid.home.rglob("*") if path.is_file()]
    assert not any(flyway.password() in text for text in texts)
