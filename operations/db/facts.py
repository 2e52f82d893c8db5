"""What is there: the instance, the database, its user, the secret. Reads only."""

import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from operations.aws import Aws, error_code, explained
from operations.db import names, vault
from operations.db.grants import Difference, difference
from operations.db.server import Endpoint, Session, try_login
from operations.db.sql import ANY_HOST, Password
from operations.errors import HybridError

if TYPE_CHECKING:
    from environments.schema import Fleet

DUAL_PASSWORDS = (8, 0, 14)
"""MySQL's first version with them; MariaDB has none."""


SETTLE_SECONDS = 2.0
"""How long a closed connection may still be listed before it counts as open."""


@dataclass(frozen=True)
class Instance:
    """The shared instance as the stack `shared` publishes it, and who administers it."""

    endpoint: Endpoint
    admin: str
    password: Password = field(repr=False)


@dataclass(frozen=True)
class Server:
    """What the server is."""

    version: str
    dual_passwords: bool
    read_only: bool
    logs_passwords: bool
    """Its general log is on and keeps statements as they came. MySQL blanks passwords unless `log_raw` is on
    (MySQL 8.4 manual, "Passwords and Logging"); MariaDB does not."""


@dataclass(frozen=True)
class Account:
    """The service's user."""

    requires_tls: bool
    old_password_kept: bool
    grants: Difference


@dataclass(frozen=True)
class Facts:
    """All that a plan depends on."""

    names: names.Names
    endpoint: Endpoint
    server: Server
    database: bool
    account: Account | None
    other_hosts: tuple[str, ...]
    """Accounts of the same name for single hosts; the server would prefer them to ours."""

    connections: int
    secret: vault.Secret
    region: str
    key: str
    """Key that encrypts a secret made here."""

    key_exists: bool

    replica_region: str | None = None
    """Region that needs a copy of the secret and has the key for it."""

    @property
    def connection(self) -> dict[str, object]:
        """What the secret must hold beside the password."""
        return {
            "username": self.names.user,
            "host": self.endpoint.name,
            "port": self.endpoint.port,
            "dbname": self.names.database,
            "engine": names.ENGINE,
        }


def instance(aws: Aws, fleet: "Fleet", ca: Path, host: str | None, port: int | None) -> Instance:
    """Where the server is and how to administer it; `host` and `port` name another way to it."""
    # Every workload uses one instance; it is published under the name of the one that `dr` stands by for.
    region, published_for = fleet.shared.region, fleet.dr.primary
    paths = {
        item: names.instance_parameter(published_for, item) for item in ("endpoint", "port", "secret-arn")
    }
    name = _parameter(aws, region, paths["endpoint"])
    if not re.fullmatch(r"[A-Za-z0-9.-]+", name):
        raise HybridError(
            f"{paths['endpoint']} must be a host name alone, without a port: {name!r}; deploy shared"
        )
    published = _parameter(aws, region, paths["port"])
    if not published.isdecimal():
        raise HybridError(f"{paths['port']} must be a number: {published!r}")
    admin, password = vault.credentials(aws, region, _parameter(aws, region, paths["secret-arn"]))
    return Instance(Endpoint(name, int(published), ca, host, port), admin, password)


def gather(aws: Aws, fleet: "Fleet", wanted: names.Names, at: Endpoint, session: Session) -> Facts:
    """Everything about one service. Tries the passwords of the secret on the server, if there is a user."""
    region = fleet.workloads[wanted.environment].region
    hosts = [str(row[0]) for row in session.rows("SELECT host FROM mysql.user WHERE user = %s", wanted.user)]
    server = read_server(session)
    account = _account(session, wanted, server) if ANY_HOST in hosts else None
    secret = vault.read(aws, region, wanted.secret)
    if account:
        secret = replace(
            secret,
            current=_tried(secret.current, at, wanted.user),
            pending=_tried(secret.pending, at, wanted.user),
        )
    key = names.secrets_key_alias(fleet.shared.organisation.prefix)
    return Facts(
        names=wanted,
        endpoint=at,
        server=server,
        database=_exists(session, wanted.database),
        account=account,
        other_hosts=tuple(host for host in hosts if host != ANY_HOST),
        connections=_connections(session, wanted.user),
        secret=secret,
        region=region,
        key=key,
        key_exists=has_key(aws, region, key),
        replica_region=_replica_region(aws, fleet, wanted.environment, key),
    )


def read_server(session: Session) -> Server:
    """Version and mode."""
    query = "SELECT VERSION(), @@GLOBAL.read_only, @@GLOBAL.general_log"
    [(version, read_only, logs)] = session.rows(query)
    numbers = tuple(int(part) for part in re.findall(r"\d+", str(version))[:3])
    is_mysql = "mariadb" not in str(version).lower()
    if logs and is_mysql:
        [(_, raw)] = session.rows("SHOW GLOBAL VARIABLES LIKE 'log_raw'")
        logs = raw == "ON"
    dual = is_mysql and numbers >= DUAL_PASSWORDS
    return Server(str(version), dual, str(read_only) not in ("0", "OFF"), bool(logs))


def _account(session: Session, wanted: names.Names, server: Server) -> Account:
    # The hash of the old password stays on the server; only whether there is one is asked for.
    old = "User_attributes->>'$.additional_password' IS NOT NULL" if server.dual_passwords else "0"
    query = f"SELECT ssl_type, {old} FROM mysql.user WHERE user = %s AND host = %s"  # noqa: S608 - our texts
    [(tls, kept)] = session.rows(query, wanted.user, ANY_HOST)
    lines = [str(row[0]) for row in session.rows("SHOW GRANTS FOR %s@%s", wanted.user, ANY_HOST)]
    tls = tls.decode() if isinstance(tls, bytes) else str(tls)
    return Account(bool(tls), bool(kept), difference(wanted.database, lines))


def _tried(version: vault.Version | None, at: Endpoint, user: str) -> vault.Version | None:
    if version is None or version.password is None or not version.usable_for(user):
        return version
    return replace(version, login=try_login(at, user, version.password))


def _exists(session: Session, database: str) -> bool:
    query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s"
    return bool(session.rows(query, database))


def _connections(session: Session, user: str) -> int:
    """Connections of the user. The server lists one for a moment after its end, as of our own trial login."""
    query = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = %s"
    deadline = time.monotonic() + SETTLE_SECONDS
    while (count := int(session.rows(query, user)[0][0])) and time.monotonic() < deadline:
        time.sleep(0.1)
    return count


def _replica_region(aws: Aws, fleet: "Fleet", environment: str, key: str) -> str | None:
    """Where the standby of this environment reads the secret, once the key is there to encrypt it."""
    if environment != fleet.dr.primary:
        return None
    return fleet.dr.region if has_key(aws, fleet.dr.region, key) else None


def has_key(aws: Aws, region: str, alias: str) -> bool:
    """Whether a region has the key of this alias."""
    client = aws.client("kms", region)
    with explained(f"kms:DescribeKey of {alias} in {region}"):
        try:
            client.describe_key(KeyId=alias)
        except client.exceptions.NotFoundException:
            return False
    return True


def _parameter(aws: Aws, region: str, path: str) -> str:
    client = aws.client("ssm", region)
    with explained(f"ssm:GetParameter of {path}"):
        try:
            return str(client.get_parameter(Name=path)["Parameter"]["Value"]).strip()
        except client.exceptions.ParameterNotFound as error:
            missing = error_code(error)
    raise HybridError(f"{path} is not in SSM of {region} ({missing}); deploy the stack shared first")
