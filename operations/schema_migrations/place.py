"""A service's database: where it is, and who may change its schema."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.aws import Aws, explained
from operations.db import names, run, vault
from operations.db.server import ANSWER_LIMIT, Endpoint, Session, session
from operations.db.sql import Password, quoted
from operations.engine import Secret
from operations.errors import HybridError, Refused


@dataclass(frozen=True)
class Place:
    """The database of one service, and its own user, who may change nothing else."""

    names: names.Names
    account: str
    region: str
    endpoint: Endpoint
    user: str
    secret_arn: str
    aws: Aws

    def password(self) -> Password:
        """Read anew each time; nobody keeps it."""
        return vault.credentials(self.aws, self.region, self.secret_arn)[1]

    def params(self) -> dict[str, Any]:
        """For a `Local`, which may run in another process, later."""
        at = self.endpoint
        return {
            "address": at.name,
            "port": at.port,
            "ca": str(at.ca.resolve()),
            "via_host": at.via_host,
            "via_port": at.via_port,
            "user": self.user,
            "password": Secret(self.secret_arn, "password"),
            "database": self.names.database,
        }

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection as the service's user, in its database."""
        with session(self.endpoint, self.user, self.password()) as opened:
            opened.rows(f"USE {quoted(self.names.database)}")
            yield opened


def find(service: str, environment: str, ca: Path, host: str | None, port: int | None) -> Place:
    """From configuration, SSM and the service's secret."""
    on = run.platform(ca, host, port, environment)
    wanted = names.known_service(on.fleet, environment, service)
    region = on.fleet.workloads[environment].region
    client = on.aws.client("secretsmanager", region)
    with explained(f"secretsmanager:DescribeSecret of {wanted.secret}"):
        try:
            arn = str(client.describe_secret(SecretId=wanted.secret)["ARN"])
        except client.exceptions.ResourceNotFoundException:
            arn = ""
    if not arn:
        raise Refused(
            f"there is no secret {wanted.secret}; run `hybrid db provision {service} --env {environment}`"
        )
    user, _ = vault.credentials(on.aws, region, arn)
    return Place(wanted, on.aws.account_id, region, on.instance().endpoint, user, arn, on.aws)


@contextmanager
def connected(params: Mapping[str, Any], *, answer_limit: float = ANSWER_LIMIT) -> Iterator[Session]:
    """The connection that `Place.params` describe."""
    at = Endpoint(
        params["address"], params["port"], Path(params["ca"]), params["via_host"], params["via_port"]
    )
    password = Password(params["password"].reveal)
    with session(at, params["user"], password, answer_limit=answer_limit) as opened:
        opened.rows(f"USE {quoted(params['database'])}")
        yield opened


def tables(opened: Session, database: str) -> set[str]:
    """Names of the tables."""
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
    return {str(row[0]) for row in opened.rows(query, database)}


def tool(found: set[str]) -> str:
    """Who migrates this schema, by the tables that are there."""
    tools = [
        name
        for name, table in (("flyway", "flyway_schema_history"), ("liquibase", "DATABASECHANGELOG"))
        if table in found
    ]
    if len(tools) > 1:
        raise HybridError(
            "the database has the histories of both Flyway and Liquibase; drop the one that is not in use"
        )
    return tools[0] if tools else ""
