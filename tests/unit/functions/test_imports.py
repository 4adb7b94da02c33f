"""What the handlers load at a cold start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FORBIDDEN = {"awswrangler", "pandas", "scipy", "sklearn", "xgboost", "onnx", "moto", "typer", "rich", "pyarrow"}
ENVIRONMENT = {
    "AUGURY_TABLE": "table",
    "AUGURY_BUCKET": "bucket",
    "AUGURY_EVENTS_STREAM": "events",
    "AUGURY_REFUSALS_STREAM": "refusals",
    "AUGURY_PREDICTIONS_STREAM": "predictions",
    "AUGURY_FEEDBACK_STREAM": "feedback",
    "AUGURY_SIGNING_SECRET": "secret",
    "AUGURY_PEPPER_SECRET": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


def imported_by(module: str) -> set[str]:
    """Return the top-level modules that importing a module loads, as ``python -X importtime`` tells them."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        env={**os.environ, **ENVIRONMENT},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines[1:]}


@pytest.mark.parametrize(
    "handler",
    [
        "functions.predict.handler",
        "functions.predict.server",
        "functions.predict.microservice",
        "functions.ingest.handler",
        "functions.feedback.handler",
        "functions.token.handler",
        "functions.token.rotate",
        "functions.split_events.handler",
    ],
)
def test_a_cold_start_loads_nothing_heavy(handler: str) -> None:
    imported = imported_by(handler)
    assert "boto3" in imported, "the list of imports was read"
    assert imported & FORBIDDEN == set()


def test_servers_load_grpc_only_where_it_is_wanted_and_functions_no_server_at_all() -> None:
    assert imported_by("functions.predict.server") & {"grpc", "google"} == set()
    assert imported_by("functions.predict.handler") & {"grpc", "google", "uvicorn", "uvloop"} == set()


@pytest.mark.parametrize(
    "handler", ["functions.feedback.handler", "functions.ingest.handler", "functions.split_events.handler"]
)
def test_functions_without_models_load_no_numpy_either(handler: str) -> None:
    assert imported_by(handler) & {"numpy", "onnxruntime"} == set()
