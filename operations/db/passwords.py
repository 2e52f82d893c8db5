"""New passwords."""

import secrets
import string
import uuid
from dataclasses import dataclass

from operations.db.sql import Password

LENGTH = 40
"""Characters; 62 letters and digits make 238 bits."""

SPECIAL = "-_."
"""Nothing that a URL, a shell, a JDBC string or a YAML file would read as syntax."""


@dataclass(frozen=True)
class Fresh:
    """A new password and the id of the secret's version that will hold it; a retried call makes no second."""

    password: Password
    version: str


def fresh() -> Fresh:
    """A random password that passes every level of MySQL's validate_password but the dictionary."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SPECIAL)
    while True:
        text = "".join(secrets.choice("".join(kinds)) for _ in range(LENGTH))
        if text[0] not in SPECIAL and all(set(text) & set(kind) for kind in kinds):
            return Fresh(Password(text), str(uuid.uuid4()))
