"""Synthesizes the stacks in a process of its own: cdktf takes seconds and memory, and never loads here."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from operations.errors import HybridError, UsageError
from operations.paths import PROJECT_ROOT


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
