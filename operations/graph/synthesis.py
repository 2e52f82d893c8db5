"""Synthesized Terraform JSON: every resource of every stack with its region, and what refers to what."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from operations.errors import UsageError
from operations.synthesis import blocks, providers, read

_ADDRESS = re.compile(r"(?<![\w.])(aws_\w+\.[\w-]+)")
_PARAMETER = re.compile(r"data\.(aws_ssm_parameter\.[\w-]+)")


@dataclass(frozen=True)
class Resource:
    """A resource of one stack."""

    stack: str
    kind: str
    key: str
    region: str
    body: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Path of its construct, which begins with the stack."""
        about = self.body.get("//") or {}
        return str(about.get("metadata", {}).get("path") or f"{self.stack}/{self.kind}.{self.key}")

    def get(self, *keys: str) -> Any:
        """The value at a path of blocks; of a repeated block, the first."""
        value: Any = self.body
        for key in keys:
            if isinstance(value, list):
                value = value[0] if value else None
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


class Synthesis:
    """Every stack below a directory that CDKTF wrote."""

    def __init__(self, stacks: Mapping[str, Mapping[str, Any]]) -> None:
        self._stacks = dict(sorted(stacks.items()))
        self.resources = [each for stack in self._stacks for each in self._read(stack, "resource")]
        data = [each for stack in self._stacks for each in self._read(stack, "data")]
        self._data = {(each.stack, f"{each.kind}.{each.key}"): each for each in data}

    @classmethod
    def of(cls, directory: Path) -> "Synthesis":
        """Read `directory`/stacks/*/cdk.tf.json."""
        return cls(read(directory))

    def all(self, kind: str) -> Iterator[Resource]:
        """Resources of a kind, stack by stack."""
        return (each for each in self.resources if each.kind == kind)

    def environment(self, stack: str) -> str:
        """The tag `Environment` that the stack's default provider puts on everything."""
        for provider in providers(self._stacks[stack]):
            for tags in blocks(provider.get("default_tags")) if "alias" not in provider else []:
                return str((tags.get("tags") or {}).get("Environment", stack))
        return stack

    def referred(self, by: Resource, value: Any, kind: str) -> list[Resource]:
        """What `value` refers to, in its own stack or through an SSM parameter that another one published."""
        text = json.dumps(value)
        found = [self._addressed[key] for key in self._addresses(by.stack, text) if key in self._addressed]
        for address in _PARAMETER.findall(text):
            wanted = self._data.get((by.stack, address))
            if wanted is None:
                continue
            name = wanted.body.get("name")
            for parameter in self.all("aws_ssm_parameter"):
                if (parameter.body.get("name"), parameter.region) == (name, wanted.region):
                    found += self.referred(parameter, parameter.body.get("value"), kind)
        unique = {each.path: each for each in found if each.kind == kind}
        return list(unique.values())

    def named(self, kind: str, by: Resource, value: str, attribute: str) -> Resource | None:
        """The resource that `value` means: a reference, an ARN or a plain name."""
        if referred := self.referred(by, value, kind):
            return referred[0]
        name = re.split(r"[:]", value)[-1] if value.startswith("arn:") else value
        return next((each for each in self.all(kind) if each.body.get(attribute) == name), None)

    @cached_property
    def _addressed(self) -> dict[tuple[str, str], Resource]:
        return {(each.stack, f"{each.kind}.{each.key}"): each for each in self.resources}

    def _addresses(self, stack: str, text: str) -> list[tuple[str, str]]:
        return [(stack, address) for address in _ADDRESS.findall(text)]

    def _read(self, stack: str, block: str) -> Iterator[Resource]:
        document = self._stacks[stack]
        regions = {provider.get("alias"): provider.get("region") for provider in providers(document)}
        for kind, bodies in document.get(block, {}).items():
            for key, body in sorted(bodies.items()):
                alias = str(body.get("provider", "aws")).partition(".")[2] or None
                if not (region := regions.get(alias)):
                    provider = f"aws.{alias}" if alias else "aws"
                    raise UsageError(
                        f"{stack}: {kind}.{key} cannot be drawn: the provider {provider} of the stack names "
                        "no region; add it"
                    )
                yield Resource(stack, kind, key, str(region), body)
