"""Breaks a copy of the JSON in one place."""

import copy
import json
from collections.abc import Callable
from typing import Any

from operations.dr.audit.blocks import Body, Stacks

Broken = dict[str, Body]
Break = Callable[[Broken], None]
Chosen = Callable[[Body], bool]
Case = tuple[str, Break, str]
"""What is broken, how, and text that the gap must contain."""


def broken(stacks: Stacks, *breaks: Break) -> Broken:
    """A copy with `breaks` applied."""
    changed = copy.deepcopy(dict(stacks))
    for each in breaks:
        each(changed)
    return changed


def path(text: str) -> Chosen:
    """The block with this construct path below its stack."""
    return lambda body: bool(body["//"]["metadata"]["path"].partition("/")[2] == text)


def named(name: str) -> Chosen:
    """The resource with this name, or tag `Name`."""
    return lambda body: name in (body.get("name"), (body.get("tags") or {}).get("Name"))


def metric(name: str) -> Chosen:
    """Alarms on a metric."""
    return lambda body: bool(body.get("metric_name") == name)


def address(stacks: Broken, stack: str, kind: str, chosen: Chosen) -> str:
    """How Terraform calls a resource; cdktf makes the name, so tests look it up."""
    (name,) = [name for name, body in stacks[stack]["resource"][kind].items() if chosen(body)]
    return f"{kind}.{name}"


def drop(stack: str, kind: str, chosen: Chosen = lambda _: True) -> Break:
    """Delete a resource; all of a kind unless told which."""

    def apply(stacks: Broken) -> None:
        bodies = stacks[stack]["resource"][kind]
        names = [name for name, body in bodies.items() if chosen(body)]
        assert names, f"no {kind} in {stack} to delete"
        for name in names:
            del bodies[name]

    return apply


def change(stack: str, kind: str, chosen: Chosen, **values: Any) -> Break:
    """Set attributes; `a__b` is the attribute b of the block a, None takes an attribute away."""

    def apply(stacks: Broken) -> None:
        found = [body for body in stacks[stack]["resource"][kind].values() if chosen(body)]
        assert found, f"no {kind} in {stack} to change"
        for body in found:
            for key, value in values.items():
                _set(body, key.split("__"), value)

    return apply


def _set(body: Any, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        body = body[int(key) if isinstance(body, list) else key]
    last: Any = int(keys[-1]) if isinstance(body, list) else keys[-1]
    assert isinstance(body, list) or last in body or value is not None, f"{last} is not there"
    assert isinstance(body, list) or body.get(last) != value, f"{last} is {value} already"
    if value is None:
        del body[last]
    else:
        body[last] = value


def container(stack: str, *, variable: str | None = None, **values: Any) -> Break:
    """Change the first container of the stack's task definition, or one of its environment variables."""

    def apply(stacks: Broken) -> None:
        (body,) = stacks[stack]["resource"]["aws_ecs_task_definition"].values()
        containers = json.loads(body["container_definitions"])
        if variable is None:
            containers[0] |= values
        else:
            chosen = [each for each in containers[0]["environment"] if each["name"] == variable]
            assert chosen, f"no variable {variable}"
            chosen[0] |= values
        body["container_definitions"] = json.dumps(containers)

    return apply


def replace(stack: str, kind: str, old: str, new: str) -> Break:
    """Replace text in every resource of a kind."""

    def apply(stacks: Broken) -> None:
        bodies = stacks[stack]["resource"]
        text = json.dumps(bodies[kind])
        assert old in text, f"{old} is not in any {kind} of {stack}"
        bodies[kind] = json.loads(text.replace(old, new))

    return apply


def policy(stack: str, construct: str, old: str, new: str) -> Break:
    """Replace text in the policy of one role."""

    def apply(stacks: Broken) -> None:
        bodies = stacks[stack]["resource"]["aws_iam_role_policy"].values()
        (body,) = [body for body in bodies if path(construct)(body)]
        assert old in body["policy"]
        body["policy"] = body["policy"].replace(old, new)

    return apply


def published_elsewhere(stack: str, construct: str, parameter: str) -> Break:
    """Look up what the primary region publishes."""

    def apply(stacks: Broken) -> None:
        (body,) = filter(path(construct), stacks[stack]["data"]["aws_ssm_parameter"].values())
        body |= {"name": parameter, "provider": "aws.primary"}

    return apply
