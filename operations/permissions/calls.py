"""Finds the calls of AWS in the source of a command group. Nothing is run; what is rare is found as well.

A module's clients are known by the names of services in it (`.client("ecs", ...)`), its plans by
`Call("ecs", region, "UpdateService")`. A method is a call if one of those services has that operation.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from operations.cli import GROUPS
from operations.engine.kinds import KINDS
from operations.paths import PROJECT_ROOT

Call = tuple[str, str]
"""Service as boto3 names it, and operation."""

ELSEWHERE = (
    "operations.local",
    "operations.fleet",
    "operations.graph",
    "operations.cli",
    "operations.permissions",
)
"""They work on this machine or on the embedded AWS, with credentials of their own."""

OFFLINE = ("env", "fleet", "graph", "local")
"""Groups that need no rights."""

SECRETS_OF_PLANS = "operations.engine.context"
"""Reads secrets for plans that name one; a group without such plans never does."""


def groups() -> tuple[str, ...]:
    """Command groups that call AWS."""
    return tuple(name for name in GROUPS if name not in OFFLINE)


@cache
def calls(group: str) -> frozenset[Call]:
    """Every call that the group's commands may make."""
    trees = {name: _tree(name) for name in modules(group)}
    if not any(
        _names_secrets(tree) for name, tree in trees.items() if not name.startswith("operations.engine")
    ):
        trees.pop(SECRETS_OF_PLANS, None)
    everywhere = {service for tree in trees.values() for service in _services(tree)}
    return frozenset(found for tree in trees.values() for found in _calls(tree, everywhere))


def modules(group: str) -> frozenset[str]:
    """The group's module, and what it imports of ours: at the top, in functions, by the kind of a plan."""
    found: set[str] = set()
    waiting = [GROUPS[group].module]
    while waiting:
        name = waiting.pop()
        if name in found or name.startswith(ELSEWHERE):
            continue
        found.add(name)
        waiting += _imports(_tree(name))
        waiting += [
            kind.module for kind in KINDS.values() if kind.command.split()[1] == group and kind.module
        ]
    return frozenset(found)


def _path(module: str) -> Path | None:
    base = PROJECT_ROOT.joinpath(*module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.exists()), None)


@cache
def _tree(module: str) -> ast.Module:
    path = _path(module)
    return ast.parse(path.read_text(encoding="utf-8") if path else "")


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        yield from (name for name in names if name.startswith("operations.") and _path(name))


def _services(tree: ast.Module) -> set[str]:
    """Services that clients are made of."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="client" | "once")):
                found.add(_text(node, 0))
    return found - {""}


def _calls(tree: ast.Module, everywhere: set[str]) -> Iterator[Call]:
    own = _services(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "Call":
            service, operation = _text(node, 0), _text(node, 2)
            if service and operation:
                yield service, operation
            else:
                yield from _spelled(tree, {service} if service else everywhere)
        elif isinstance(node.func, ast.Attribute):
            method = node.func.attr
            if method in ("get_paginator", "get_waiter"):
                method = _text(node, 0)
            # A client that was handed over is of a service that some module of the group names.
            yield from list(_operations(method, own)) or _operations(method, everywhere)


def _spelled(tree: ast.Module, services: set[str]) -> Iterator[Call]:
    """Operations that a module names in texts, where it puts a call together from variables.

    `TagResource` is one of many services: the one that explains most of the texts is meant.
    """
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    found = {service: texts & set(_methods(service).values()) for service in services}
    most = max(map(len, found.values()), default=0)
    for service, operations in found.items():
        if len(operations) == most:
            yield from ((service, str(one)) for one in operations)


def _operations(method: str, services: set[str]) -> Iterator[Call]:
    for service in sorted(services):
        if operation := _methods(service).get(method):
            yield service, operation


@cache
def _methods(service: str) -> dict[str, str]:
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def _names_secrets(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Secret"
        for node in ast.walk(tree)
    )


def _text(node: ast.Call, position: int) -> str:
    """A positional argument that is written out; empty if it is not."""
    if position < len(node.args):
        argument = node.args[position]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return argument.value
    return ""
