"""Synthesizes the stacks in a process of its own, and reads what a synthesis wrote.

cdktf takes seconds and memory, and never loads here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from operations.errors import HybridError, UsageError
from operations.paths import PROJECT_ROOT

Stack = dict[str, Any]
"""The Terraform JSON of one stack."""

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What looking into JSON of an unexpected shape raises."""


def synthesize(outdir: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run `python main.py` into `outdir`, in the caller's environment unless told otherwise.

    Raises:
        UsageError: the configuration is wrong; with every problem.
        HybridError: anything else, with what was said.
    """
    base = os.environ if environment is None else environment
    done = subprocess.run(
        [sys.executable, str(PROJECT_ROOT / "main.py")],
        cwd=PROJECT_ROOT,
        env={**base, "CDKTF_OUTDIR": str(outdir)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        problem = UsageError if done.returncode == UsageError.exit_code else HybridError
        raise problem(f"the stacks cannot be synthesized:\n{done.stderr.strip()}")


def read(outdir: Path) -> dict[str, Stack]:
    """The JSON of every stack below a folder such as cdktf.out, by stack; empty if there is none.

    Raises:
        UsageError: a file is no Terraform JSON, as an interrupted synthesis leaves it. Shapes are checked
            here once, so that nobody who looks into a stack has to.
    """
    return {file.parent.name: _stack(file) for file in sorted((outdir / "stacks").glob("*/cdk.tf.json"))}


def providers(stack: Mapping[str, Any]) -> list[Stack]:
    """Its AWS providers; Terraform allows a single one without a list around it."""
    found = (stack.get("provider") or {}).get("aws") or []
    return [found] if isinstance(found, dict) else list(found)


def blocks(value: Any) -> list[Any]:
    """A block that may be repeated is written with a list, or alone."""
    return value if isinstance(value, list) else [value] if value else []


def task_size(text: object) -> float:
    """CPU units or MiB of a task; ECS takes `1 vCPU` and `2 GB` as well (ECS user guide, "Task size")."""
    number, _, unit = str(text).strip().partition(" ")
    return float(number) * 1024 if unit.strip().lower() in ("vcpu", "gb") else int(str(text))


def _stack(file: Path) -> Stack:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); run `make synth`") from None
    except ValueError as error:
        raise UsageError(f"{file}: is no JSON ({error}); run `make synth`") from None
    if problem := _misshapen(content):
        raise UsageError(f"{file}: is no Terraform JSON: {problem}; run `make synth`")
    stack: Stack = content
    return stack


def _misshapen(content: Any) -> str | None:
    """What Terraform would refuse about the outline of a file; the attributes are no concern of this."""
    for place, value in _objects(content):
        if not isinstance(value, dict):
            return f"{place} is {_kind(value)}, not an object"
    aws = content.get("provider", {}).get("aws", [])
    if not isinstance(aws, list | dict) or not all(isinstance(each, dict) for each in providers(content)):
        return "provider.aws is neither an object nor a list of objects"
    return None


def _objects(content: Any) -> Iterator[tuple[str, Any]]:
    """What must be an object, from the outside in: nobody asks for more after one that is none."""
    yield "it", content
    for section in ("provider", "terraform", "resource", "data"):
        yield section, content.get(section, {})
    backends = content.get("terraform", {}).get("backend", {})
    yield "terraform.backend", backends
    yield from ((f"terraform.backend.{name}", backend) for name, backend in backends.items())
    for section in ("resource", "data"):
        for kind, bodies in content.get(section, {}).items():
            yield f"{section}.{kind}", bodies
            yield from ((f"{section}.{kind}.{name}", body) for name, body in bodies.items())


def _kind(value: Any) -> str:
    names = {list: "a list", str: "text", type(None): "null", bool: "a boolean"}
    return names.get(type(value), "a number")
