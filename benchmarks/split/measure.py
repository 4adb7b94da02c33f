"""One contestant in a process of its own: how long it takes, and how much memory."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run took: seconds on the clock, seconds of one core, and the most memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(module: str, source: Path, target: Path) -> Figures:
    """Run a module's ``split`` on one core, in a fresh process, and return what it took.

    Parameters
    ----------
    module : str
        Name of a module with a function ``split(source, target)``; imports are not counted.
    source, target : Path
        Where the raw files are, and where outputs go.
    """
    one_core = {**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.split.measure", module, str(source), str(target)]
    done = subprocess.run(command, cwd=ROOT, env=one_core, capture_output=True, text=True, check=True)  # noqa: S603
    return Figures(**json.loads(done.stdout))


def _measure(module: str, source: Path, target: Path) -> Figures:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    contestant = importlib.import_module(module)
    began, began_cpu = time.perf_counter(), _cpu_s()
    contestant.split(source, target)
    return Figures(time.perf_counter() - began, _cpu_s() - began_cpu, _peak_mb())


def _cpu_s() -> float:
    """Return the seconds of a core that this process and those that it started have taken."""
    ticks = (sum(map(int, _stat(pid)[11:13])) for pid in _processes())
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def _peak_mb() -> float:
    statuses = (Path(f"/proc/{pid}/status").read_text() for pid in _processes())
    peaks = (re.search(r"VmHWM:\s+(\d+) kB", status) for status in statuses)
    return sum(int(peak[1]) for peak in peaks if peak) * 1024 / 1e6


def _processes() -> list[int]:
    """Return the ids of this process and of those below it."""
    parents = {int(path.name): int(_stat(int(path.name))[1]) for path in Path("/proc").glob("[0-9]*")}
    below = [os.getpid()]
    for pid in below:
        below += [child for child, parent in parents.items() if parent == pid]
    return below


def _stat(pid: int) -> list[str]:
    """Return the fields of a process after its name (proc_pid_stat(5)); those of one that ended are zeros."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def in_scratch[T](module: str, source: Path, look_at: Callable[[Path], T]) -> tuple[Figures, T]:
    """Measure a contestant with outputs that are looked at and thrown away."""
    with tempfile.TemporaryDirectory() as target:
        figures = measured(module, source, Path(target))
        return figures, look_at(Path(target))


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))))
