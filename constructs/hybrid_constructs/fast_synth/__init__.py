"""Shims that make synthesis about ten times faster; docs/decisions/0001-fast-synth.md says why.

They change how much is loaded, never what is synthesised. Versions they do not know run as they
come: correct, though slow.
"""

import gc
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, metadata
from importlib.util import find_spec, module_from_spec
from pathlib import Path

from hybrid_constructs.fast_synth import type_checks

BINDINGS = "cdktf_cdktf_provider_aws"
STOCK_SWITCH = "HYBRID_STOCK_IMPORTS"
KNOWN_VERSIONS = {"cdktf-cdktf-provider-aws": r"20\.1\.0", "jsii": r"1\.142\.\d+"}
PRELOAD = Path(__file__).with_name("preload.js")


def install() -> None:
    """Prepare this process; safe to repeat, and without effect once the bindings are imported."""
    # The move to a supported Node is advice for the documentation, not for every run.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if os.environ.get(STOCK_SWITCH) == "1" or BINDINGS in sys.modules:
        return
    if unknown := unknown_versions():
        _warn(f"fast_synth does not know {', '.join(unknown)}")
        return
    if "constructs._jsii" in sys.modules:
        _warn("jsii has already started Node; import hybrid_constructs before cdktf")
    load_bindings_on_demand()
    os.environ["NODE_OPTIONS"] = node_options(os.environ.get("NODE_OPTIONS", ""), PRELOAD)
    type_checks.install()
    # Imported here because it loads jsii, which programs that return above do not need.
    from hybrid_constructs.fast_synth import pipeline

    pipeline.install()


@contextmanager
def short_program() -> Iterator[None]:
    """For a program that synthesizes and ends: nearly all that it makes lives that long.

    To look for garbage meanwhile, and once more at the exit, costs a sixth of its time.
    """
    if os.environ.get(STOCK_SWITCH) == "1":
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def unknown_versions() -> list[str]:
    """Installed distributions that the shims were not written for, as `name version`."""
    unknown = []
    for name, known in KNOWN_VERSIONS.items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            unknown.append(f"{name} (missing)")
        else:
            if not re.fullmatch(known, version):
                unknown.append(f"{name} {version}")
    return unknown


def load_bindings_on_demand() -> None:
    """Register the bindings' package without running its `__init__`, which imports 2,139 modules."""
    spec = find_spec(BINDINGS)
    if spec is None:
        return
    package = module_from_spec(spec)

    def submodule(name: str) -> object:
        if name.startswith("__") or find_spec(f"{BINDINGS}.{name}") is None:
            raise AttributeError(f"module {BINDINGS!r} has no attribute {name!r}")
        return import_module(f"{BINDINGS}.{name}")

    # Keeps `import cdktf_cdktf_provider_aws as aws; aws.vpc.Vpc(...)` working.
    package.__dict__["__getattr__"] = submodule
    sys.modules[BINDINGS] = package


def node_options(existing: str, preload: Path) -> str:
    """`existing` with the preload appended once, quoted so that its path may contain spaces."""
    escaped = str(preload).replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require "{escaped}"'
    return existing if option in existing else f"{existing} {option}".strip()


def _warn(reason: str) -> None:
    warnings.warn(f"synthesis will be slow: {reason} (docs/decisions/0001-fast-synth.md)", stacklevel=3)
