"""References that lead nowhere: Terraform refuses the whole stack, when a failover needs it most."""

import re
from collections.abc import Iterator
from typing import Any

from environments import naming
from operations.dr.audit.blocks import Body
from operations.dr.audit.findings import Gap, Row, View, objective_text
from operations.dr.audit.walk import EVERYTHING

GROUP = "capacity"

_INSIDE = re.compile(r"\$\{.*\}", re.DOTALL)
_REFERENCE = re.compile(r"(?<![\w.])(?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_-]+")


def rows(view: View) -> Iterator[Row]:
    """A row for each resource of the standby's stacks that refers to something its stack does not have."""
    fleet = view.fleet
    for stack in naming.stacks(fleet):
        if naming.state_environment(fleet, stack) != fleet.dr.name:
            continue
        json = view.synthesis.stacks.get(stack) or {}
        known = set(_addresses(json))
        for address, body in _bodies(json):
            missing = sorted(set(_references(body)) - known)
            if missing:
                yield Row(
                    GROUP,
                    "reference",
                    (EVERYTHING,),
                    f"{stack}, {address}",
                    None,
                    "Terraform, within the stack",
                    objective_text(view, "all"),
                    tuple(
                        Gap(
                            f"it refers to {each}, which {stack} lacks: Terraform then applies nothing",
                            "add what is missing, or take the reference away",
                        )
                        for each in missing
                    ),
                )


def _bodies(json: Body) -> Iterator[tuple[str, Body]]:
    for section, start in (("resource", ""), ("data", "data.")):
        for kind, bodies in (json.get(section) or {}).items():
            for name, body in bodies.items():
                yield f"{start}{kind}.{name}", body


def _addresses(json: Body) -> Iterator[str]:
    return (address for address, _ in _bodies(json))


def _references(value: Any, *, bare: bool = False) -> Iterator[str]:
    """Of a body; addresses stand bare in the lists that order resources."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "//":
                yield from _references(inner, bare=key in ("depends_on", "replace_triggered_by"))
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner, bare=bare)
    elif isinstance(value, str):
        for text in [value] if bare else _INSIDE.findall(value):
            # `$${` is text for AWS, such as the format of a flow log.
            yield from _REFERENCE.findall(text.replace("$${", ""))
