"""Takes what looks like a secret out of logs and notes, before they are kept for others to read."""

import re
from typing import Any

from operations.engine.redact import MASK, Redactor

_VALUE = r"(?:\\+\"(?:(?!\\+\").)*\\+\"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s,;&\"'}\]]+)"
"""The first is a text in JSON in a text."""

_NAMED = re.compile(
    # Not after a colon, where ARNs have the word `secret` and then a name.
    r"(?<![\w:.-])(?P<name>[\w.-]*(?:password|passwd|passphrase|pwd|secret|token|credential|api[_-]?key"
    r"|access[_-]?key|private[_-]?key)(?:s|[_-]?value|[_-]?key)?(?:\\?[\"'])?\s*[:=]\s*)(?P<value>"
    + _VALUE
    + ")",
    re.IGNORECASE,
)
_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), MASK),
    (
        re.compile(r"(?i)\b(authorization\\?[\"']?\s*[:=]\s*\\?[\"']?(?:bearer|basic)\s+)[^\s\"'\\]+"),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), MASK),  # JSON Web Token
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),  # IAM user guide, "Unique identifiers"
    (re.compile(r"(?i)(://[^/\s:@]*:)[^/\s@]+(?=@)"), rf"\1{MASK}"),
    (re.compile(r"https://hooks\.slack\.com/[^\s\"'<>]+"), MASK),
)


def hidden(text: str) -> str:
    """`text` without what looks like a secret. A member that says null, true or a number stays."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return _NAMED.sub(_mask, text)


def hide(value: Any, redactor: Redactor) -> Any:
    """A copy of plain data without what looks like a secret, by its name or by its form."""
    match value:
        case str():
            return hidden(redactor.text(value))
        case dict():
            # An environment variable is a pair, whose name is a value.
            if _NAMED.match(f"{value.get('name', '')}=x") and isinstance(value.get("value"), str):
                value = {**value, "value": MASK}
            return {name: hide(inner, redactor) for name, inner in redactor.value(value).items()}
        case list() | tuple():
            return [hide(inner, redactor) for inner in value]
    return value


def _mask(match: re.Match[str]) -> str:
    value = match["value"]
    if value.strip("\\\"'").lower() in ("null", "none", "true", "false", "", MASK) or MASK in value:
        return match[0]
    opening = re.match(r"\\*[\"']?", value)
    quote = opening[0] if opening else ""
    return f"{match['name']}{quote}{MASK}{quote}"
