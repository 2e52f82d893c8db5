"""Walks the resources of all stacks for the audits."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.synth.synthesized import Body, Synthesized

POLICIES = {
    "access_policies",
    "assume_role_policy",
    "inline_policy",
    "policy",
    "policy_document",
    "resource_policy",
}
"""Attributes that hold a policy document, whatever the kind of resource."""

_STATEMENT = re.compile(r"""\bStatement\\?["']?\s*[:=]""")


class UnreadablePolicy(ValueError):
    """A policy that the lint would pass over."""


@dataclass(frozen=True)
class Resource:
    """One resource of one stack."""

    stack: str
    kind: str
    name: str
    body: Body

    @property
    def path(self) -> str:
        """`STACK/CONSTRUCT PATH`, as exceptions.yaml names it."""
        path: str = self.body["//"]["metadata"]["path"]
        return path


def resources(stacks: dict[str, Synthesized], *kinds: str) -> Iterator[Resource]:
    """Every resource, or those of some kinds."""
    for stack, synthesized in stacks.items():
        for kind, bodies in synthesized.json.get("resource", {}).items():
            if not kinds or kind in kinds:
                yield from (Resource(stack, kind, name, body) for name, body in bodies.items())


def paths(stacks: dict[str, Synthesized]) -> dict[tuple[str, str], str]:
    """`STACK/CONSTRUCT PATH` by stack and Terraform name; cdktf makes the name from the path."""
    return {(found.stack, found.name): found.path for found in resources(stacks)}


def documents(body: Any, attribute: str = "", *, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every IAM policy document in a resource, by the attribute that holds it."""
    if isinstance(body, dict):
        for key, value in body.items():
            if key != "//":
                yield from documents(value, key, path=path)
    elif isinstance(body, list):
        for value in body:
            yield from documents(value, attribute, path=path)
    elif isinstance(body, str) and (attribute in POLICIES or _STATEMENT.search(body)):
        document = _parse(body)
        if isinstance(document, dict) and "Statement" in document:
            yield attribute, document
        elif not isinstance(document, dict) or '"statement"' in body.lower():
            raise UnreadablePolicy(
                f"{path}: {attribute} is {body[:80]!r}, which nobody can lint; "
                "write it with hybrid_constructs.aws.policy"
            )


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def listed(value: Any) -> list[Any]:
    """IAM and Terraform take one value without a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
