"""Every block of every synthesized stack, and what its references lead to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from operations.dr.audit import exchange
from operations.dr.audit.attached import ATTACHED, NAMES
from operations.synthesis import providers

Body = dict[str, Any]
Stacks = Mapping[str, Body]
"""Terraform JSON by stack."""

GLOBAL = "aws_iam_", "aws_route53_", "aws_cloudfront_"
"""Kinds without a region."""

_ADDRESS = re.compile(r"(?<![\w.])(?P<data>data\.)?(?P<kind>aws_[a-z0-9_]+)\.(?P<name>[A-Za-z0-9_-]+)")
_WHOLE = re.compile(r"\$\{(<[^<>]*>[^{}]*)\}")


@dataclass(frozen=True, eq=False)
class Block:
    """One resource or data source of a stack."""

    stack: str
    kind: str
    """Terraform type, such as `aws_sqs_queue`."""

    name: str
    """Terraform name; cdktf makes it, so nothing is matched by it."""

    body: Body
    region: str
    """Empty for what has no region."""

    data: bool = False


class Synthesis:
    """All stacks of a fleet; blocks are told apart by the names that AWS knows them by."""

    def __init__(self, stacks: Stacks) -> None:
        self.stacks = stacks
        self._addresses = {
            (block.stack, block.data, block.kind, block.name): block for block in _read(stacks)
        }
        self._identities: dict[int, str] = {}

    @property
    def blocks(self) -> Iterator[Block]:
        """Every resource."""
        return (block for block in self._addresses.values() if not block.data)

    def all(self, *kinds: str, stack: str | None = None, region: str | None = None) -> list[Block]:
        """Resources of some kinds."""
        return [
            block
            for block in self.blocks
            if block.kind in kinds and stack in (None, block.stack) and region in (None, block.region)
        ]

    def find(self, kind: str, region: str, identity: str) -> Block | None:
        """The resource that AWS knows as `identity` in `region`."""
        return self._known.get((kind, "" if kind.startswith(GLOBAL) else region, identity))

    def identity(self, block: Block) -> str:
        """What AWS knows a block by: its name, or what it is attached to and what it does there."""
        if id(block) not in self._identities:
            self._identities[id(block)] = self._identify(block)
        return self._identities[id(block)]

    def attached(self, owner: Block) -> list[Block]:
        """What is made for `owner` and refers to it."""
        return self._attached.get((owner.kind, owner.region, self.identity(owner)), [])

    def render(self, stack: str, text: str) -> str:
        """`text` with the identity of everything it refers to; what was looked up is followed."""
        text = exchange.LOOKUP.sub(lambda match: self._looked_up(stack, match), text)
        text = _ADDRESS.sub(lambda match: self._token(stack, match), text)
        return _WHOLE.sub(r"\1", _WHOLE.sub(r"\1", text))

    def references(self, stack: str, text: str) -> Iterator[Block]:
        """Resources that a text refers to, directly or through what another stack publishes."""
        for match in exchange.LOOKUP.finditer(text):
            publisher, expression = self._published(stack, match)
            yield from self.references(publisher, expression)
        for match in _ADDRESS.finditer(exchange.LOOKUP.sub("", text)):
            block = self._addressed(stack, match)
            if block is not None and not block.data:
                yield block

    def unpublished(self, block: Block) -> list[str]:
        """What a block looks up and no stack publishes, such as `/network/dr.vpc_id`."""
        found = exchange.LOOKUP.finditer(json.dumps(block.body))
        wanted = [self._wanted(block.stack, each) for each in found if not self._publisher(block.stack, each)]
        return list(dict.fromkeys(wanted))

    def _identify(self, block: Block) -> str:
        if block.kind == "aws_kms_key":
            aliases = self.all("aws_kms_alias", stack=block.stack)
            own = [
                alias
                for alias in aliases
                if block in self.references(alias.stack, str(alias.body.get("target_key_id")))
            ]
            return str(own[0].body.get("name")) if own else block.name
        if block.kind in ATTACHED:
            rule = ATTACHED[block.kind]
            keys = [str(block.body[key]) for key in rule.keys if block.body.get(key) is not None]
            return " ".join(
                self.render(block.stack, part) for part in (str(block.body.get(rule.owner)), *keys)
            )
        for attribute in NAMES:
            if isinstance(value := block.body.get(attribute), str):
                return self.render(block.stack, value)
        tags = block.body.get("tags")
        return str(tags["Name"]) if isinstance(tags, dict) and "Name" in tags else block.name

    @cached_property
    def _known(self) -> dict[tuple[str, str, str], Block]:
        return {(block.kind, block.region, self.identity(block)): block for block in self.blocks}

    @cached_property
    def _attached(self) -> dict[tuple[str, str, str], list[Block]]:
        found: dict[tuple[str, str, str], list[Block]] = {}
        for block in self.blocks:
            for owner in self._owners(block):
                found.setdefault((owner.kind, owner.region, self.identity(owner)), []).append(block)
        return found

    def _owners(self, block: Block) -> list[Block]:
        """Found by reference, or by name where another stack made the owner."""
        if (rule := ATTACHED.get(block.kind)) is None:
            return []
        text = str(block.body.get(rule.owner))
        if "${" in text:
            return [owner for owner in self.references(block.stack, text) if owner.kind in rule.owners]
        found = [self.find(kind, block.region, text) for kind in rule.owners]
        return [owner for owner in found if owner is not None]

    def _addressed(self, stack: str, match: re.Match[str]) -> Block | None:
        block = self._addresses.get((stack, bool(match["data"]), match["kind"], match["name"]))
        if block is not None and block.data and block.kind == "aws_kms_alias":
            return self._keys.get((block.region, str(block.body.get("name"))))
        return block

    def _token(self, stack: str, match: re.Match[str]) -> str:
        block = self._addressed(stack, match)
        if block is None:
            return match[0]
        return f"<{block.kind} {re.sub('[<>]', '', self.identity(block))}>"

    def _looked_up(self, stack: str, match: re.Match[str]) -> str:
        return self.render(*self._published(stack, match))

    def _published(self, stack: str, match: re.Match[str]) -> tuple[str, str]:
        """The stack that published a looked-up value, and the expression it published."""
        # What nobody publishes is known by its parameter, and found to differ from its counterpart.
        return self._publisher(stack, match) or (stack, self._wanted(stack, match))

    def _publisher(self, stack: str, match: re.Match[str]) -> tuple[str, str] | None:
        lookup = self._addresses.get((stack, True, "aws_ssm_parameter", match["data"]))
        parameter = self._parameters.get((lookup.region, str(lookup.body.get("name")))) if lookup else None
        if parameter is None:
            return None
        try:
            value = exchange.value(str(parameter.body.get("value")), match["path"])
        except StopIteration:  # it ends before its brackets do
            value = None
        return (parameter.stack, value) if value else None

    def _wanted(self, stack: str, match: re.Match[str]) -> str:
        lookup = self._addresses.get((stack, True, "aws_ssm_parameter", match["data"]))
        return f"{lookup.body.get('name') if lookup else match['data']}{match['path']}"

    @cached_property
    def _keys(self) -> dict[tuple[str, str], Block]:
        """KMS keys by region and alias."""
        return {
            (alias.region, str(alias.body.get("name"))): key
            for alias in self.all("aws_kms_alias")
            for key in self.references(alias.stack, str(alias.body.get("target_key_id")))
        }

    @cached_property
    def _parameters(self) -> dict[tuple[str, str], Block]:
        """Without `find`, which needs the identity of everything."""
        return {(block.region, str(block.body.get("name"))): block for block in self.all("aws_ssm_parameter")}


def _read(stacks: Stacks) -> Iterator[Block]:
    for stack, content in stacks.items():
        # Terraform may take a region from its environment; the audit cannot, and finds nothing in there.
        regions = {
            f"aws.{each['alias']}" if "alias" in each else "aws": str(each.get("region", ""))
            for each in providers(content)
        }
        for section in ("resource", "data"):
            for kind, bodies in content.get(section, {}).items():
                for name, body in bodies.items():
                    provider = str(body.get("provider", "aws"))
                    region = "" if kind.startswith(GLOBAL) else regions.get(provider, "")
                    yield Block(stack, kind, name, body, region, data=section == "data")
