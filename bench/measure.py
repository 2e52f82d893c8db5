"""Runs one program as its own process and samples what the whole process tree costs."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.01
MEMORY_KIND = "PSS" if sys.platform == "linux" else "RSS"


@dataclass(frozen=True)
class Sample:
    """One run: wall clock, processor time and peak memory of the process and its descendants."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float

    @staticmethod
    def median(samples: list["Sample"]) -> "Sample":
        """The median of each quantity by itself."""
        columns = zip(*((s.wall_seconds, s.cpu_seconds, s.peak_mib) for s in samples), strict=True)
        return Sample(*(statistics.median(column) for column in columns))


def run(command: list[str], *, cwd: Path, env: dict[str, str], timed: bool) -> Sample:
    """Run `command` to its end; a failure is an error with its output.

    Reading PSS makes the kernel walk page tables, which slows the program down. So a run is either
    timed or, with `timed=False`, sampled for memory.
    """
    before = sum(_children_times())
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        peak = 0 if timed else _peak_bytes(process)
        output, _ = process.communicate()
    wall = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    return Sample(wall, sum(_children_times()) - before, peak / 2**20)


def _children_times() -> tuple[float, float]:
    times = psutil.Process().cpu_times()
    return times.children_user, times.children_system


def _peak_bytes(process: subprocess.Popen[str]) -> int:
    peak, tree = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            peak = max(peak, sum(_memory(p) for p in [tree, *tree.children(recursive=True)]))
        except psutil.Error:
            break
        time.sleep(SAMPLE_SECONDS)
    return peak


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss if MEMORY_KIND == "PSS" else process.memory_info().rss)
    except psutil.Error:
        return 0  # it ended between the listing and the reading
