"""Where the audit gets its JSON: a synthesis of its own, or a folder that one wrote."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from operations.dr.audit.blocks import Stacks
from operations.errors import HybridError, UsageError
from operations.paths import PROJECT_ROOT


def synthesized() -> Stacks:
    """Synthesize for AWS into a temporary folder, in a process of its own: the CLI never loads cdktf."""
    with tempfile.TemporaryDirectory() as outdir:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")
        }
        done = subprocess.run(
            [sys.executable, str(PROJECT_ROOT / "main.py")],
            cwd=PROJECT_ROOT,
            env=environment | {"CDKTF_OUTDIR": outdir},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            problem = UsageError if done.returncode == UsageError.exit_code else HybridError
            raise problem(f"the stacks cannot be synthesized:\n{done.stderr.strip()}")
        return read(Path(outdir))


def read(outdir: Path) -> Stacks:
    """The JSON of every stack below a folder such as cdktf.out."""
    files = sorted((outdir / "stacks").glob("*/cdk.tf.json"))
    if not files:
        raise UsageError(f"{outdir}: no stacks/*/cdk.tf.json below it; run `make synth`, or leave --from out")
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
