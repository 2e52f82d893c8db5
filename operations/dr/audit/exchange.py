"""What one stack publishes in an SSM parameter and another one looks up there."""

import re
from collections.abc import Iterator
from typing import Any

LOOKUP = re.compile(
    r"jsondecode\(data\.aws_ssm_parameter\.(?P<data>[A-Za-z0-9_-]+)\.insecure_value\)"
    r'(?P<path>(?:\.[A-Za-z0-9_]+|\[\\?"[^"\\]+\\?"\])+)'
)
"""One looked-up value; quotes are escaped where it stands inside JSON."""

_STEP = re.compile(r'\.([A-Za-z0-9_]+)|\[\\?"([^"\\]+)\\?"\]')
_TOKEN = re.compile(r'"(?P<text>[^"]*)"|(?P<mark>[{}=,])|(?P<name>[^\s"{}=,()]+)')
_PUBLISHED = re.compile(r"\$\{jsonencode\((?P<body>.*)\)\}", re.DOTALL)


def value(published: str, path: str) -> str | None:
    """The expression below `path` of a published `${jsonencode({...})}`; None if it is not there."""
    match = _PUBLISHED.fullmatch(published)
    if match is None:
        return None
    found: Any = _parse(_TOKEN.finditer(match["body"]))
    for dotted, quoted in _STEP.findall(path):
        found = found.get(dotted or quoted) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _parse(tokens: Iterator[re.Match[str]]) -> Any:
    token = next(tokens)
    if token["mark"] != "{":
        return token["text"] if token["name"] is None else f"${{{token['name']}}}"
    members: dict[str, Any] = {}
    for key in tokens:
        if key["mark"] == "}":
            break
        if key["mark"] != ",":
            next(tokens)  # the equals sign
            members[str(key["text"])] = _parse(tokens)
    return members
