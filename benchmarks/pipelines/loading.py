"""What it costs to load an artifact: time, and memory."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from augury.artifacts import DataWindow, LocalSigner, Manifest, Trust, digests, load, save
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import servable
from augury.serving.plan_lane import plan_lane
from benchmarks.pipelines.events import mixed_events, mixed_pipeline
from benchmarks.pipelines.figure import Figure

MODELS = 50
MOST_MS = 8.0
MOST_MB = 3.0
ROOT = Path(__file__).parents[2]


def figures() -> list[Figure]:
    """Measure in a process of its own, which holds nothing but what serving needs."""
    with tempfile.TemporaryDirectory() as place:
        directory, key = Path(place) / "artifact", Path(place) / "key.pem"
        write_artifact(directory, key)
        command = [sys.executable, "-m", "benchmarks.pipelines.loading", str(directory), str(key)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    load_ms, model_mb = map(float, run.stdout.split())
    return [
        Figure(
            "loading an artifact, signature and digests checked, p50",
            f"{load_ms:.1f} ms",
            "<= 8 ms",
            load_ms <= MOST_MS,
        ),
        Figure(f"memory of each of {MODELS} loaded models", f"{model_mb:.2f} MB", "<= 3 MB", model_mb <= MOST_MB),
    ]


def write_artifact(directory: Path, public_key: Path) -> None:
    """Train, sign and save the pipeline of the other figures."""
    events = mixed_events()
    served = servable(mixed_pipeline().fit(events), events)
    signer = LocalSigner.generate()
    public_key.write_text(signer.public_pem())
    manifest = Manifest(
        client=ClientName("acme"),
        pipeline=PipelineName("mixed"),
        version=Version("1"),
        created_at=datetime.now(UTC),
        lane=served.lane,
        lane_reason=served.lane_reason,
        kind=served.kind,
        inputs=served.inputs,
        classes=served.classes,
        metrics={},
        parity=served.parity.summary(),
        data_window=DataWindow(),
        rows=len(events),
        libraries={},
        seed=0,
        files=digests(served.files),
    )
    save(directory, manifest, served.files, signer)


def measure(directory: Path, public_key: Path) -> tuple[float, float]:
    """Return the median time of loading, in ms, and the memory that each loaded model keeps, in MB."""
    trust = Trust([public_key.read_text()])
    # The first ones pay for what all share.
    kept = [plan_lane(load(directory, trust, for_serving=True)) for _ in range(3)]
    gc.collect()
    before, durations = resident_bytes(), []
    for _ in range(MODELS):
        began = time.perf_counter()
        kept.append(plan_lane(load(directory, trust, for_serving=True)))
        durations.append(time.perf_counter() - began)
    gc.collect()
    return statistics.median(durations) * 1000, (resident_bytes() - before) / MODELS / 1e6


def resident_bytes() -> int:
    """Return the resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    print(*measure(Path(sys.argv[1]), Path(sys.argv[2])))
