"""The policy of each command group, put together from its calls and what they need."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environments.operators import POLICIES
from operations.permissions import calls as scanning
from operations.permissions.rights import ALSO, EXTRAS, NEEDED, PREFIXES, RENAMED, WITHHELD, Extra

Statement = dict[str, Any]
Key = tuple[tuple[str, ...], tuple[str, str, str] | None]
"""Resources and condition: what is alike becomes one statement."""


class Unknown(Exception):
    """A command makes a call that nobody has said anything about."""


def actions(group: str) -> frozenset[str]:
    """IAM's names of what the group's code calls, without what nobody needs a right for."""
    return frozenset(filter(None, (action(*call) for call in scanning.calls(group))))


def action(service: str, operation: str) -> str:
    """IAM's name of a call; empty if everybody may make it."""
    name = f"{PREFIXES.get(service, service)}:{operation}"
    return RENAMED.get(name, name)


def document(group: str) -> dict[str, Any]:
    """The policy, with placeholders."""
    wanted = sorted(one for one in actions(group) if (group, one) not in WITHHELD)
    if missing := [one for one in wanted if one not in NEEDED]:
        raise Unknown(
            f"hybrid {group} calls {', '.join(missing)}; "
            "say in operations/permissions/rights.py on what it may"
        )
    collected: dict[Key, set[str]] = {}
    for one in wanted:
        resources = ALSO.get((group, one), NEEDED[one])
        collected.setdefault((tuple(sorted(resources)), None), set()).add(one)
        for extra in _extras(group, one):
            collected.setdefault((tuple(sorted(extra.resources)), extra.condition), set()).update(
                extra.actions
            )
    statements = [_statement(sorted(names), key) for key, names in collected.items()]
    return {"Version": "2012-10-17", "Statement": sorted(statements, key=lambda one: str(one["Action"]))}


def written() -> dict[Path, str]:
    """Every policy file as it must be. A group without calls has none."""
    return {
        POLICIES / f"{group}.json": f"{json.dumps(document(group), indent=2)}\n"
        for group in scanning.groups()
        if actions(group)
    }


def _extras(group: str, name: str) -> Iterator[Extra]:
    return (one for one in EXTRAS.get(name, ()) if not one.groups or group in one.groups)


def _statement(names: list[str], key: Key) -> Statement:
    resources, condition = key
    statement: Statement = {"Effect": "Allow", "Action": names, "Resource": list(resources)}
    if condition:
        operator, name, value = condition
        statement["Condition"] = {operator: {name: value}}
    return statement
