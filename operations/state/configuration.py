"""The stack's Terraform JSON: synthesized by a child process, or taken from a folder, and put into a folder
of the run's own where it may be changed."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from operations.engine.context import Context
from operations.errors import Refused, UsageError
from operations.state.place import Place
from operations.state.terraform import Terraform
from operations.state.writing import digest
from operations.synthesis import synthesize

FILE = "cdk.tf.json"


def stack_folder(outdir: Path, place: Place) -> Path:
    """The stack's folder in what CDKTF wrote; or `outdir` itself, if it is one."""
    found = outdir if (outdir / FILE).exists() else outdir / "stacks" / place.stack
    if not (found / FILE).exists():
        raise UsageError(
            f"{outdir} has no {FILE} of {place.stack}; name what `cdktf synth` wrote, or leave --from out"
        )
    return found


def look(place: Place, given: Path | None) -> tuple[dict[str, Any], str]:
    """The stack's JSON for a plan, and its digest."""
    if given:
        return read(stack_folder(given, place), place)
    with tempfile.TemporaryDirectory(prefix="hybrid-state-") as folder:
        synthesize(Path(folder))
        return read(stack_folder(Path(folder), place), place)


def read(folder: Path, place: Place) -> tuple[dict[str, Any], str]:
    """The JSON and its digest; refuses one whose state is elsewhere."""
    data = (folder / FILE).read_bytes()
    try:
        content = json.loads(data)
    except ValueError as error:
        raise UsageError(f"{folder / FILE} is no JSON: {error}") from None
    backend = content.get("terraform", {}).get("backend", {}).get("s3", {})
    if (backend.get("bucket"), backend.get("key")) != (place.bucket, place.key):
        raise Refused(
            f"{folder / FILE} keeps its state at s3://{backend.get('bucket')}/{backend.get('key')}, "
            f"not at {place}. Nothing was changed."
        )
    return content, digest(data)


def prepare(context: Context, place: Place, given: str, wanted: str = "") -> Path:
    """Bring the stack's folder into the run's; `wanted` is the digest that the plan was made with."""
    target = context.directory / "stack"
    if (target / FILE).exists() and (not wanted or digest((target / FILE).read_bytes()) == wanted):
        return target
    context.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    outdir = Path(given) if given else context.directory / "cdktf.out"
    if not given:
        context.say("synthesizing")
        synthesize(outdir)
    source = stack_folder(outdir, place)
    _, found = read(source, place)
    if wanted and found != wanted:
        raise Refused(
            f"the configuration of {place.stack} changed after the plan was made; run the command again"
        )
    shutil.rmtree(target, ignore_errors=True)
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part, symlinks=True, ignore=shutil.ignore_patterns(".terraform"))
    part.rename(target)
    if not given:
        shutil.rmtree(outdir)
    return target


@contextmanager
def folder(context: Context, stack: Path, name: str, content: Mapping[str, Any]) -> Iterator[Terraform]:
    """Terraform in a folder beside the stack's, with other JSON. Plans and copies in it hold values."""
    target = context.directory / name
    terraform = Terraform(context, target)
    terraform.end_leftover()
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(stack, target, symlinks=True)
    (target / FILE).write_text(json.dumps(content), encoding="utf-8")
    try:
        yield terraform
    finally:
        shutil.rmtree(target, ignore_errors=True)


def with_backend(content: Mapping[str, Any], backend: Mapping[str, Any]) -> dict[str, Any]:
    """The same configuration with its state elsewhere."""
    return {**content, "terraform": {**content["terraform"], "backend": backend}}


def addresses(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Managed resources of a synthesized stack. CDKTF writes every one out: no `count`, no `for_each`."""
    return {
        f"{kind}.{name}": body
        for kind, bodies in content.get("resource", {}).items()
        for name, body in bodies.items()
    }
