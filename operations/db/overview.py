"""Whether databases, users and secrets agree with each other and with the configuration."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations.db import names, secret_steps
from operations.db.facts import Facts, Instance, gather
from operations.db.server import Login, Session

if TYPE_CHECKING:
    from environments.schema import Fleet
    from operations.db.run import Platform


@dataclass(frozen=True)
class Row:
    """One service in one environment."""

    facts: Facts
    findings: tuple[str, ...]

    @property
    def provisioned(self) -> bool:
        """Whether there is anything of it."""
        return bool(self.facts.database or self.facts.account or self.facts.secret.exists)

    @property
    def state(self) -> str:
        if not self.provisioned:
            return "not provisioned"
        return "drift" if self.findings else "ok"

    def lines(self) -> list[str]:
        """For a person."""
        wanted = self.facts.names
        line = f"{wanted.environment:<10} {wanted.service:<20} {wanted.database:<28} {self.state}"
        return [line, *(f"{'':<12} {finding}" for finding in self.findings if self.provisioned)]

    def describe(self) -> dict[str, Any]:
        """For `--json`."""
        wanted = self.facts.names
        return {
            "service": wanted.service,
            "environment": wanted.environment,
            "database": wanted.database,
            "secret": wanted.secret,
            "state": self.state,
            "findings": list(self.findings),
        }


def rows(on: "Platform", environments: list[str], at: Instance, session: Session) -> list[Row]:
    """A row for each service that needs a database."""
    found = []
    for environment in environments:
        for service in names.services(names.workload(on.fleet, environment)):
            wanted = names.known_service(on.fleet, environment, service)
            facts = gather(on.aws, on.fleet, wanted, at.endpoint, session)
            found.append(Row(facts, tuple(findings(facts))))
    return found


def unknown(fleet: "Fleet", at: Instance, session: Session) -> dict[str, list[str]]:
    """Databases and users on the server that no environment's file explains."""
    known = {
        names.database_name(service, env.name)
        for env in fleet.workloads.values()
        for service in names.services(env)
    }
    databases = {str(row[0]) for row in session.rows("SELECT schema_name FROM information_schema.schemata")}
    users = {str(row[0]) for row in session.rows("SELECT DISTINCT user FROM mysql.user")}
    ours = names.SYSTEM_DATABASES | {fleet.shared.database.database_name}
    return {
        "databases": sorted(databases - known - ours),
        "users": sorted(
            user
            for user in users - known - names.SYSTEM_USERS - {at.admin}
            if not user.startswith(("rds", "AWS_"))
        ),
    }


def findings(facts: Facts) -> list[str]:
    """What does not agree, in words; nothing for a service that is as `provision` leaves it."""
    account, found = facts.account, []
    if not facts.database:
        found.append("no database")
    if account is None:
        found.append("no user")
    elif account.grants:
        found += [f"grants: {line}" for line in account.grants.lines()]
    if account and not account.requires_tls:
        found.append("user may log in without TLS")
    if account and account.old_password_kept:
        found.append("password before the last rotation still valid")
    found += [f"another account for host {host}" for host in facts.other_hosts]
    return found + _secret(facts)


def _secret(facts: Facts) -> list[str]:
    secret, found = facts.secret, []
    if not secret.exists:
        return ["no secret"]
    if secret.deleted:
        return ["secret scheduled for deletion"]
    current = secret.current
    if current is None:
        found.append("secret without a value")
    elif not current.usable_for(facts.names.user):
        found.append("secret is not of this user")
    elif current.login is Login.DENIED:
        found.append("password in the secret does not work")
    if current and current.password and not secret_steps.matches(current.fields, facts.connection):
        found.append("connection in the secret out of date")
    if secret.pending:
        found.append("rotation interrupted")
    if facts.replica_region and facts.replica_region not in secret.replica_regions:
        found.append(f"secret not replicated to {facts.replica_region}")
    return found
