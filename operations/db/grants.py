"""What a service's user may do, and how that differs from what SHOW GRANTS says it may do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from operations.db import sql

PRIVILEGES = (
    *("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP"),
    *("INDEX", "ALTER", "REFERENCES"),
)
"""On the service's own database only. REFERENCES, because MySQL asks it of whoever adds a foreign key
(MySQL 8.4 manual, "FOREIGN KEY Constraints"), and migrations run as this user. No GRANT OPTION."""

_WORDS = re.compile(r"""`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|\([^()]*\)|,|[^\s`'",()]+""")
_HASHES = re.compile(r"(IDENTIFIED\b.*?)'[^']*'")


@dataclass(frozen=True)
class Grant:
    """One line of SHOW GRANTS: privileges on a target, or roles if there is no target."""

    privileges: frozenset[str]
    target: str | None
    may_pass_on: bool = False

    def __str__(self) -> str:
        text = ", ".join(sorted(self.privileges)) + (f" ON {self.target}" if self.target else " (role)")
        return text + (" WITH GRANT OPTION" if self.may_pass_on else "")


@dataclass(frozen=True)
class Difference:
    """What a user may do beyond ours, and what it lacks."""

    extra: tuple[Grant, ...]
    missing: tuple[str, ...]
    unread: tuple[str, ...]
    """Lines that only a person can judge."""

    none_yet: bool
    """The user has no privilege at all: whoever created it did not come to grant them."""

    def __bool__(self) -> bool:
        return bool(self.extra or self.missing or self.unread)

    def lines(self) -> list[str]:
        """For a person: `+` is held beyond ours, `-` is lacking."""
        return [
            *(f"+ {grant}" for grant in self.extra),
            *(f"+ {line}" for line in self.unread),
            *(f"- {privilege}" for privilege in self.missing),
        ]


def difference(database: str, lines: Iterable[str]) -> Difference:
    """Compare SHOW GRANTS with exactly ours."""
    own, held, extra, unread, nothing = sql.grant_target(database), set[str](), [], [], True
    for line in lines:
        grant = parse(line)
        if grant is None:
            unread.append(_HASHES.sub(r"\1<hash>", line))
        elif grant.privileges == {"USAGE"} and not grant.may_pass_on:
            continue
        elif grant.target == own:
            held |= grant.privileges & set(PRIVILEGES)
            beyond = grant.privileges - set(PRIVILEGES)
            if beyond or grant.may_pass_on:
                extra.append(Grant(beyond, grant.target, grant.may_pass_on))
        else:
            extra.append(grant)
        nothing = False
    everything = any(grant.target == own and "ALL PRIVILEGES" in grant.privileges for grant in extra)
    missing = () if everything else tuple(name for name in PRIVILEGES if name not in held)
    return Difference(tuple(extra), missing, tuple(unread), nothing)


def reset(user: str, database: str, found: Difference) -> list[sql.Statement]:
    """Statements that leave exactly ours. What is too much goes first, so that a stop in between is safe."""
    statements = []
    for grant in found.extra:
        if grant.privileges:
            text = ", ".join(sorted(grant.privileges))
            statements.append(sql.revoke(user, text, grant.target))
        if grant.may_pass_on and grant.target:
            statements.append(sql.revoke(user, "GRANT OPTION", grant.target))
    return [*statements, sql.grant(user, database, PRIVILEGES)]


def parse(line: str) -> Grant | None:
    """Read a line of SHOW GRANTS of MySQL or MariaDB; None if it is no plain GRANT."""
    words = _WORDS.findall(line)
    upper = [word.upper() for word in words]
    if not words or upper[0] != "GRANT" or "TO" not in upper:
        return None
    to = upper.index("TO")
    may_pass_on = "GRANT OPTION" in " ".join(upper[to:])
    if "ON" not in upper[:to]:
        roles = frozenset(_joined(part) for part in _parts(words[1:to]))
        return Grant(roles, None, may_pass_on) if "ADMIN" not in upper[to:] else None
    on = upper.index("ON")
    privileges = frozenset(_joined(part, " ") for part in _parts(words[1:on]))
    target = _target(words[on + 1 : to])
    return Grant(privileges, target, may_pass_on)


def _parts(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _joined(words: list[str], between: str = "") -> str:
    return between.join(words)


def _target(words: list[str]) -> str:
    """`db`.`table`, `db`.*, *.*, or with a kind before it: PROCEDURE `db`.`name`."""
    kinds = {"TABLE", "PROCEDURE", "FUNCTION", "PACKAGE", "BODY"}
    kind = [word for word in words if word.upper() in kinds]
    return " ".join([*kind, "".join(word for word in words if word.upper() not in kinds)])
