"""Every alarm of the fleet tells its severity's topic, once, and what to do about it."""

import re
from collections import Counter

import pytest

from environments import naming
from environments.schema import Fleet
from tests.synth.alarm_table import COMPOSITE, HEADING, PAGE, alarms, runbook, table
from tests.synth.synthesized import ROOT, Body, Synthesized

CONSTRUCTS = ROOT / "constructs/hybrid_constructs"
NAMED = re.compile(r'"(runbooks/[^"]*)"')


def alerts(fleet: Fleet, stack: Synthesized) -> list[Body]:
    """All alarms but the switch of the failover, which tells Route 53 and no person."""
    return [alarm for alarm in alarms(stack) if alarm["alarm_name"] != naming.failover_switch(fleet)]


def test_every_runbook_that_a_construct_names_exists() -> None:
    named = {
        found: file.relative_to(ROOT)
        for file in sorted(CONSTRUCTS.rglob("*.py"))
        for found in NAMED.findall(file.read_text(encoding="utf-8"))
    }
    assert len(named) > 3
    missing = {found: file for found, file in named.items() if not (ROOT / "docs" / found).is_file()}
    assert not missing, "alarms send people to pages that do not exist"


def test_every_alarm_has_a_severity_and_a_runbook(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for name, stack in stacks.items():
        for alarm in alerts(fleet, stack):
            where = f"{name}: {alarm['alarm_name']}"
            assert alarm.get("tags", {}).get("Severity") in ("critical", "warning"), where
            assert (ROOT / "docs" / runbook(alarm)).is_file(), where


def test_every_alarm_tells_somebody_once(fleet: Fleet, stacks: dict[str, Synthesized]) -> None:
    for name, stack in stacks.items():
        in_composites = " ".join(each["alarm_rule"] for each in stack.all(COMPOSITE).values())
        for alarm in alerts(fleet, stack):
            where = f"{name}: {alarm['alarm_name']}"
            assert alarm.get("alarm_actions") == alarm.get("ok_actions"), where
            if f'"{alarm["alarm_name"]}"' not in in_composites:
                assert len(alarm["alarm_actions"]) == 1, where


def test_no_two_alarms_share_a_name(stacks: dict[str, Synthesized]) -> None:
    # Stricter than CloudWatch, where a name is unique in a region: people read names only.
    names = Counter(alarm["alarm_name"] for stack in stacks.values() for alarm in alarms(stack))
    assert [name for name, count in names.items() if count > 1] == []


def test_page_lists_them_all(stacks: dict[str, Synthesized], request: pytest.FixtureRequest) -> None:
    """After a change that is meant: `make snapshots`."""
    text, heading, listed = PAGE.read_text(encoding="utf-8").partition(HEADING)
    assert heading, f"{PAGE.name} needs the heading {HEADING!r}"
    current = f"{table(stacks)}\n"
    if request.config.getoption("--snapshot-update"):
        PAGE.write_text(text + heading + current, encoding="utf-8")
    else:
        assert listed == current, "run `make snapshots`, and read the diff of docs/alarms.md"
