"""The command line stays instant, and its help has examples."""

import os
import resource
import subprocess
import sys

import pytest

VERBS = ["list", "show", "resume", "undo", "abandon", "unlock"]


def test_help_answers_in_half_a_second_of_cpu() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        subprocess.run([sys.executable, "-m", "operations", "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3 < 0.5


def test_the_engine_loads_no_sdk_and_no_bindings() -> None:
    modules = "operations.engine, operations.engine.options, operations.runs.commands, sys"
    code = f"import {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"boto3", "botocore", "jmespath", "jsii", "pydantic"} & set(done.stdout.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_help_has_an_example(verb: str) -> None:
    command = [sys.executable, "-m", "operations", "runs", verb, "--help"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "120"}
    )

    assert f"hybrid runs {verb}" in done.stdout
