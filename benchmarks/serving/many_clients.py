"""Many clients' pipelines in one process, asked in turn.

``python -m benchmarks.serving.many_clients CLIENTS BODY PASSES`` runs in the environment of the predictor's image, with
its settings, and prints what it measured as one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from aws_lambda_powertools import Logger

from augury import serving
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.names import ClientName
from functions.predict.wiring import Predictor, wire


def one_pass(predictor: Predictor, clients: Sequence[ClientName], body: bytes) -> tuple[list[float], list[float]]:
    """Ask every client's pipeline twice; return how long the first and the second answers took, in milliseconds."""
    first: list[float] = []
    second: list[float] = []
    for client in clients:
        for durations in (first, second):
            began = time.perf_counter()
            predictor.engine.predict(client, serving.from_body(body))
            durations.append((time.perf_counter() - began) * 1000)
    return first, second


def resident_mb() -> float:
    """Return the memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure passes over clients that the registry was asked about in one before.

    What it says is believed throughout: the disk is measured, not a stand-in for DynamoDB.
    """
    names, body, passes = sys.argv[1:]
    clients = [ClientName(name) for name in Path(names).read_text().split()]
    settings = FunctionSettings().model_copy(update={"registry_ttl_s": 3_600})
    predictor = wire(settings, Connection(), Logger(service="predict"))
    read, memory, cold, warm = Path(body).read_bytes(), [], [], []
    one_pass(predictor, clients, read)
    for _ in range(int(passes)):
        first, second = one_pass(predictor, clients, read)
        cold += first
        warm += second
        memory.append(resident_mb())
    predictor.close(10.0)
    print(json.dumps({"cold_ms": cold, "warm_ms": warm, "resident_mb": memory}))


if __name__ == "__main__":
    main()
