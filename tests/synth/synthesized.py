"""What a synthesis wrote, found by the names people gave it and never by the ids that cdktf hashed."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import hybrid_constructs  # noqa: F401 - its shims must be in place before jsii starts Node

# isort: split
import pytest

from environments.schema import Fleet
from main import synthesize

Body = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
ENDPOINT = "AWS_ENDPOINT_URL"
EMULATOR = "http://127.0.0.1:5599"
_REFERENCE = re.compile(r"\$\{(?P<address>[a-z0-9_]+\.[A-Za-z0-9_-]+)\.[a-z_]+\}")


@dataclass(frozen=True)
class Synthesized:
    """The Terraform JSON of one stack; resources by construct path, such as `Network/Subnet-data-a`."""

    json: Body

    def all(self, kind: str) -> dict[str, Body]:
        """Every resource of a kind; empty if there is none."""
        return self._keyed("resource", kind)

    def data(self, kind: str) -> dict[str, Body]:
        """Every data source of a kind."""
        return self._keyed("data", kind)

    def only(self, kind: str) -> Body:
        """The one resource of a kind."""
        found = self.all(kind)
        assert len(found) == 1, f"expected one {kind}, found {sorted(found)}"
        return next(iter(found.values()))

    def named(self, kind: str) -> dict[str, Body]:
        """Every resource of a kind, by its Name tag."""
        return {body["tags"]["Name"]: body for body in self.all(kind).values()}

    def kinds(self) -> set[str]:
        return set(self.json.get("resource", {}))

    def follow(self, reference: str) -> str:
        """Construct path of the resource that `${aws_vpc.….id}` refers to."""
        match = _REFERENCE.fullmatch(reference)
        assert match, f"no plain reference: {reference}"
        return self._paths[match["address"]]

    def follow_all(self, references: list[str]) -> set[str]:
        return {self.follow(reference) for reference in references}

    @property
    def text(self) -> str:
        return json.dumps(self.json)

    @property
    def providers(self) -> list[Body]:
        found: list[Body] = self.json["provider"]["aws"]
        return found

    @cached_property
    def _paths(self) -> dict[str, str]:
        """Construct path by Terraform address."""
        blocks = {**self.json.get("resource", {})}
        blocks |= {f"data.{kind}": bodies for kind, bodies in self.json.get("data", {}).items()}
        return {
            f"{kind}.{name}": construct_path(body)
            for kind, bodies in blocks.items()
            for name, body in bodies.items()
        }

    def depends_on(self, body: Body) -> set[str]:
        """Construct paths of what a resource waits for explicitly."""
        return {self._paths[address] for address in body.get("depends_on", [])}

    def _keyed(self, block: str, kind: str) -> dict[str, Body]:
        return {construct_path(body): body for body in self.json.get(block, {}).get(kind, {}).values()}


def construct_path(body: Body) -> str:
    """Path of a resource's construct below its stack."""
    path: str = body["//"]["metadata"]["path"]
    return path.partition("/")[2]


def read_stacks(outdir: Path) -> dict[str, Synthesized]:
    """Every stack below `outdir`, by name."""
    return {
        file.parent.name: Synthesized(json.loads(file.read_text(encoding="utf-8")))
        for file in sorted((outdir / "stacks").glob("*/cdk.tf.json"))
    }


def synthesize_fleet(fleet: Fleet, outdir: Path, *, endpoint: str | None = None) -> dict[str, Synthesized]:
    """Synthesize all stacks, for real AWS or for the emulator at `endpoint`."""
    with pytest.MonkeyPatch.context() as patch:
        # tests/conftest.py names a local endpoint, which would ask for the emulator's JSON.
        patch.delenv(ENDPOINT)
        if endpoint:
            patch.setenv(ENDPOINT, endpoint)
        synthesize(fleet, str(outdir))
    return read_stacks(outdir)


def statements(policy: str) -> list[Body]:
    """The statements of an IAM policy document."""
    document = json.loads(policy)
    assert document["Version"] == "2012-10-17"
    found: list[Body] = document["Statement"]
    return found


def as_list(value: str | list[str]) -> list[str]:
    """IAM takes one value without a list."""
    return [value] if isinstance(value, str) else value
