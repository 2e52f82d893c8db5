"""A service's database on a real server, with the histories that Flyway and Liquibase keep."""

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from operations.db.names import secret_name
from operations.engine.context import Context
from operations.engine.redact import Hidden, Redactor
from operations.engine.retry import Clients
from operations.paths import PROJECT_ROOT
from operations.schema_migrations.scripts import checksum
from operations.schema_migrations.undoing import undo
from tests.operations.db.conftest import World, aws, emulator, engine, session_engine, session_server, world
from tests.operations.engine.killing import Hybrid

__all__ = ["aws", "emulator", "engine", "session_engine", "session_server", "world"]

HISTORY = """CREATE TABLE fileflow_prod.flyway_schema_history (
    installed_rank INT NOT NULL, version VARCHAR(50), description VARCHAR(200) NOT NULL,
    type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT,
    installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    execution_time INT NOT NULL, success BOOL NOT NULL,
    CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank), INDEX (success)) ENGINE=InnoDB"""
"""As Flyway makes it (flyway-database-mysql, MySQLDatabase.getRawCreateScript)."""

SCRIPTS = {
    "V1__first.sql": "CREATE TABLE one (id INT PRIMARY KEY); INSERT INTO one VALUES (1);",
    "V2__second.sql": "CREATE TABLE two (id INT PRIMARY KEY); "
    "ALTER TABLE one ADD COLUMN two INT; UPDATE one SET two = 2;",
    "V3__third.sql": "CREATE TABLE three (id INT PRIMARY KEY); UPDATE one SET two = 3;",
    "U2__second.sql": "UPDATE one SET id = id + 10;\nALTER TABLE one DROP COLUMN two;\nDROP TABLE two;",
    "U3__third.sql": "UPDATE one SET two = 2;\nDROP TABLE three;",
}
UP = tuple(name for name in SCRIPTS if name.startswith("V"))
AFTER_ALL = [
    ("1", "SQL", "V1__first.sql", 1),
    ("2", "SQL", "V2__second.sql", 1),
    ("3", "SQL", "V3__third.sql", 1),
]
DELETED = [("3", "DELETE", "V3__third.sql", 1), ("2", "DELETE", "V2__second.sql", 1)]


@dataclass
class Schema:
    """fileflow's database in prod."""

    world: World
    hybrid: Hybrid
    directory: Path
    """Scripts or change logs."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """As root, in the service's database."""
        with self.world.engine.root() as connection, connection.cursor() as cursor:
            cursor.execute("USE fileflow_prod")
            cursor.execute(query)
            return list(cursor.fetchall())

    def tables(self) -> set[str]:
        """Of the service, without those of the tools."""
        names = {str(name) for (name,) in self.rows("SHOW TABLES")}
        return {name for name in names if not name.upper().startswith(("FLYWAY", "DATABASECHANGELOG"))}

    def write(self, scripts: Mapping[str, str]) -> None:
        for name, text in scripts.items():
            (self.directory / name).write_text(text)

    def password(self) -> str:
        return str(self.world.secret()["password"])

    def rollback(self, *more: str, code: int = 0, kill: str = "") -> Any:
        """With Flyway's scripts."""
        scripts = ["--migrations", str(self.directory), "--confirm", "fileflow_prod"]
        command = ["db", "schema", "rollback", "fileflow", *more, *scripts]
        return self.hybrid(*command, code=-9 if kill else code, kill=kill)

    def undo(self, text: str, *, seconds: float = 600) -> Mapping[str, Any]:
        """The step that undoes version 2, in this process, by a script of this text."""
        script = self.directory / "U2__second.sql"
        script.write_text(text)
        secret = self.world.secret()
        params = {
            "address": secret["host"],
            "port": secret["port"],
            "ca": str(self.world.engine.certificates.ca),
            "via_host": None,
            "via_port": None,
            "user": secret["username"],
            "password": Hidden(secret["password"]),
            "database": secret["dbname"],
            "script": str(script),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "version": "2",
            "applied_version": "2",
            "applied_script": "V2__second.sql",
            "applied_checksum": checksum(SCRIPTS["V2__second.sql"]),
            "description": "second",
        }
        deadline = time.monotonic() + seconds
        aws = Clients(self.world.on.aws.account_id)
        context = Context("run-1f9c2e", aws, Redactor(), self.directory, {}, deadline=deadline)
        return undo(context, params)

    def migrate(self, *names: str) -> None:
        """What `flyway migrate` does with V scripts of one statement a line."""
        for name in names:
            text = (self.directory / name).read_text()
            for statement in filter(None, map(str.strip, text.split(";"))):
                self.rows(statement)
            rank = len(self.rows("SELECT 1 FROM flyway_schema_history")) + 1
            version, _, description = name.removesuffix(".sql")[1:].partition("__")
            given = (rank, version, description, "SQL", name, checksum(text), "fileflow_prod")
            values = ", ".join(repr(one) for one in given)
            self.rows(f"INSERT INTO flyway_schema_history VALUES ({values}, NOW(), 7, 1)")  # noqa: S608

    def history(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT version, type, script, success FROM flyway_schema_history ORDER BY installed_rank"
        )


@pytest.fixture
def schema(world: World, tmp_path: Path) -> Schema:
    world.provision()
    assert secret_name("fileflow", "prod") == "fileflow/prod/database"
    directory = tmp_path / "migrations"
    directory.mkdir()
    more = {"HYBRID_DB_CA": str(world.engine.certificates.ca)}
    return Schema(world, Hybrid(world.emulator, tmp_path / "home", more=more), directory)


@pytest.fixture
def flyway(schema: Schema) -> Schema:
    schema.rows(HISTORY)
    schema.write(SCRIPTS)
    schema.migrate(*UP)
    return schema


def liquibase() -> tuple[str, str]:
    """Liquibase's program and a driver, as npm's node-liquibase carries them."""
    base = Path(os.environ.get("HYBRID_TEST_LIQUIBASE") or PROJECT_ROOT / "node_modules/node-liquibase/dist")
    program, driver = base / "liquibase/liquibase", base / "drivers/mariadb-java-client-2.5.3.jar"
    if not program.is_file():
        pytest.fail(
            f"{program} is missing; run npm ci, or name a distribution in HYBRID_TEST_LIQUIBASE",
            pytrace=False,
        )
    return str(program), str(driver)
