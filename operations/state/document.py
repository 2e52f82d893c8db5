"""A Terraform state as a document: what it must be, what is in it, and the same with another serial."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from operations.engine.redact import is_secret_name
from operations.errors import Refused

VERSION = 4
"""Of the format that Terraform writes since 0.12 (terraform/internal/states/statefile)."""

SHORTEST_SECRET = 6
"""Characters. Masking shorter texts would mask parts of ordinary words, too."""


@dataclass(frozen=True)
class Instance:
    """One resource instance."""

    address: str
    type: str
    managed: bool
    attributes: Mapping[str, Any]
    sensitive: frozenset[str]
    """Names of attributes that hold something sensitive."""


@dataclass(frozen=True)
class Document:
    """A state that is whole."""

    content: Mapping[str, Any]

    @property
    def serial(self) -> int:
        return int(self.content["serial"])

    @property
    def lineage(self) -> str:
        return str(self.content["lineage"])

    @property
    def terraform_version(self) -> str:
        return str(self.content["terraform_version"])

    @cached_property
    def instances(self) -> dict[str, Instance]:
        """Managed resource instances by address."""
        return {one.address: one for one in self._all() if one.managed}

    @cached_property
    def outputs(self) -> dict[str, Mapping[str, Any]]:
        return dict(self.content.get("outputs") or {})

    def written(self, serial: int) -> bytes:
        """As Terraform writes it, with another serial."""
        return f"{json.dumps({**self.content, 'serial': serial}, indent=2, ensure_ascii=False)}\n".encode()

    def secrets(self) -> Iterator[str]:
        """Sensitive texts, to be masked in whatever Terraform says."""
        for one in self._all():
            for name in one.sensitive:
                yield from _texts(one.attributes.get(name))
        for output in self.outputs.values():
            if output.get("sensitive"):
                yield from _texts(output.get("value"))

    def _all(self) -> Iterator[Instance]:
        for resource in self.content["resources"]:
            for instance in resource["instances"]:
                attributes = instance.get("attributes") or {}
                marked = {path[0]["value"] for path in instance.get("sensitive_attributes") or [] if path}
                named = {name for name in attributes if is_secret_name(name)}
                yield Instance(
                    address=address(resource, instance.get("index_key")),
                    type=resource["type"],
                    managed=resource["mode"] == "managed",
                    attributes=attributes,
                    sensitive=frozenset(marked | named),
                )


def address(resource: Mapping[str, Any], index: str | int | None) -> str:
    """`module.a.aws_subnet.b["c"]`, as Terraform writes it."""
    parts = [resource.get("module", ""), "" if resource["mode"] == "managed" else "data"]
    name = ".".join(filter(None, [*parts, resource["type"], resource["name"]]))
    return name if index is None else f"{name}[{json.dumps(index)}]"


def parse(data: bytes, what: str) -> Document:
    """Read a state, or refuse it with all that is wrong. `what` names it in messages."""
    if not data.strip():
        raise Refused(f"{what} is empty; a state is never empty. Nothing was changed.")
    try:
        content = json.loads(data)
    except ValueError as error:
        raise Refused(
            f"{what} is no JSON, or ends in the middle ({getattr(error, 'msg', 'not UTF-8')}). "
            "Nothing was changed."
        ) from None
    problems = [*_problems(content)]
    if problems:
        raise Refused(f"{what} is no Terraform state: {'; '.join(problems)}. Nothing was changed.")
    return Document(content)


def _problems(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "it is no JSON object"
        return
    if content.get("version") != VERSION:
        yield f"version is {content.get('version')!r}, and this Terraform writes {VERSION}"
    serial = content.get("serial")
    if not isinstance(serial, int) or isinstance(serial, bool) or serial < 0:
        yield f"serial is {serial!r}, not a number from 0"
    for name in ("lineage", "terraform_version"):
        if not isinstance(content.get(name), str) or not content[name]:
            yield f"{name} is missing"
    resources = content.get("resources")
    if not isinstance(resources, list) or not all(map(_is_resource, resources)):
        yield "resources is no list of resources with mode, type, name and instances"


def _is_resource(value: Any) -> bool:
    texts = ("mode", "type", "name")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in texts):
        return False
    instances = value.get("instances")
    return isinstance(instances, list) and all(isinstance(one, dict) for one in instances)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str() if len(value) >= SHORTEST_SECRET:
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
