"""A plan: what was found, and the steps that follow from it, as data."""

from dataclasses import dataclass, field
from typing import Any

from operations.db.facts import Facts
from operations.db.sql import Password, Statement
from operations.db.vault import Call
from operations.errors import Refused


@dataclass(frozen=True)
class TryLogin:
    """Log in as the service's user, before anyone relies on it."""

    user: str
    password: Password = field(repr=False)

    def __str__(self) -> str:
        return f"log in as {self.user} over TLS"


@dataclass(frozen=True)
class Step:
    """One change, or the proof that one worked."""

    id: str
    why: str
    does: Statement | Call | TryLogin


@dataclass(frozen=True)
class Plan:
    """Steps in order; none when everything is as it should be."""

    facts: Facts
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse to send a password to a server that would write it down."""
        statements = [step.does for step in self.steps if isinstance(step.does, Statement)]
        secret = any(isinstance(value, Password) for does in statements for value in does.values)
        if secret and self.facts.server.logs_passwords:
            raise Refused(
                f"{self.facts.endpoint} writes statements with their passwords to its general log; turn "
                "general_log off (or log_raw, on MySQL) first. Nothing was changed."
            )

    def describe(self) -> dict[str, Any]:
        """For `--json`: no password is in it."""
        names = self.facts.names
        return {
            "service": names.service,
            "environment": names.environment,
            "server": str(self.facts.endpoint),
            "database": names.database,
            "user": names.user,
            "secret": names.secret,
            "steps": [{"id": step.id, "why": step.why, "does": str(step.does)} for step in self.steps],
            "notes": list(self.notes),
        }


def guard_server(facts: Facts) -> None:
    """Refuse what nobody should work on by accident."""
    if facts.server.read_only:
        raise Refused(
            f"{facts.endpoint} is read-only, as a replica is; during a failover wait for its promotion. "
            "Nothing was changed."
        )
    if facts.other_hosts:
        accounts = ", ".join(f"'{facts.names.user}'@'{host}'" for host in facts.other_hosts)
        raise Refused(
            f"there is also {accounts}, which the server would prefer for logins from there, with other "
            "rights; look at it and DROP USER it by hand. Nothing was changed."
        )


def try_login(facts: Facts, password: Password) -> Step:
    """The proof that a password works, before services are told of it."""
    why = "proves user, password and TLS together"
    return Step("try-password", why, TryLogin(facts.names.user, password))
