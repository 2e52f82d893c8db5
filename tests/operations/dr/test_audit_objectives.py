"""The same JSON against other objectives and another plan for the standby."""

from typing import Any

import pytest

from environments.recovery import ReplicaRole
from environments.schema import Fleet
from operations.dr.audit.blocks import Stacks
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit


def _with(fleet: Fleet, path: str, value: Any) -> Fleet:
    """A copy of the fleet with another value in dr.yaml."""
    return fleet.model_copy(update={"dr": _changed(fleet.dr, path.split("."), value)})


def _changed(model: Any, keys: list[str], value: Any) -> Any:
    first, *rest = keys
    return model.model_copy(update={first: _changed(getattr(model, first), rest, value) if rest else value})


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("objectives.database.rpo_minutes", 10, "rings above 900 s; the RPO is 600 s"),
        ("objectives.objects.rpo_minutes", 5, "may take 15 min; the RPO is 5 min"),
        (
            "objectives.objects.rpo_minutes",
            5,
            "no alarm in ap-northeast-1 on copies of ryuqqq-prod-fileflow-files",
        ),
        ("objectives.logs.rpo_minutes", 3, "may be 60 + 180 s late; the RPO is 180 s"),
        (
            "objectives.logs.rpo_minutes",
            4,
            "no alarm on lines of ryuqqq-prod-logs-to-dr later than the RPO, 240 s",
        ),
        ("objectives.application.rto_minutes", 1, "takes 90 s; the RTO is 60 s"),
        ("database_replica.role", ReplicaRole.PRIMARY, "is promoted and nothing replicates it"),
        ("standby.cache", "warm", "no cache ryuqqq-dr-redis, although standby.cache is warm"),
        ("edge.host", "other.ryuqqq.com", "fileflow.ryuqqq.com does not fail over"),
    ],
)
def test_fails_when_an_objective_is_missed(
    fleet: Fleet, stacks: Stacks, path: str, value: Any, text: str
) -> None:
    assert text in "\n".join(gap_lines(audit(_with(fleet, path, value), stacks)))


@pytest.mark.parametrize("name", ["database", "objects", "logs"])
def test_loss_that_is_accepted_is_no_gap(fleet: Fleet, stacks: Stacks, name: str) -> None:
    report = audit(_with(fleet, f"objectives.{name}.rpo_minutes", None), stacks)
    assert gap_lines(report) == []
    assert [
        row for row in report.rows if row.objective and row.objective.startswith(f"{name}: loss accepted")
    ]


def test_an_objective_met_exactly_is_no_gap(fleet: Fleet, stacks: Stacks) -> None:
    assert gap_lines(audit(_with(fleet, "objectives.application.rto_minutes", 2), stacks)) == []
