"""Remembers what the bindings work out again for every resource to check its argument types.

Each constructor call evaluates the annotations of all its arguments and has typeguard walk them,
most of them for an argument left at None. The checks stay; only their repetition goes.
"""

import typing
from collections.abc import Callable
from functools import cache
from importlib import metadata
from types import FunctionType
from typing import Any

KNOWN_TYPEGUARD = "2.13.3"
PLAIN = (str, bool, int, float, type(None))


def install() -> None:
    """Wrap what the bindings check with once, for a known typeguard."""
    if metadata.version("typeguard") != KNOWN_TYPEGUARD:
        return
    # 20 ms that a process without these shims should not pay.
    import typeguard

    if not hasattr(typing.get_type_hints, "__wrapped__"):
        # Each module of the bindings looks up the version of typeguard again, on the disk.
        metadata.version = cache(metadata.version)
        typing.get_type_hints = remember_stubs(typing.get_type_hints)
        typeguard.check_type = accept_plain(typeguard.check_type)


def remember_stubs(get_type_hints: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Cache the hints of the bindings' generated stubs; they only read them. Others pass through."""
    cached = cache(get_type_hints)

    def hints(obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        is_stub = isinstance(obj, FunctionType) and obj.__name__.startswith("_typecheckingstub__")
        return cached(obj) if is_stub and not args and not kwargs else get_type_hints(obj, *args, **kwargs)

    hints.__wrapped__ = get_type_hints  # type: ignore[attr-defined]
    return hints


def accept_plain(check_type: Callable[..., None]) -> Callable[..., None]:
    """Accept at once a plain value whose very class is among the expected ones; typeguard does the rest."""

    def check(argname: str, value: Any, expected_type: Any, *args: Any, **kwargs: Any) -> None:
        if type(value) not in PLAIN or type(value) not in plain_classes(expected_type):
            check_type(argname, value, expected_type, *args, **kwargs)

    return check


@cache
def plain_classes(expected_type: Any) -> frozenset[type]:
    """The plain classes that `expected_type` names, alone or in a union."""
    union = typing.get_origin(expected_type) is typing.Union
    members = typing.get_args(expected_type) if union else (expected_type,)
    return frozenset(member for member in members if member in PLAIN)
