"""Reads Terraform JSON for the guardrails, in every way that Terraform takes it."""

import re
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]

_OFF = {"", "0", "false", "none", "null"}
_ON = {"1", "true"}


def listed(value: Any) -> list[Any]:
    """Terraform and IAM take one value without a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def bodies(section: Any) -> Iterator[tuple[str, str, Body]]:
    """Kind, name and body of everything in the section `resource`.

    cdktf writes objects; an override may write lists of them, which Terraform reads just as well.
    """
    for kinds in listed(section):
        for kind, named in kinds.items():
            for names in listed(named):
                for name, body in names.items():
                    yield from ((kind, name, one) for one in listed(body))


def body_of(section: Any, kind: str, name: str) -> Body:
    """One body of the section `data`; empty if there is none."""
    for kinds in listed(section):
        for names in listed(kinds.get(kind)):
            for body in listed(names.get(name)):
                return dict(body)
    return {}


def blocks(body: Body, name: str) -> list[Body]:
    """The blocks `name` of a body, with the content of its dynamic ones."""
    written = [block for block in listed(body.get(name)) if isinstance(block, dict)]
    return written + [content for content, _ in dynamic_blocks(body, name)]


def dynamic_blocks(body: Body, name: str) -> Iterator[tuple[Body, str]]:
    """Content of each dynamic block `name`, and what it is repeated for."""
    for group in listed(body.get("dynamic")):
        for block in listed(group.get(name)):
            for content in listed(block.get("content")):
                yield content, str(block.get("for_each"))


def is_on(value: Any) -> bool:
    """Whether a switch is certainly on: overrides write texts, and Terraform takes "true" for true."""
    return _plain(value) in _ON


def is_off(value: Any) -> bool:
    """Whether a switch is certainly off, or nothing is set."""
    return _plain(value) in _OFF


def path_of(name: str, body: Body) -> str:
    """The construct's path; an override of the whole block has none, but a name in Terraform."""
    metadata = body.get("//")
    path: str | None = metadata.get("metadata", {}).get("path") if isinstance(metadata, dict) else None
    return path or name


def _plain(value: Any) -> str:
    return re.sub(r"[\s${}\"]", "", str(value)).lower()
