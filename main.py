"""Synthesize every stack of the fleet into cdktf.out. No resources here."""

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from environments.errors import ConfigError
from environments.loader import load_fleet
from environments.schema import Fleet
from stacks.guardrails import GuardrailError, check

ROOT = Path(__file__).resolve().parent

DEBUG = "HYBRID_DEBUG"
"""With this variable at 1, what stops a synthesis is shown with its traceback."""

FAILED, REFUSED = 1, 2
"""Exit codes, as `operations.errors` promises them for the CLI."""


def synthesize(fleet: Fleet, outdir: str) -> None:
    """Write the Terraform JSON of all stacks, in the order of a first deployment."""
    # Imported late: a configuration error is reported without waiting for jsii. And first of all ours, which
    # makes the provider bindings cheap to load.
    import hybrid_constructs  # noqa: F401

    # isort: split
    from cdktf import App

    from stacks.bootstrap import BootstrapStack
    from stacks.dr import DrStack
    from stacks.edge import EdgeStack
    from stacks.replication import ReplicationStack
    from stacks.shared import SharedStack
    from stacks.working_directory import forget_other_target, use_provider_mirror
    from stacks.workload import WorkloadStack

    app = App(outdir=outdir)
    BootstrapStack(app, "bootstrap", fleet=fleet)
    SharedStack(app, fleet.shared.name, fleet=fleet)
    for name, environment in fleet.workloads.items():
        WorkloadStack(app, name, fleet=fleet, environment=environment)
    DrStack(app, fleet.dr.name, fleet=fleet)
    ReplicationStack(app, "replication", fleet=fleet)
    EdgeStack(app, "edge", fleet=fleet)
    app.synth()
    check(Path(outdir))
    forget_other_target(Path(outdir))
    use_provider_mirror(Path(outdir))


def main() -> None:
    """Entry point of `cdktf synth`.

    What configuration and guardrails refuse is listed and exits with 2; whatever else stops it is one line,
    and exits with 1.
    """
    try:
        fleet = load_fleet()
        from hybrid_constructs.fast_synth import short_program

        with short_program():
            synthesize(fleet, os.environ.get("CDKTF_OUTDIR", str(ROOT / "cdktf.out")))
    except (ConfigError, GuardrailError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(REFUSED) from None
    except Exception as error:
        sys.stderr.write(f"{_explained(error)}\n")
        raise SystemExit(FAILED) from None


def _explained(error: Exception) -> str:
    """One line: where it happened, what it was and how to see more; the traceback as well if asked for."""
    # jsii puts the stack of its own process behind the message.
    said = [line.strip() for line in str(error).splitlines()]
    message = "; ".join(line for line in said if line and not line.startswith(("at ", "@jsii/")))
    # An error of Node may come late; its note knows the line that asked, and the construct is another one.
    asked = getattr(error, "__notes__", [])
    where = None if asked else _construct(error)
    place = f"synthesis failed at {where}" if where else "synthesis failed"
    line = "; ".join([f"{place}: {type(error).__name__}: {message or 'no message'}", *asked])
    if os.environ.get(DEBUG) == "1":
        return "".join(traceback.format_exception(error)) + line
    return f"{line} ({DEBUG}=1 shows the traceback)"


def _construct(error: Exception) -> str | None:
    """Path of the innermost construct that was being made, such as `prod/Tracing`."""
    path: str | None = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        # A construct that is not registered yet has no node, and a dead jsii cannot say.
        with suppress(Exception):
            path = str(frame.f_locals["self"].node.path) or path
    return path


if __name__ == "__main__":
    main()
