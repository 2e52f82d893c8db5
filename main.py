"""Synthesize every stack of the fleet into cdktf.out. No resources here."""

import os
import sys
from pathlib import Path

from environments.errors import ConfigError
from environments.loader import load_fleet
from environments.schema import Fleet
from stacks.guardrails import GuardrailError, check

ROOT = Path(__file__).resolve().parent


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
    """Entry point of `cdktf synth`; what configuration and guardrails refuse is listed and exits with 2."""
    try:
        fleet = load_fleet()
        from hybrid_constructs.fast_synth import short_program

        with short_program():
            synthesize(fleet, os.environ.get("CDKTF_OUTDIR", str(ROOT / "cdktf.out")))
    except (ConfigError, GuardrailError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
