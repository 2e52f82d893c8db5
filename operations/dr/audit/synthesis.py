"""Where the audit gets its JSON: a synthesis of its own, or a folder that one wrote."""

import os
import tempfile
from pathlib import Path

from operations import synthesis
from operations.dr.audit.blocks import Stacks
from operations.errors import UsageError


def synthesized() -> Stacks:
    """Synthesize for AWS, whatever this shell points at, into a folder that is gone afterwards."""
    aws = {name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")}
    with tempfile.TemporaryDirectory() as outdir:
        synthesis.synthesize(Path(outdir), aws)
        return read(Path(outdir))


def read(outdir: Path) -> Stacks:
    """The JSON of every stack below a folder such as cdktf.out."""
    stacks = synthesis.read(outdir)
    if not stacks:
        raise UsageError(f"{outdir}: no stacks/*/cdk.tf.json below it; run `make synth`, or leave --from out")
    return stacks
