"""The whole JSON of every stack, so that a review sees each change of what will be deployed.

After a change that is meant: `pytest tests/synth/test_snapshots.py --snapshot-update`, then read the diff.
"""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from environments.loader import load_fleet
from tests.synth.synthesized import Synthesized

STACKS = ("bootstrap", *load_fleet().environments, "replication", "edge")
SNAPSHOTS = Path(__file__).with_name("__snapshots__") / Path(__file__).stem


@pytest.mark.parametrize("name", STACKS)
def test_stack(name: str, stacks: dict[str, Synthesized], snapshot: SnapshotAssertion) -> None:
    assert stacks[name].json == snapshot(extension_class=JSONSnapshotExtension)


def test_every_stack_has_a_snapshot_and_every_snapshot_a_stack(stacks: dict[str, Synthesized]) -> None:
    assert {file.stem for file in SNAPSHOTS.iterdir()} == {f"test_stack[{name}]" for name in stacks}
