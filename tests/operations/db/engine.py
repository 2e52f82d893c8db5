"""A real database server for tests: Debian's MariaDB, or the MySQL that `HYBRID_TEST_MYSQLD` names."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.operations.db.certificates import Certificates

SYSTEM_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
ADMIN = "platform_admin"
ADMIN_PASSWORD = "Canary-master-5f1c9e"  # noqa: S105 - looked for in every output
PRIVILEGES_OF_RDS = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, "
    "REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)
"""What the master user of RDS for MySQL has (RDS user guide, "Master user account privileges")."""

START_LIMIT = 60.0


@dataclass
class Engine:
    """One server with TLS, a data directory, a socket and a port on loopback of its own."""

    home: Path
    certificates: Certificates
    tls: bool = True
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        mysqld = os.environ.get("HYBRID_TEST_MYSQLD")
        self.is_mysql = bool(mysqld)
        found = mysqld or shutil.which("mariadbd", path=SYSTEM_PATH)
        if not found:
            pytest.fail(
                "mariadbd is not on this machine; install Debian's package mariadb-server, or run "
                "tools/test-prerequisites.sh",
                pytrace=False,
            )
        self.program = found
        self.data = self.home / "data"
        # A socket's path may have 107 characters; a directory of pytest's own can be longer.
        self.socket = Path(tempfile.mkdtemp(prefix="db-")) / "s"

    def create(self) -> None:
        """Make the data directory, start, and add the administrator that RDS would have made."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.is_mysql:
            command = [self.program, "--no-defaults", "--initialize-insecure", f"--datadir={self.data}"]
        else:
            install = shutil.which("mariadb-install-db", path=SYSTEM_PATH) or "mariadb-install-db"
            command = [install, "--no-defaults", f"--datadir={self.data}", "--skip-test-db"]
            command.append("--auth-root-authentication-method=normal")
        done = subprocess.run([*command, *self._user()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        self.start()
        self.run(f"CREATE USER '{ADMIN}'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}'")
        self.run(f"GRANT {PRIVILEGES_OF_RDS} ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION")

    def start(self) -> None:
        """Start on the same port as before, and wait until it answers."""
        self.port = self.port or _free_port()
        command = [
            self.program,
            "--no-defaults",
            f"--datadir={self.data}",
            f"--socket={self.socket}",
            f"--pid-file={self.home / 'pid'}",
            f"--log-error={self.log}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=16M",
            *self._user(),
            *(["--mysqlx=OFF", "--secure-file-priv=NULL"] if self.is_mysql else []),
        ]
        if self.tls:
            files = self.certificates
            command += [f"--ssl-ca={files.ca}", f"--ssl-cert={files.server}", f"--ssl-key={files.key}"]
        else:
            command += ["--tls-version="] if self.is_mysql else ["--skip-ssl"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    @property
    def log(self) -> Path:
        return self.home / "error.log"

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it; with SIGKILL as a crash would."""
        if self.process:
            self.process.send_signal(sign)
            self.process.wait(timeout=60)
            self.process = None

    def remove(self) -> None:
        """End it for good."""
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.socket.parent, ignore_errors=True)

    @contextmanager
    def root(self) -> Iterator["pymysql.Connection[Any]"]:
        """A connection of root through the socket."""
        connection = pymysql.connect(
            unix_socket=str(self.socket), user="root", autocommit=True, ssl_disabled=True
        )
        try:
            yield connection
        finally:
            connection.close()

    def run(self, text: str) -> list[tuple[Any, ...]]:
        """Execute a statement as root."""
        with self.root() as connection, connection.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())

    def kill_connections_of(self, user: str) -> None:
        """End every connection of a user, as a failover or an administrator would."""
        query = f"SELECT id FROM information_schema.processlist WHERE user = '{user}'"  # noqa: S608
        for (id_,) in self.run(query):
            self.run(f"KILL {id_}")

    def clear(self) -> None:
        """Remove what tests made: every database and user that the server was not born with."""
        for (name,) in self.run("SHOW DATABASES"):
            if name not in ("information_schema", "mysql", "performance_schema", "sys"):
                self.run(f"DROP DATABASE `{name}`")
        accounts = self.run("SELECT user, host FROM mysql.user")
        for user, host in accounts:
            if user not in ("root", ADMIN) and not user.startswith(("mysql.", "mariadb.")):
                self.kill_connections_of(user)
                self.run(f"DROP USER '{user}'@'{host}'")

    def _answers(self) -> bool:
        try:
            with self.root():
                return True
        except pymysql.MySQLError:
            return False

    @staticmethod
    def _user() -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
