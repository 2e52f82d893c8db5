"""Liquibase's own program on a real server: by count, by tag, and what is refused."""

import os
import subprocess
from pathlib import Path

import pytest

from operations.db.sql import Password
from operations.errors import Refused
from operations.schema_migrations.changelog import ChangeSet, Log, after, not_newest
from operations.schema_migrations.liquibase import Liquibase, _escaped
from tests.operations.engine.killing import killed, last
from tests.operations.engine.secrecy import watched
from tests.operations.schema.conftest import Schema, liquibase

CHANGELOG = """--liquibase formatted sql
--changeset team:1
CREATE TABLE one (id INT PRIMARY KEY);
--rollback DROP TABLE one;
--changeset team:2
CREATE TABLE two (id INT PRIMARY KEY);
--rollback DROP TABLE two;
--changeset team:3
CREATE TABLE three (id INT PRIMARY KEY);
--rollback DROP TABLE three;
--changeset team:4
CREATE TABLE four (id INT PRIMARY KEY);
--rollback DROP TABLE four;
"""


@pytest.fixture
def applied(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> Schema:
    """One and two, then the tag, then three and four."""
    monkeypatch.chdir(schema.directory)
    program, driver = liquibase()
    monkeypatch.setenv("HYBRID_LIQUIBASE", program)
    monkeypatch.setenv("HYBRID_LIQUIBASE_DRIVER", driver)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[3])]))
    schema.write({"changes.sql": CHANGELOG})
    update(schema)
    schema.rows("UPDATE DATABASECHANGELOG SET TAG = 'release-2' WHERE ID = '2'")
    return schema


def update(schema: Schema) -> None:
    """What a deploy does."""
    tool = Liquibase(*liquibase(), str(schema.directory), "changes.sql")
    secret = schema.world.secret()
    connection = {
        "address": secret["host"],
        "port": secret["port"],
        "database": secret["dbname"],
        "ca": str(schema.world.engine.certificates.ca),
        "user": secret["username"],
    }
    tool.run(connection, Password(secret["password"]), "update", limit=60)


def rollback(*more: str) -> list[str]:
    return ["db", "schema", "rollback", "fileflow", "--changelog", "changes.sql", *more]


AGREED = ("--confirm", "fileflow_prod")


def ids(schema: Schema) -> list[str]:
    return [id_ for (id_,) in schema.rows("SELECT ID FROM DATABASECHANGELOG ORDER BY ORDEREXECUTED")]


def test_by_tag_with_a_preview(applied: Schema) -> None:
    shown = applied.hybrid(*rollback("--tag", "release-2", "--dry-run"))
    assert "DROP TABLE four" in shown.stderr
    assert "DROP TABLE two" not in shown.stderr
    assert applied.tables() == {"one", "two", "three", "four"}
    assert applied.rows("SELECT LOCKED + 0 FROM DATABASECHANGELOGLOCK") == [(0,)]

    applied.hybrid(*rollback("--tag", "release-2", *AGREED))
    assert (applied.tables(), ids(applied)) == ({"one", "two"}, ["1", "2"])
    again = applied.hybrid(*rollback("--tag", "release-2", *AGREED))
    assert "nothing to change" in again.stderr


def test_by_count_killed_and_resumed_undoes_exactly_that_many(applied: Schema) -> None:
    killed(applied.hybrid, *rollback("--count", "2", *AGREED), at="between:1")
    assert ids(applied) == ["1", "2", "3"], "killed after Liquibase had ended"
    applied.hybrid("runs", "resume", last(applied.hybrid), "--yes")
    assert (applied.tables(), ids(applied)) == ({"one", "two"}, ["1", "2"])


FIVE = """--changeset team:5
CREATE TABLE five (id INT PRIMARY KEY);
--rollback DROP TABLE five;
"""


@pytest.mark.parametrize(
    ("how_far", "at", "left"),
    [
        (("--count", "1"), "before:1", ["1", "2", "3", "4", "5"]),  # planned, not begun
        (("--tag", "release-2"), "before:1", ["1", "2", "3", "4", "5"]),
        (("--count", "2"), "after:1", ["1", "2", "3", "5"]),  # stopped in the middle
    ],
)
def test_fails_when_a_deploy_applied_more_meanwhile(
    applied: Schema, how_far: tuple[str, str], at: str, left: list[str]
) -> None:
    killed(applied.hybrid, *rollback(*how_far, *AGREED), at=at)
    text = CHANGELOG if "4" in left else CHANGELOG.partition("--changeset team:4")[0]
    applied.write({"changes.sql": text + FIVE})
    update(applied)
    assert ids(applied) == left

    run = last(applied.hybrid)
    refused = applied.hybrid("runs", "resume", run, "--yes", code=3).stderr
    assert "changes.sql::5::team was applied since, and Liquibase would undo that" in refused
    assert f"hybrid runs abandon {run}, then the same command plans again" in refused
    assert ids(applied) == left
    assert {"three", "five"} < applied.tables()

    applied.hybrid("runs", "abandon", run, "--yes")
    again = applied.hybrid(*rollback("--count", "1", "--dry-run")).stderr
    assert "Liquibase undoes changes.sql::5::team" in again


def test_fails_when_liquibase_itself_would_undo_something_else(applied: Schema) -> None:
    """The tag was moved since."""
    killed(applied.hybrid, *rollback("--tag", "release-2", *AGREED), at="before:1")
    applied.rows("UPDATE DATABASECHANGELOG SET TAG = IF(ID = '1', 'release-2', NULL)")
    refused = applied.hybrid("runs", "resume", last(applied.hybrid), "--yes", code=3).stderr
    assert "changes.sql::3::team was to be undone, and Liquibase would undo changes.sql::4::team" in refused
    assert "changes.sql::2::team. This step changed nothing" in refused
    assert len(ids(applied)) == 4


def test_fails_when_the_lock_is_held(applied: Schema) -> None:
    applied.rows("UPDATE DATABASECHANGELOGLOCK SET LOCKED = 1, LOCKEDBY = 'ci-17', LOCKGRANTED = NOW()")
    refused = applied.hybrid(*rollback("--count", "1", *AGREED), code=3)
    assert "Liquibase's lock is held by ci-17" in refused.stderr
    status = applied.hybrid("db", "schema", "status", "fileflow", code=4)
    assert "changes.sql" in status.stdout
    assert "held by ci-17" in status.stdout
    assert len(ids(applied)) == 4


def test_fails_when_a_change_set_was_edited(applied: Schema) -> None:
    applied.write({"changes.sql": CHANGELOG.replace("three (id INT", "three (id BIGINT")})
    refused = applied.hybrid(*rollback("--count", "1", *AGREED), code=3)
    assert "Validation Failed" in refused.stderr
    assert "changes.sql::3::team" in refused.stderr
    assert applied.password() not in refused.stderr
    assert len(ids(applied)) == 4


def test_the_password_reaches_liquibase_and_nothing_else(applied: Schema) -> None:
    process = subprocess.Popen(
        applied.hybrid.command(*rollback("--count", "1", *AGREED)),
        env=applied.hybrid.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with watched(process) as seen:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert any("liquibase.jar" in text or "LiquibaseCommandLine" in text for text in seen.texts), (
        "Java was seen"
    )
    files = [path.read_text() for path in applied.hybrid.home.rglob("*") if path.is_file()]
    assert not any(applied.password() in text for text in [out, err, *files, *seen.texts])


def test_the_child_gets_the_password_in_a_file_and_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "liquibase"
    program.write_text(f'#!/bin/sh\nenv > {tmp_path}/env; echo "$@" > {tmp_path}/args; cat "${{1#*=}}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "Canary-key")
    connection = {"address": "db", "port": 3306, "database": "d", "ca": "/ca.pem", "user": "u"}
    tool = Liquibase(str(program), None, str(tmp_path), "c.sql")
    said = tool.run(connection, Password("Canary=word"), "update", limit=10)
    assert "password: Canary\\=word" in said
    others = (tmp_path / "env").read_text() + (tmp_path / "args").read_text()
    assert "Canary" not in others
    assert "PATH=" in others


SETS = tuple(
    ChangeSet("c.sql", id_, "t", tag) for id_, tag in (("1", None), ("2", "a"), ("3", None), ("4", "b"))
)


@pytest.mark.parametrize(
    ("count", "tag", "chosen"), [(1, None, "4"), (9, None, "4321"), (None, "a", "43"), (None, "b", "")]
)
def test_what_came_last_goes_first(count: int | None, tag: str | None, chosen: str) -> None:
    assert "".join(one.id for one in after(Log(SETS, ""), count=count, tag=tag)) == chosen


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ("43", ""),
        ("4", ""),
        ("3", "c.sql::4::t was applied since, and Liquibase would undo that, not c.sql::3::t"),
        ("41", "c.sql::3::t, c.sql::2::t was applied since"),
        ("34", "and the newest are now c.sql::4::t, c.sql::3::t"),
    ],
)
def test_only_the_newest_may_be_undone(sets: str, said: str) -> None:
    found = not_newest(Log(SETS, ""), [f"c.sql::{one}::t" for one in sets])
    assert said in found
    assert bool(said) == bool(found)


def test_fails_when_there_is_no_such_tag() -> None:
    with pytest.raises(Refused, match="no such tag; there is b, a"):
        after(Log(SETS, ""), count=None, tag="c")


@pytest.mark.parametrize(
    ("text", "written"), [("a b", r"a\ b"), ("p=:#!\\", r"p\=\:\#\!\\"), ("é𝄞", r"\u00e9\ud834\udd1e")]
)
def test_values_are_written_as_java_reads_them(text: str, written: str) -> None:
    assert _escaped(text) == written


@pytest.mark.parametrize(
    ("version", "tag", "command"),
    [
        ("4.3.3", None, ["rollbackCountSQL", "2"]),
        ("4.3.3", "t", ["rollbackSQL", "t"]),
        ("4.4.0", None, ["rollback-count-sql", "--count=2"]),
        ("4.29.1", "t", ["rollback-sql", "--tag=t"]),
    ],
)
def test_commands_are_those_of_the_version(
    tmp_path: Path, version: str, tag: str | None, command: list[str]
) -> None:
    program = tmp_path / "liquibase"
    program.write_text(f"#!/bin/sh\necho 'Liquibase Version: {version}'\n")
    program.chmod(0o755)
    tool = Liquibase(str(program), None, ".", "c.sql")
    assert tool.command("SQL", count=None if tag else 2, tag=tag) == command
