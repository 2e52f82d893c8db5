"""Whom a statement of a resource's policy lets in. Pure functions on statements without references."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from tests.policy.resources import listed

Statement = dict[str, Any]

_POSITIVE = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
"""Operators that hold only when the key is there and has one of the values. Negated ones, `Null`, and those
with IfExists or ForAllValues hold without it (IAM user guide, "Condition operators", "Multivalued keys")."""

_ACCOUNTS = {"aws:principalaccount", "aws:sourceaccount", "kms:calleraccount"}
_ARNS = {"aws:principalarn", "aws:sourcearn"}
_NAMES = {"aws:principalorgid", "aws:sourcevpc", "aws:sourcevpce"}
"""Keys that say who, or from where."""

_ACCOUNT = re.compile(r"\d{12}")


def is_public(statement: Statement, accounts: Collection[str]) -> bool:
    """Whether anyone in the world is let in: any principal, and no condition that keeps strangers out."""
    anyone = any("*" in value for values in _principals(statement).values() for value in values)
    conditions = required(statement, _ACCOUNTS | _ARNS | _NAMES)
    return (
        statement["Effect"] == "Allow"
        and anyone
        and not any(all(_is_ours(key, value, accounts) for value in values) for key, values in conditions)
    )


def foreign(statement: Statement, accounts: Collection[str]) -> Iterator[str]:
    """Principals and sources of accounts that are not ours; and those of whom nobody can tell."""
    if statement["Effect"] != "Allow":
        return
    principals = _principals(statement)
    for value in principals.get("AWS", []):
        if value != "*" and _account(value) not in accounts:
            yield value
    for value in principals.get("Federated", []):
        # Others, such as accounts.google.com, belong to no account; their tokens have subjects.
        if value.startswith("arn:") and _account(value) not in accounts:
            yield value
    yield from (value for value in principals.get("CanonicalUser", []) if value != "*")
    for _, values in required(statement, _ACCOUNTS | _ARNS):
        for value in values:
            if _ACCOUNT.fullmatch(_account(value)) and _account(value) not in accounts:
                yield value


def required(statement: Statement, keys: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Conditions on `keys` without which a statement does not hold: the key in small letters, its values."""
    for operator, compared in statement.get("Condition", {}).items():
        if operator.removeprefix("ForAnyValue:") in _POSITIVE:
            for key, values in compared.items():
                if key.lower() in keys and listed(values):
                    yield key.lower(), [str(value) for value in listed(values)]


def is_named(value: str) -> bool:
    """Whether the last part of a value is more than wildcards."""
    return bool(value.rpartition(":")[2].rpartition("/")[2].strip("*?"))


def _is_ours(key: str, value: str, accounts: Collection[str]) -> bool:
    """Whether a value keeps strangers out. Values are alternatives: a single one lets everybody in."""
    if key in _ACCOUNTS:
        return value in accounts
    if key in _NAMES:
        return not set("*?") & set(value)
    parts = value.split(":", 5)
    # A bucket's ARN has no account; its name is unique in the world.
    return len(parts) == 6 and (parts[4] in accounts or (parts[2] == "s3" and is_named(value)))


def _principals(statement: Statement) -> dict[str, list[str]]:
    principal = statement["Principal"]
    if not isinstance(principal, dict):
        return {"AWS": listed(principal)}
    return {kind: listed(values) for kind, values in principal.items()}


def _account(value: str) -> str:
    """Account of an ARN, or the account itself."""
    return (value.split(":") + [""] * 4)[4] if value.startswith("arn:") else value
