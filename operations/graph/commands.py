"""`hybrid graph`: the topology as a picture or as data. Reads what CDKTF synthesized, never AWS."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from operations import console
from operations.errors import HybridError, UsageError
from operations.graph.layout import lay_out
from operations.graph.mermaid import mermaid
from operations.graph.model import Topology
from operations.graph.read import read
from operations.graph.svg import svg
from operations.graph.synthesis import Synthesis
from operations.graph.view import UNLIMITED, view
from operations.paths import PROJECT_ROOT
from operations.synthesis import UNREADABLE, synthesize

app = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})

DEFAULT = PROJECT_ROOT / "cdktf.out"


class Format(StrEnum):
    """What can be printed."""

    SVG = "svg"
    MERMAID = "mermaid"
    JSON = "json"


@app.command()
def graph(
    environment: Annotated[
        str | None,
        typer.Option("--env", help="Only this environment, its standby, and what they are connected to."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="Picture, Mermaid source, or data.")
    ] = Format.SVG,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write.", show_default="stdout")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--from", help="What CDKTF wrote.", show_default="cdktf.out")
    ] = None,
    synth: Annotated[
        bool, typer.Option("--synth", help="Synthesize first; done anyway if cdktf.out is missing.")
    ] = False,
) -> None:
    """Draw the topology: regions, environments, tiers, services, and what leads where.

    Everything is taken from the synthesized Terraform JSON, so the picture shows what would be deployed.

    \b
    Examples:
      hybrid graph --synth --output docs/topology.svg
      hybrid graph --env prod --format mermaid
      hybrid graph --format json | jq '.nodes[] | select(.standby)'
    """
    if synth and directory:
        raise UsageError("--synth is about this checkout, --from about what lies elsewhere; use one of them")
    topology = _topology(directory, synth=synth)
    if environment and environment not in topology.environments:
        raise UsageError(f"{environment}: no such environment; use {', '.join(topology.environments)}")
    text = render(topology.only(environment) if environment else topology, format_, environment)
    if output is None:
        console.out.print(text, end="", markup=False, emoji=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HybridError(f"{output}: cannot be written ({error.strerror})") from None


def render(topology: Topology, format_: Format, environment: str | None) -> str:
    """The document; the same topology is the same text. One environment is shown with every name."""
    if format_ is Format.JSON:
        return topology.model_dump_json(indent=2) + "\n"
    title = f"Topology of {environment}" if environment else "Topology"
    shown = view(topology, listed=UNLIMITED) if environment else view(topology)
    return svg(lay_out(shown), title) if format_ is Format.SVG else mermaid(shown, title)


def _topology(directory: Path | None, *, synth: bool) -> Topology:
    if directory or (not synth and _filled(DEFAULT)):
        return _read(directory or DEFAULT)
    with _synthesized() as fresh:
        return _read(fresh)


def _filled(directory: Path) -> bool:
    return any(directory.glob("stacks/*/cdk.tf.json"))


def _read(directory: Path) -> Topology:
    if not _filled(directory):
        raise UsageError(f"{directory}: holds no stacks/*/cdk.tf.json; name what CDKTF wrote, or use --synth")
    try:
        topology = read(Synthesis.of(directory))
    except UNREADABLE as error:
        raise UsageError(
            f"{directory}: its links cannot be drawn ({error!r}); run `terraform validate` on its stacks"
        ) from error
    if not topology.nodes:
        raise UsageError(f"{directory}: its stacks hold nothing that is drawn; synthesize again with --synth")
    return topology


@contextmanager
def _synthesized() -> Iterator[Path]:
    """Synthesize this checkout into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hybrid-graph-") as directory:
        synthesize(Path(directory))
        yield Path(directory)
