"""What a resumed rollback needs: its local actions, and what its report says."""

from collections.abc import Callable, Mapping
from typing import Any

from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.schema_migrations.liquibase import roll_back
from operations.schema_migrations.undoing import undo

ACTIONS: Mapping[str, Callable[[Context, dict[str, Any]], Mapping[str, Any]]] = {
    "roll-back": roll_back,
    "undo": undo,
}


def conclude(outcome: Outcome) -> Conclusion:
    """What is undone."""
    if outcome.run is None:
        return Conclusion()
    facts = outcome.run.plan.facts
    undone = facts["undone"]
    return Conclusion(
        f"{facts['tool']} of `{facts['database']}`: {', '.join(undone)} undone.", {"undone": undone}
    )
