"""One synthesis of the committed fleet, and one of a fleet with many more services, read as topologies."""

import shutil
from pathlib import Path

import pytest
import yaml

from environments.loader import DIRECTORY, load_fleet
from operations.graph.model import Topology
from operations.graph.read import read
from operations.graph.synthesis import Synthesis
from tests.synth.conftest import fleet, outdir, stacks
from tests.synth.synthesized import Synthesized, synthesize_fleet

__all__ = ["fleet", "outdir", "stacks"]

ADDED = [f"added-{number}" for number in range(1, 8)]
"""Names of services that no committed environment has."""


@pytest.fixture(scope="session")
def topology(stacks: dict[str, Synthesized], outdir: Path) -> Topology:
    """The committed fleet."""
    return read(Synthesis.of(outdir))


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Topology:
    """The committed fleet after teams added services to prod, in YAML only."""
    directory = tmp_path_factory.mktemp("grown") / "environments"
    directory.mkdir()
    for source in DIRECTORY.glob("*.yaml"):
        shutil.copy(source, directory)
    file = directory / "prod.yaml"
    prod = yaml.safe_load(file.read_text(encoding="utf-8"))
    domain = load_fleet().shared.organisation.domain
    for name in ADDED:
        prod["services"][name] = {
            "image": f"{name}:1.0.0",
            "port": 8080,
            "host": f"{name}.{domain}",
            "needs": ["queue", "bucket"],
        }
    file.write_text(yaml.safe_dump(prod), encoding="utf-8")
    out = tmp_path_factory.mktemp("out")
    synthesize_fleet(load_fleet(directory), out)
    return read(Synthesis.of(out))
