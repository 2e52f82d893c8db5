"""Policies look at the same synthesis as the synth tests."""

from tests.synth.conftest import fleet, outdir, stacks

__all__ = ["fleet", "outdir", "stacks"]
