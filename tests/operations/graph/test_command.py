"""`hybrid graph`: what is printed where, the formats, and the exit codes."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from operations import cli
from operations.graph import commands
from operations.graph.commands import Format, render
from operations.graph.model import Topology
from operations.graph.view import UNLIMITED, view
from operations.paths import PROJECT_ROOT
from tests.synth.synthesized import Synthesized

Run = Callable[..., tuple[int, str, str]]

COMMITTED = PROJECT_ROOT / "docs" / "topology.svg"


@pytest.fixture
def hybrid(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hybrid", "graph", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return run


@pytest.fixture
def synthesized(stacks: dict[str, Synthesized], outdir: Path) -> str:
    """The session's synthesis, as an argument."""
    return str(outdir)


def test_the_committed_picture_is_current(topology: Topology) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == render(topology, Format.SVG, None), "run: make generated"


@pytest.mark.parametrize("format_", [*Format])
def test_every_format_is_the_same_twice(hybrid: Run, synthesized: str, format_: Format) -> None:
    first, second = (hybrid("--from", synthesized, "--format", format_.value) for _ in range(2))
    assert first == second
    assert first[0] == 0
    assert first[1].endswith("\n")
    assert first[2] == ""


def test_json_is_the_topology_and_fits_its_schema(hybrid: Run, synthesized: str, topology: Topology) -> None:
    code, out, _ = hybrid("--from", synthesized, "--format", "json")
    assert code == 0
    assert Topology.model_validate_json(out, strict=True) == topology
    jsonschema = importlib.import_module("jsonschema")  # without types; what reads OpenAPI in moto needs it
    schema = Topology.model_json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(json.loads(out))
    assert not validator.is_valid({**json.loads(out), "more": 1})
    assert not validator.is_valid({**json.loads(out), "version": 2})


def test_one_environment_is_filtered_in_every_format(
    hybrid: Run, synthesized: str, topology: Topology
) -> None:
    _, out, _ = hybrid("--from", synthesized, "--format", "json", "--env", "prod")
    assert Topology.model_validate_json(out) == topology.only("prod")
    for format_ in ("svg", "mermaid"):
        _, whole, _ = hybrid("--from", synthesized, "--format", format_)
        _, part, _ = hybrid("--from", synthesized, "--format", format_, "--env", "prod")
        assert "staging" in whole
        assert "staging" not in part
        assert "Topology of prod" in part


def test_the_picture_goes_into_a_file(
    hybrid: Run, synthesized: str, topology: Topology, tmp_path: Path
) -> None:
    file = tmp_path / "topology.svg"
    assert hybrid("--from", synthesized, "--output", str(file)) == (0, "", "")
    assert file.read_text(encoding="utf-8") == render(topology, Format.SVG, None)


def test_fails_when_the_environment_does_not_exist(hybrid: Run, synthesized: str) -> None:
    code, out, err = hybrid("--from", synthesized, "--env", "prd")
    assert (code, out) == (2, "")
    assert err == "prd: no such environment; use dev, dr, prod, shared, staging\n"


def test_fails_when_the_format_does_not_exist(hybrid: Run, synthesized: str) -> None:
    assert hybrid("--from", synthesized, "--format", "png")[0] == 2


def test_fails_when_nothing_was_synthesized_there(hybrid: Run, tmp_path: Path) -> None:
    code, _, err = hybrid("--from", str(tmp_path))
    assert code == 2
    assert err == f"{tmp_path}: holds no stacks/*/cdk.tf.json; name what CDKTF wrote, or use --synth\n"


def test_fails_when_two_sources_are_named(hybrid: Run, synthesized: str) -> None:
    code, _, err = hybrid("--from", synthesized, "--synth")
    assert code == 2
    assert "use one of them" in err


def test_fails_when_the_file_cannot_be_written(hybrid: Run, synthesized: str, tmp_path: Path) -> None:
    code, _, err = hybrid("--from", synthesized, "--output", str(tmp_path / "missing" / "topology.svg"))
    assert code == 1
    assert "cannot be written" in err


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outdir: Path) -> Callable[[str], None]:
    """A checkout without cdktf.out, whose main.py is what the test says."""
    monkeypatch.setattr("operations.synthesis.PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(commands, "DEFAULT", tmp_path / "cdktf.out")

    def write(code: str) -> None:
        (tmp_path / "main.py").write_text(code, encoding="utf-8")

    return write


COPY = "import os, shutil\nshutil.copytree({source!r}, os.environ['CDKTF_OUTDIR'], dirs_exist_ok=True)\n"


def test_it_synthesizes_when_nothing_is_there(
    hybrid: Run, checkout: Callable[[str], None], synthesized: str, topology: Topology, tmp_path: Path
) -> None:
    checkout(COPY.format(source=synthesized))
    code, out, _ = hybrid("--format", "json")
    assert code == 0
    assert Topology.model_validate_json(out) == topology
    assert [path.name for path in tmp_path.iterdir()] == ["main.py"]


def test_it_reads_what_is_there_unless_told_to_synthesize(
    hybrid: Run, checkout: Callable[[str], None], synthesized: str, topology: Topology, tmp_path: Path
) -> None:
    (tmp_path / "cdktf.out").symlink_to(synthesized)
    checkout("raise SystemExit(9)")
    assert hybrid("--format", "json")[0] == 0
    assert hybrid("--format", "json", "--synth")[0] == 1


@pytest.mark.parametrize(("ends", "code"), [(2, 2), (1, 1)])
def test_fails_when_synthesis_fails(
    hybrid: Run, checkout: Callable[[str], None], ends: int, code: int
) -> None:
    checkout(f"import sys\nsys.stderr.write('dev.yaml: wrong\\n')\nsys.exit({ends})\n")
    found, out, err = hybrid()
    assert (found, out) == (code, "")
    assert err.endswith("dev.yaml: wrong\n")


def test_the_command_loads_no_bindings() -> None:
    script = "import sys, operations.graph.commands\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"jsii", "cdktf", "constructs", "cdktf_cdktf_provider_aws", "boto3"}


def test_mermaid_draws_every_card_once_and_every_arrow(topology: Topology) -> None:
    shown = view(topology)
    lines = [line.strip() for line in render(topology, Format.MERMAID, None).splitlines()]
    nodes = [re.fullmatch(r'n(\d+)\["(.+)"\]:::(\w+)', line) for line in lines]
    assert len([node for node in nodes if node]) == len(shown.cards)
    assert len([line for line in lines if re.match(r"n\d+ (<?-->|-\.->)", line)]) == len(shown.arrows)
    assert sum(line.startswith("subgraph ") for line in lines) == lines.count("end")
    assert {node[3] for node in nodes if node} >= {"traffic", "compute", "data", "standby"}
    styled = [int(line.split()[1]) for line in lines if line.startswith("linkStyle ")]
    assert styled == [index for index, arrow in enumerate(shown.arrows) if arrow.relation != "checks"]


def test_mermaid_reads_nothing_as_syntax(topology: Topology) -> None:
    (node, *_) = topology.nodes
    odd = node.model_copy(update={"name": 'a "b" <c> & d'})
    text = render(topology.model_copy(update={"nodes": (odd, *topology.nodes[1:])}), Format.MERMAID, None)
    assert "a #quot;b#quot; #lt;c#gt; #amp; d" in text


def test_one_environment_is_shown_with_every_name(grown: Topology) -> None:
    assert " more" in render(grown, Format.MERMAID, None)
    assert " more" not in render(grown.only("prod"), Format.MERMAID, "prod")
    assert len(view(grown.only("prod"), listed=UNLIMITED).cards) == len(view(grown.only("prod")).cards)
