"""Names of a service's database, user and secret, and where an instance publishes itself. Pure functions."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments import naming
from environments.errors import listed
from operations.errors import UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet, WorkloadEnvironment

ENGINE = "mysql"
LONGEST_DATABASE = 64
"""Characters of a database's name (MySQL 8.4 manual, "Identifier Length Limits")."""

LONGEST_USER = 32
"""Characters of a user's name (MySQL 8.4 manual, "Account User Names and Passwords")."""

SYSTEM_DATABASES = frozenset({"information_schema", "innodb", "mysql", "performance_schema", "sys", "tmp"})
SYSTEM_USERS = frozenset(
    {"", "PUBLIC", "mariadb.sys", "mysql", "mysql.infoschema", "mysql.session", "mysql.sys", "root"}
)
"""Accounts that a server is born with. RDS adds some of its own, which start with `rds`."""

_SERVICE = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Names:
    """What one service's part of the shared instance is called."""

    service: str
    environment: str
    database: str
    secret: str

    @property
    def user(self) -> str:
        """The only user of the database; named as the database is."""
        return self.database


def database_name(service: str, environment: str) -> str:
    """Database and user of a service: `orders_prod`. Hyphens become underscores."""
    return f"{service}_{environment}".replace("-", "_")


def secret_name(service: str, environment: str) -> str:
    """Secret with the service's connection: `orders/prod/database`, beside the service's own secret."""
    return naming.service_secret_database(service, environment)


def secrets_key_alias(prefix: str) -> str:
    """Alias of the customer key that encrypts secrets, the same in each region."""
    return naming.key_alias(prefix, "secrets")


def instance_parameter(instance: str, item: str) -> str:
    """SSM parameter of an instance: its `endpoint` (host only), `port` or `secret-arn`."""
    return f"{naming.database_parameters(instance)}/{item}"


def names_of(service: str, environment: str) -> Names:
    """Names of a service in an environment; refuses what cannot be a MySQL identifier."""
    if not _SERVICE.fullmatch(service):
        raise UsageError(
            f"{service!r} cannot be a service: 2 to 32 lower-case letters, digits and hyphens, a letter "
            "first and no hyphen last (environments/*.yaml, services)"
        )
    database = database_name(service, environment)
    if not _IDENTIFIER.fullmatch(database):
        raise UsageError(f"{database!r} cannot be a database: use a-z, 0-9 and _, and a letter first")
    limit = min(LONGEST_DATABASE, LONGEST_USER)
    if len(database) > limit:
        raise UsageError(
            f"{database} has {len(database)} characters; MySQL allows {LONGEST_DATABASE} for a database and "
            f"{LONGEST_USER} for its user, so shorten the service's or the environment's name"
        )
    return Names(service, environment, database, secret_name(service, environment))


def workload(fleet: "Fleet", environment: str) -> "WorkloadEnvironment":
    """The environment whose services use the shared instance."""
    if environment not in fleet.workloads:
        raise UsageError(f"--env {environment}: services run in {listed(fleet.workloads)} only")
    return fleet.workloads[environment]


def services(env: "WorkloadEnvironment") -> list[str]:
    """Services of an environment that have a database."""
    return [name for name, service in env.services.items() if "database" in service.needs]


def known_service(fleet: "Fleet", environment: str, service: str) -> Names:
    """Names of a service that the environment's file connects to the database; refuses any other."""
    known = services(workload(fleet, environment))
    if service not in known:
        raise UsageError(
            f"{service}: environments/{environment}.yaml has no such service with `needs: [database]`; "
            f"there {'is' if len(known) == 1 else 'are'} {listed(known, 'and')}"
        )
    return unambiguous(fleet, names_of(service, environment))


def unambiguous(fleet: "Fleet", names: Names) -> Names:
    """Refuse names that belong to the server, to the platform or to another service."""
    if names.database in SYSTEM_DATABASES | SYSTEM_USERS | {fleet.shared.database.database_name}:
        raise UsageError(f"{names.database} is the name of something else on the server; rename the service")
    for env in fleet.workloads.values():
        for service in services(env):
            other = (service, env.name)
            if other == (names.service, names.environment) or database_name(*other) != names.database:
                continue
            raise UsageError(
                f"{names.service} in {names.environment} and {service} in {env.name} would share the "
                f"database {names.database}; rename one of them"
            )
    return names
