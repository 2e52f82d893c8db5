"""`python -m bench`: what a synthesis costs, with the import shims and without, side by side."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import linear_regression
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.measure import MEMORY_KIND, SAMPLE_SECONDS, Sample, run

ROOT = Path(__file__).parents[1]
SCALES = (1, 4, 16)
Program = tuple[list[str], dict[str, str]]


def main() -> None:
    """Measure, print the tables and, on request, write the numbers as JSON."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        samples = _measure(_programs(options.program), options.runs, Path(scratch))
        resources = {name: _resources(Path(scratch, name)) for name in samples}
    result = _result(samples, resources, options.runs)
    _print(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each program (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to FILE as well")
    parser.add_argument("--program", default="main.py", help="the program to measure (default: main.py)")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error(f"--runs must be at least 1, got {options.runs}")
    if not (ROOT / options.program.split()[0]).exists():
        parser.error(f"--program {options.program} does not exist in {ROOT}")
    return options


def _programs(program: str) -> dict[str, Program]:
    project = [sys.executable, *program.split()]
    scaled = [sys.executable, "bench/scaled_app.py", "--services"]
    return {
        "project": (project, {}),
        "stock imports": (project, {"HYBRID_STOCK_IMPORTS": "1"}),
        "empty app": ([sys.executable, "bench/empty_app.py"], {}),
        **{f"{scale}x services": ([*scaled, str(scale)], {}) for scale in SCALES},
    }


def _measure(programs: dict[str, Program], runs: int, scratch: Path) -> dict[str, list[Sample]]:
    """Interleave the programs, so that a change in the machine's load meets all of them alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in programs}
    rounds = [(name, number) for number in range(runs + 1) for name in programs]
    for name, number in track(rounds, description="measuring", console=Console(stderr=True)):
        command, switches = programs[name]
        env = _environment(scratch / name, switches)
        memory = run(command, cwd=ROOT, env=env, timed=False).peak_mib
        # The first round fills jsii's package cache and the file cache; it does not count.
        if number:
            timed = run(command, cwd=ROOT, env=env, timed=True)
            samples[name].append(Sample(timed.wall_seconds, timed.cpu_seconds, memory))
    return samples


def _environment(outdir: Path, switches: dict[str, str]) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "HYBRID_STOCK_IMPORTS"},
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "constructs")]),
        "CDKTF_OUTDIR": str(outdir),
        **switches,
    }


def _resources(outdir: Path) -> int:
    stacks = [json.loads(path.read_text()) for path in outdir.glob("stacks/*/cdk.tf.json")]
    return sum(len(group) for stack in stacks for group in stack.get("resource", {}).values())


def _result(samples: dict[str, list[Sample]], resources: dict[str, int], runs: int) -> dict[str, Any]:
    medians = {name: Sample.median(each) for name, each in samples.items()}
    scaled = [f"{scale}x services" for scale in SCALES]
    cost = linear_regression([resources[s] for s in scaled], [medians[s].wall_seconds for s in scaled])
    project, stock = vars(medians["project"]), vars(medians["stock imports"])
    return {
        "versions": _versions(),
        "runs": runs,
        "memory": f"peak {MEMORY_KIND} over the process tree, MiB, sampled every {SAMPLE_SECONDS} s",
        "programs": {name: {"resources": resources[name], **vars(each)} for name, each in medians.items()},
        "ratio_to_stock": {quantity: value / stock[quantity] for quantity, value in project.items()},
        "seconds_per_resource": cost.slope,
        "seconds_without_resources": cost.intercept,
        "all_runs": {name: [vars(sample) for sample in each] for name, each in samples.items()},
    }


def _versions() -> dict[str, str | int | None]:
    node = os.environ.get("JSII_NODE", "node")
    packages = ("cdktf", "jsii", "constructs", "cdktf-cdktf-provider-aws")
    return {
        "python": platform.python_version(),
        "node": subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        **{package: version(package) for package in packages},
        "cpus": os.cpu_count(),
        "system": platform.platform(),
    }


def _print(result: dict[str, Any]) -> None:
    console = Console()
    console.print("  ".join(f"{name} {value}" for name, value in result["versions"].items()))
    table = Table(title=f"Whole process, median of {result['runs']} interleaved runs")
    table.add_column("program")
    for column in ("resources", "wall s", "CPU s", f"peak {MEMORY_KIND} MiB"):
        table.add_column(column, justify="right")
    for name, each in result["programs"].items():
        seconds = (f"{each['wall_seconds']:.2f}", f"{each['cpu_seconds']:.2f}")
        table.add_row(name, str(each["resources"]), *seconds, f"{each['peak_mib']:.0f}")
    console.print(table)
    ratio = result["ratio_to_stock"]
    console.print(
        f"project / stock imports: wall {ratio['wall_seconds']:.3f}, CPU {ratio['cpu_seconds']:.3f}, "
        f"memory {ratio['peak_mib']:.3f}"
    )
    each_ms, fixed = 1000 * result["seconds_per_resource"], result["seconds_without_resources"]
    console.print(f"one more resource: {each_ms:.2f} ms, on top of {fixed:.2f} s")


if __name__ == "__main__":
    main()
