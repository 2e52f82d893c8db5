"""Carries out plans that survive a crash at any point: docs/operations-engine.md has an example.

Planners need only what is named here. `run.py` has what commands call.
"""

from operations.engine.plan import Call, Does, Local, Plan, Probe, Step
from operations.engine.values import Attempt, Join, JsonText, Ref, RunId, Secret

__all__ = [
    "Attempt",
    "Call",
    "Does",
    "Join",
    "JsonText",
    "Local",
    "Plan",
    "Probe",
    "Ref",
    "RunId",
    "Secret",
    "Step",
]
