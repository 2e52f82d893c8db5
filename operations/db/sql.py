"""SQL as data: identifiers checked and quoted, values bound, passwords never shown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MASK = "<password>"
ANY_HOST = "%"
"""Security groups decide who reaches the server; task addresses change with every deployment."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Password:
    """A secret that no text, log or traceback shows; `reveal` is read where it is sent, and nowhere else."""

    reveal: str = field(repr=False)

    def __str__(self) -> str:
        return MASK

    def hide(self, text: str) -> str:
        """`text` without the password in it."""
        return text.replace(self.reveal, MASK) if self.reveal else text


@dataclass(frozen=True)
class Statement:
    """One statement. `text` has its identifiers in it and `%s` for each value."""

    text: str
    values: tuple[str | Password, ...] = ()

    def bound(self) -> tuple[str, ...] | None:
        """The values for the driver, which escapes them for the connection's SQL mode."""
        return tuple(v.reveal if isinstance(v, Password) else v for v in self.values) or None

    def __str__(self) -> str:
        """As a person may read it."""
        if not self.values:
            return self.text
        return self.text % tuple("'" + str(value).replace("'", "''") + "'" for value in self.values)

    def hide(self, text: str) -> str:
        """`text` without this statement's passwords in it."""
        for value in self.values:
            text = value.hide(text) if isinstance(value, Password) else text
        return text


def quoted(name: str) -> str:
    """An identifier of ours in backticks; whatever else is a mistake in the code."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is no identifier of ours")
    return f"`{name}`"


def grant_target(database: str) -> str:
    r"""The database in GRANT and REVOKE, where `_` means any character (MySQL manual, "GRANT"): `a\_b`.*"""
    return quoted(database).replace("_", r"\_") + ".*"


def create_database(database: str) -> Statement:
    return Statement(f"CREATE DATABASE IF NOT EXISTS {quoted(database)} CHARACTER SET utf8mb4")


def drop_database(database: str) -> Statement:
    return Statement(f"DROP DATABASE IF EXISTS {quoted(database)}")


def create_user(user: str, password: Password) -> Statement:
    return Statement(
        "CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s REQUIRE SSL", (user, ANY_HOST, password)
    )


def require_tls(user: str) -> Statement:
    return Statement("ALTER USER %s@%s REQUIRE SSL", (user, ANY_HOST))


def set_password(user: str, password: Password, *, keep_old: bool) -> Statement:
    """`keep_old`: the present password stays valid beside it (MySQL 8.0.14, "Dual Password Support")."""
    text = "ALTER USER %s@%s IDENTIFIED BY %s" + (" RETAIN CURRENT PASSWORD" if keep_old else "")
    return Statement(text, (user, ANY_HOST, password))


def discard_old_password(user: str) -> Statement:
    return Statement("ALTER USER %s@%s DISCARD OLD PASSWORD", (user, ANY_HOST))


def drop_user(user: str) -> Statement:
    return Statement("DROP USER IF EXISTS %s@%s", (user, ANY_HOST))


def grant(user: str, database: str, privileges: Iterable[str]) -> Statement:
    text = f"GRANT {', '.join(privileges)} ON {grant_target(database)} TO %s@%s"
    return Statement(text, (user, ANY_HOST))


def revoke(user: str, privileges: str, target: str | None) -> Statement:
    """Take back what the server itself printed in SHOW GRANTS; `target` None is a role."""
    what = f"{privileges} ON {target}" if target else privileges
    return Statement(f"REVOKE {what.replace('%', '%%')} FROM %s@%s", (user, ANY_HOST))
