"""Kinds of plans, and where a resumed process finds what it needs for them. Modules load on first use."""

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from operations.errors import HybridError

if TYPE_CHECKING:
    from operations.engine.context import Context
    from operations.engine.plan import Plan
    from operations.engine.report import Conclusion, Outcome

Action = Callable[["Context", dict[str, Any]], Mapping[str, Any] | None]
"""Does a `Local`. Parameters have their Refs filled; a `Secret` comes as `redact.Hidden`."""


class Kind(NamedTuple):
    """`module` may define `ACTIONS: Mapping[str, Action]`, `conclude(outcome) -> Conclusion`, and
    `release(context, plan)`: gives back what a run holds against others, when it is abandoned
    or its undo fails. It must be safe to repeat, and leave alone what others hold.
    """

    command: str
    """What a person runs: `hybrid db switch`."""

    module: str = ""


KINDS: dict[str, Kind] = {
    "db-pitr": Kind("hybrid db pitr", "operations.restore.run"),
    "db-restore-snapshot": Kind("hybrid db restore-snapshot", "operations.restore.run"),
    "db-schema-rollback": Kind("hybrid db schema rollback", "operations.schema_migrations.run"),
    "db-switch": Kind("hybrid db switch", "operations.restore.switch"),
    "drill-rollback": Kind("hybrid drill rollback", "operations.drill.rollback"),
    "incident": Kind("hybrid incident mitigate", "operations.incident.mitigation"),
    "service-rollback": Kind("hybrid service rollback", "operations.service.rollback"),
    "service-stop": Kind("hybrid service stop-deployment", "operations.service.rollback"),
    "service-sync-standby": Kind("hybrid service sync-standby", "operations.service.standby"),
    "state-push": Kind("hybrid state push", "operations.state.changing"),
    "state-rebuild": Kind("hybrid state rebuild", "operations.state.rebuilding"),
    "state-reimport": Kind("hybrid state reimport", "operations.state.reimport"),
    "state-restore": Kind("hybrid state restore", "operations.state.changing"),
}


def kind(name: str) -> Kind:
    """A kind that this version knows."""
    if name not in KINDS:
        raise HybridError(
            f"this version of hybrid knows no runs of kind {name!r} (operations/engine/kinds.py); "
            "use the version that began the run"
        )
    return KINDS[name]


def action(name: str, local: str) -> Action:
    """The action that a `Local` names."""
    actions: Mapping[str, Action] = getattr(_module(name), "ACTIONS", {})
    if local not in actions:
        raise HybridError(
            f"{kind(name).module or name} has no action {local!r}; use the version that began the run"
        )
    return actions[local]


def conclude(name: str, outcome: "Outcome") -> "Conclusion | None":
    """What the kind adds to the report of a run that has ended."""
    found: Callable[[Outcome], Conclusion] | None = getattr(_module(name), "conclude", None)
    return found(outcome) if found else None


def release(name: str, context: "Context", plan: "Plan") -> None:
    """Give back what a run of the kind holds, such as a lock of Terraform."""
    found: Callable[[Context, Plan], None] | None = getattr(_module(name), "release", None)
    if found:
        found(context, plan)


def _module(name: str) -> Any:
    module = kind(name).module
    return importlib.import_module(module) if module else None
