"""Plans as JSON and back. The journal holds the whole plan, so a resume does not depend on a planner."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from operations.engine import plan, values
from operations.engine.plan import Plan

SCHEMA = 1
"""Of the journal. Raise it with every change of a type or an entry that an older journal does not follow."""

TAG = "$"
_TYPES: dict[str, Callable[..., Any]] = {
    type_.__name__: type_
    for type_ in (
        *(plan.Call, plan.Local, plan.Probe, plan.Step, plan.Plan),
        *(values.Ref, values.Secret, values.RunId, values.Attempt, values.Join, values.JsonText),
    )
}


def encode(value: Any) -> Any:
    """Plain data. Fields with their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: getattr(value, one.name) for one in fields(value) if not _is_default(value, one)}
        return {TAG: type(value).__name__, **{name: encode(inner) for name, inner in named.items()}}
    if isinstance(value, Mapping):
        return {str(name): encode(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encode(inner) for inner in value]
    return value


def decode(data: Any) -> Any:
    """What `encode` was given."""
    if isinstance(data, list):
        return [decode(one) for one in data]
    if not isinstance(data, dict):
        return data
    inner = {name: decode(value) for name, value in data.items() if name != TAG}
    if TAG not in data:
        return inner
    # No field of these types is a list.
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in inner.items()}
    return _TYPES[data[TAG]](**given)


def decode_plan(data: Any) -> Plan:
    """A plan from a journal."""
    found = decode(data)
    if not isinstance(found, Plan):
        raise TypeError(f"{type(found).__name__} instead of a plan")
    return found


def fingerprint(value: Any) -> str:
    """Of what a plan does, or of any plain data: the same for the same, in any order of keys."""
    if isinstance(value, Plan):
        value = (value.kind, value.target, value.account, value.steps)
    text = json.dumps(encode(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_default(owner: Any, field: Any) -> bool:
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    return default is not MISSING and bool(getattr(owner, field.name) == default)
