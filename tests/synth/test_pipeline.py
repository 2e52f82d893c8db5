"""Answers of Node that are read later: the same objects, the same errors, and no deadlock."""

import subprocess
import sys
from pathlib import Path

import attr

import hybrid_constructs  # noqa: F401

# isort: split
import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct
from jsii._kernel import types
from jsii._kernel.providers import process
from jsii.errors import JSIIError

from hybrid_constructs.fast_synth import pipeline

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stack(tmp_path: Path) -> TerraformStack:
    return TerraformStack(App(outdir=str(tmp_path)), "s")


def late(construct: Construct) -> bool:
    """Whether nobody has read yet how Node named it."""
    return isinstance(vars(construct)["__jsii_ref__"], pipeline.LateRef)


def test_nobody_waits_for_a_construction(stack: TerraformStack) -> None:
    first, second = Construct(stack, "a"), Construct(stack, "b")
    assert late(first)
    assert late(second)
    child = Construct(first, "c")
    assert not late(first), "its name was needed"
    assert late(child)
    assert child.node.path == "s/a/c"
    assert not any(late(one) for one in (first, second, child))


def test_objects_that_come_back_are_the_ones_that_were_made(stack: TerraformStack) -> None:
    made = [Construct(stack, f"c{number}") for number in range(5)]
    found = [one for one in stack.node.children if isinstance(one, Construct)]
    assert found == made
    assert all(one is other for one, other in zip(found, made, strict=True))


def test_thousands_of_them_fit_through_the_pipe(stack: TerraformStack) -> None:
    made = [Construct(stack, "x" * 200 + str(number)) for number in range(2000)]
    assert sum(late(one) for one in made) <= pipeline.MOST_UNREAD
    assert made[-1].node.id.endswith("1999")


def test_an_error_says_who_asked(stack: TerraformStack) -> None:
    SqsQueue(stack, "Queue", name="a")
    SqsQueue(stack, "Queue", name="b")
    after = Construct(stack, "after")
    with pytest.raises((JSIIError, RuntimeError), match="already a Construct with name 'Queue'") as said:
        assert after.node.id
    [note] = said.value.__notes__
    assert "test_pipeline.py:" in note
    assert note.endswith("in test_an_error_says_who_asked")
    assert after.node.id == "after", "and the answers after it are still the right ones"


def test_a_late_name_may_be_copied(stack: TerraformStack) -> None:
    ref = vars(Construct(stack, "a"))["__jsii_ref__"]
    copied = attr.evolve(ref, interfaces=["constructs.IConstruct"])
    assert copied.ref == ref.ref
    assert copied.interfaces == ["constructs.IConstruct"]
    assert isinstance(ref, types.ObjRef)


def test_stack_traces_for_jsii_need_every_answer(
    stack: TerraformStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_stack_traces_enabled", lambda: True)
    monkeypatch.setattr(process, "capture_stack_trace", lambda: None)
    assert not late(Construct(stack, "a"))


CALLED_BACK = """
import hybrid_constructs
import jsii
from cdktf import App, Aspects, IAspect, TerraformStack
from constructs import Construct

seen = []

@jsii.implements(IAspect)
class Watcher:
    def visit(self, node):
        seen.append(node.node.path)

app = App(outdir={outdir!r})
stack = TerraformStack(app, "s")
before = Construct(stack, "before")
Aspects.of(stack).add(Watcher())
after = [Construct(stack, f"after{{number}}") for number in range(3)]
late = [type(vars(one)["__jsii_ref__"]).__name__ for one in after]
app.synth()
print(late, sorted(seen))
"""


def test_what_node_calls_back_ends_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLED_BACK.format(outdir=str(tmp_path))],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "PYTHONPATH": str(ROOT / "constructs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = ["CreateResponse"] * 3
    assert (
        done.stdout.strip() == f"{names} ['s', 's/after0', 's/after1', 's/after2', 's/backend', 's/before']"
    )
