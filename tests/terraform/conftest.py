"""Terraform itself, and the fleet as it would be deployed. Nothing here talks to AWS."""

from pathlib import Path

import pytest

from environments.loader import load_fleet
from tests.synth.synthesized import Synthesized, synthesize_fleet
from tests.terraform.command import Terraform, require_terraform


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    """Missing Terraform is a failure: a stack that nobody validated is not tested."""
    return require_terraform()


@pytest.fixture(scope="session")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("terraform")


@pytest.fixture(scope="session")
def stacks(outdir: Path) -> dict[str, Synthesized]:
    """Every stack as it is for real AWS, in `outdir`, with the link to a provider mirror."""
    return synthesize_fleet(load_fleet(), outdir)
