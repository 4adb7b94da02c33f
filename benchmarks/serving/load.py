"""Load from a process of its own: wrk where there is one, else a small client of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.environments import ROOT

_SCRIPT = Path(__file__).with_name("wrk.lua")
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Load:
    """What one round came to.

    Parameters
    ----------
    requests : int
        Requests that were answered.
    duration_us : int
        How long that took, in microseconds.
    failed : int
        Requests that were not, or not well.
    p50_us, p99_us : int
        Latencies in microseconds.
    """

    requests: int
    duration_us: int
    failed: int
    p50_us: int
    p99_us: int

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.duration_us * 1e6


def put_load(contestant: Contestant, bodies: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send requests one after the other on each connection, and return what came of it.

    Raises
    ------
    RuntimeError
        A request failed: figures of a server that fails say nothing.
    """
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\n".join(bodies) + b"\n")
        file.flush()
        make = _wrk if shutil.which("wrk") else _own
        command = make(contestant, file.name, connections, seconds)
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
        )
    load = Load(**json.loads(done.stdout.splitlines()[-1]))
    if load.failed:
        raise RuntimeError(f"{contestant.name}: {load.failed} of {load.requests} requests failed")
    return load


def _wrk(contestant: Contestant, bodies: str, connections: int, seconds: float) -> list[str]:
    url = f"http://127.0.0.1:{contestant.port}{contestant.path}"
    headers = {"Content-Type": "application/json", **contestant.headers}
    return [
        *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"),
        *("--timeout", f"{_TIMEOUT_S}s", "--latency", "--script", str(_SCRIPT)),
        *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
        *(url, "--", bodies),
    ]


def _own(contestant: Contestant, bodies: str, connections: int, seconds: float) -> list[str]:
    headers = json.dumps(dict(contestant.headers))
    arguments = [str(contestant.port), contestant.path, headers, bodies, str(connections), str(seconds)]
    return [sys.executable, "-m", "benchmarks.serving.load_client", *arguments]
