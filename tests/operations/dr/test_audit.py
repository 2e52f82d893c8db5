"""`hybrid dr audit`: the committed fleet is ready, and whatever is taken from the standby is missed."""

import pytest

from environments.schema import Fleet
from operations.dr.audit.attached import ATTACHED
from operations.dr.audit.blocks import Block, Stacks, Synthesis
from operations.dr.audit.findings import Row
from operations.dr.audit.names import Counterparts
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import GROUPS, audit
from operations.dr.audit.walk import Named, walk
from tests.operations.dr.breaking import Break, Broken, broken
from tests.operations.dr.breaks import BREAKS

CASES = [
    pytest.param(kind, change, text, id=f"{kind}, {what}")
    for kind, cases in BREAKS.items()
    for what, change, text in cases
]


def test_the_committed_fleet_is_ready(fleet: Fleet, stacks: Stacks) -> None:
    assert gap_lines(audit(fleet, stacks)) == []


@pytest.mark.parametrize(("kind", "change", "text"), CASES)
def test_fails_when_a_counterpart_is_broken(
    fleet: Fleet, stacks: Stacks, kind: str, change: Break, text: str
) -> None:
    report = audit(fleet, broken(stacks, change))
    said = [gap.what for row, gap in report.gaps if row.kind == kind]
    assert [what for what in said if text in what], gap_lines(report)


def test_every_kind_of_dependency_is_broken_by_a_test(fleet: Fleet, stacks: Stacks) -> None:
    assert {row.kind for row in audit(fleet, stacks).rows} == set(BREAKS)


def test_fails_when_any_counterpart_is_missing(fleet: Fleet, stacks: Stacks) -> None:
    """Deletes each one, alone: nothing that stands by may go unnoticed."""
    synthesis, counterparts = Synthesis(stacks), Counterparts(fleet)
    twins: dict[int, Block] = {}
    for node in walk(synthesis, fleet):
        if not isinstance(node, Named) and node.region != fleet.dr.region:
            found = synthesis.find(node.kind, fleet.dr.region, counterparts.of(synthesis.identity(node)))
            twins |= {id(found): found} if found is not None else {}
    assert len(twins) > 120
    unnoticed = [
        f"{twin.kind} {synthesis.identity(twin)}"
        for twin in twins.values()
        if not audit(fleet, broken(stacks, _delete(twin))).gaps
    ]
    assert unnoticed == []


def _delete(block: Block) -> Break:
    def apply(stacks: Broken) -> None:
        del stacks[block.stack]["resource"][block.kind][block.name]

    return apply


def test_fails_when_a_dependency_is_of_a_kind_that_nobody_decided_about(fleet: Fleet, stacks: Stacks) -> None:
    def add(changed: Broken) -> None:
        resources = changed["prod"]["resource"]
        resources["aws_efs_file_system"] = {"Disk": {"//": {}, "name": "disk"}}
        (definition,) = resources["aws_ecs_task_definition"].values()
        definition["volume"] = [{"file_system_id": "${aws_efs_file_system.Disk.id}"}]

    report = audit(fleet, broken(stacks, add))
    assert [gap.what for row, gap in report.gaps if row.group == "unknown"] == [
        "the audit does not know what stands by for aws_efs_file_system disk"
    ]


def test_fails_when_the_json_lacks_a_service(fleet: Fleet, stacks: Stacks) -> None:
    without = {name: json for name, json in stacks.items() if name != "prod"}
    assert "the JSON has no ECS service fileflow-prod-service" in "\n".join(gap_lines(audit(fleet, without)))


def test_a_quota_that_was_raised_is_no_gap(fleet: Fleet, stacks: Stacks) -> None:
    (change,) = [change for what, change, _ in BREAKS["quota"] if what == "more tasks"]
    changed = broken(stacks, change)
    raised = {"fargate-spot-vcpu": 11.0, "fargate-on-demand-vcpu": 6.0}
    rows = [row for row in audit(fleet, changed, quotas=raised).rows if row.kind == "quota"]
    assert [row.primary for row in rows if row.gaps] == []
    assert "fargate-spot-vcpu: 11" in [row.primary for row in rows]


def test_rows_say_who_needs_it_how_it_is_kept_and_for_what(fleet: Fleet, stacks: Stacks) -> None:
    report = audit(fleet, stacks)
    database = _row(report.rows, "database")
    assert database.needed_by == ("fileflow",)
    assert database.counterpart == "ryuqqq-shared-rds-replica"
    assert database.in_step_by == "RDS replication; alarm above 900 s of lag"
    assert database.objective == "database: RPO 15 min, RTO 30 min"
    assert {each.difference.path for each in database.accepted} >= {"multi_az", "replicate_source_db"}
    cache = _row(report.rows, "cache")
    assert (cache.counterpart, cache.objective) == (None, "cache: loss accepted, RTO 10 min")
    assert "the failover makes ryuqqq-dr-redis: 2 x cache.r6g.large, empty" in cache.in_step_by
    assert [GROUPS.index(row.group) for row in report.rows] == sorted(
        GROUPS.index(row.group) for row in report.rows
    )


def _row(rows: tuple[Row, ...], kind: str) -> Row:
    (row,) = [row for row in rows if row.kind == kind]
    return row


def test_parts_are_no_rows_of_their_own(fleet: Fleet, stacks: Stacks) -> None:
    kinds = {row.kind for row in audit(fleet, stacks).rows}
    assert not kinds & {kind.removeprefix("aws_") for kind in ATTACHED}
