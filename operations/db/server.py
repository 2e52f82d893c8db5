"""Connections to the database server: TLS with a verified name or none, errors a person understands."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CR, ER

from operations.db.sql import Password, Statement
from operations.errors import HybridError, UsageError

CONNECT_LIMIT = 10
"""Seconds for a connection with its TLS handshake."""

ANSWER_LIMIT = 300
"""Seconds for one statement, unless who connects knows better: DDL of a large table takes longer."""

KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}
"""Seconds of silence, then between probes, and how many of them. NAT gateways and tunnels forget a silent
connection after minutes, and a long statement is silent. TCP_KEEPALIVE is macOS's name for TCP_KEEPIDLE."""

CA_SOURCE = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""Where AWS publishes it (RDS user guide, "Using SSL/TLS to encrypt a connection")."""

_LOST = {CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, ER.SERVER_SHUTDOWN, 0}


class Unreachable(HybridError):
    """No connection came about."""


class Denied(HybridError):
    """The server does not accept this user with this password."""


class Lost(HybridError):
    """The connection ended in the middle; what the last statement did is unknown."""


class Login(StrEnum):
    """What a try to log in with a password said."""

    WORKS = "works"
    DENIED = "denied"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Endpoint:
    """A server as it names itself, and the way to it if that is another, such as a tunnel."""

    name: str
    """Host name in its certificate and in the services' secrets."""

    port: int
    ca: Path
    via_host: str | None = None
    via_port: int | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self.via_host or self.name, self.via_port or self.port

    def __str__(self) -> str:
        host, port = self.address
        return f"{host}:{port}" + (f" (for {self.name})" if host != self.name else "")


class _NamedContext(ssl.SSLContext):
    """Verifies the certificate against the server's own name, whatever address leads to it.

    This is also where the driver hands out its socket, so it is kept alive from here.
    """

    server_name = ""

    def wrap_socket(self, sock: Any, *args: Any, **options: Any) -> ssl.SSLSocket:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEP_ALIVE.items():
            if option := getattr(socket, name, None):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
        return super().wrap_socket(sock, *args, **options | {"server_hostname": self.server_name})


class Session:
    """One connection. Every failure leaves it as an error of ours that has no password in it."""

    def __init__(self, connection: "pymysql.Connection[Any]", endpoint: Endpoint) -> None:
        self._connection = connection
        self._endpoint = endpoint

    def rows(self, text: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of a query that has nothing secret in it."""
        return self._ask(Statement(text, values))

    def run(self, statement: Statement) -> None:
        """Execute one statement."""
        self._ask(statement)

    def _ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        failure: HybridError
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement.text, statement.bound())
                return list(cursor.fetchall())
        except (pymysql.MySQLError, OSError) as error:
            failure = _failure(error, statement, self._endpoint)
        # Raised out here, so that the driver's error, which may quote the statement, is not chained to it.
        raise failure

    def close(self) -> None:
        """End it, also when the server is gone already."""
        self._connection.close() if self._connection.open else None


@contextmanager
def session(
    endpoint: Endpoint, user: str, password: Password, *, answer_limit: float = ANSWER_LIMIT
) -> Iterator[Session]:
    """Connect over verified TLS, or raise `Unreachable` or `Denied`.

    A statement that takes longer than `answer_limit` seconds is `Lost`, and the server may go on with it.
    """
    opened = Session(_connect(endpoint, user, password, answer_limit), endpoint)
    try:
        yield opened
    finally:
        opened.close()


def try_login(endpoint: Endpoint, user: str, password: Password) -> Login:
    """Whether the server takes this password; other troubles, such as a locked account, are raised."""
    try:
        with session(endpoint, user, password):
            return Login.WORKS
    except Denied:
        return Login.DENIED


def _connect(
    endpoint: Endpoint, user: str, password: Password, answer_limit: float
) -> "pymysql.Connection[Any]":
    host, port = endpoint.address
    context, failure = _context(endpoint), HybridError()
    try:
        # Given a context, the driver refuses a server that offers no TLS before it sends the password.
        return pymysql.connect(
            host=host,
            port=port,
            user=user,
            password=password.reveal,
            ssl=context,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=CONNECT_LIMIT,
            read_timeout=answer_limit,
            write_timeout=ANSWER_LIMIT,
        )
    except (pymysql.MySQLError, OSError) as error:
        failure = _no_connection(error, endpoint, user, password)
    raise failure


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    if not endpoint.ca.is_file():
        raise UsageError(
            f"{endpoint.ca} does not exist; it must hold the certificate authorities of the server. For RDS "
            f"download {CA_SOURCE} to there, or name another file with --ca or HYBRID_DB_CA"
        )
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    context.server_name = endpoint.name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 asks for extensions that authorities of RDS lack; chain and name are verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(cafile=endpoint.ca)
    except ssl.SSLError as error:
        raise UsageError(f"{endpoint.ca} holds no certificates in PEM form ({error.reason})") from None
    return context


def _no_connection(error: Exception, endpoint: Endpoint, user: str, password: Password) -> HybridError:
    code, text = _said(error)
    cause = getattr(error, "original_exception", None) or error
    if code in (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR):
        return Denied(f"{endpoint} does not accept {user} with the password in the secret")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Unreachable(
            f"{endpoint} is not who it should be: {cause.verify_message}; nothing was sent to it. "
            f"The certificate must name {endpoint.name} and come from an authority in {endpoint.ca}"
        )
    if code == CR.CR_SSL_CONNECTION_ERROR or isinstance(cause, ssl.SSLError):
        return Unreachable(f"{endpoint} offers no TLS that can be used ({text}); nothing was sent to it")
    if code in (CR.CR_CONN_HOST_ERROR, *_LOST):
        reason = getattr(cause, "strerror", None) or str(cause)
        return Unreachable(
            f"{endpoint} cannot be reached ({password.hide(reason)}); run this where the VPC is reachable, "
            "or name a tunnel with --host and --port"
        )
    return Unreachable(f"{endpoint} refused {user}: {password.hide(text)} (error {code})")


def _failure(error: Exception, statement: Statement, endpoint: Endpoint) -> HybridError:
    code, text = _said(error)
    if code in _LOST or isinstance(error, (OSError, pymysql.InterfaceError)):
        return Lost(f"the connection to {endpoint} was lost in: {statement}")
    return HybridError(f"{endpoint} refused: {statement}\n{statement.hide(text)} (error {code})")


def _said(error: Exception) -> tuple[int, str]:
    """Code and message; the driver gives a code alone, or a code of 0, where the server said nothing."""
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    return code, str(error.args[-1]) if error.args else type(error).__name__
