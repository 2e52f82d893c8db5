"""Keeps secrets out of journals, reports, logs, events and messages."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "<hidden>"

_SECRET_NAME = re.compile(
    r"password|passphrase|secret_?string|secret_?binary|secret_?(access_?)?key$|private_?key$|auth_?token|session_?token",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Whether a parameter or member of this name holds a secret, as AWS names them."""
    return bool(_SECRET_NAME.search(name))


@dataclass(frozen=True)
class Hidden:
    """A secret's value. No text, log, JSON or traceback shows it; `reveal` is read where it is sent."""

    reveal: str = field(repr=False)

    def __str__(self) -> str:
        return MASK

    def hide(self, text: str) -> str:
        """`text` without the value, however it was written into it."""
        if not self.reveal:
            return text
        as_json = {json.dumps(self.reveal, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
        forms = {self.reveal, *as_json, quote(self.reveal, safe=""), quote_plus(self.reveal)}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return text


@dataclass
class Redactor:
    """Every secret that this process has read, and the hiding of it."""

    known: list[Hidden] = field(default_factory=list, repr=False)

    def add(self, value: str) -> Hidden:
        """Remember a value. Those of JSON are remembered each, because errors may quote one of them."""
        hidden = Hidden(value)
        for one in (value, *_members(value)):
            if one and Hidden(one) not in self.known:
                self.known.append(Hidden(one))
        return hidden

    def text(self, text: str) -> str:
        """`text` without secrets."""
        for hidden in self.known:
            text = hidden.hide(text)
        return text

    def value(self, value: Any) -> Any:
        """A copy of plain data without secrets: known values, and members whose name says so."""
        match value:
            case Hidden():
                return MASK
            case str():
                return self.text(value)
            case Mapping():
                return {name: self._member(value, name) for name in value}
            case list() | tuple():
                return [self.value(one) for one in value]
        return value

    def _member(self, mapping: Mapping[str, Any], name: str) -> Any:
        secure = name == "Value" and mapping.get("Type") == "SecureString"
        if (secure or is_secret_name(name)) and isinstance(mapping[name], str | Hidden):
            return MASK
        return self.value(mapping[name])


def _members(value: str) -> list[str]:
    """The texts of a JSON object whose names say that they are secrets."""
    try:
        parsed = json.loads(value)
    except ValueError:
        return []
    if not isinstance(parsed, dict):
        return []
    return [text for name, text in parsed.items() if isinstance(text, str) and is_secret_name(name)]
