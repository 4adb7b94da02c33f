"""One record at a time: the plan and its ONNX model against the fitted pipeline that they were compiled from.

Run it with ``python -m benchmarks.single_row``. They are timed in turn, fifty records each, so that a
noisy machine disturbs them alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.pipeline import Pipeline

from augury.artifacts import ONNX_INPUT, ONNX_PROBABILITIES
from augury.pipelines import AutoTransform, Compiled, XGBoostClassifier, compile_pipeline, records_of
from training import iris_xgboost

PASSES = 12
RECORDS_PER_PASS = 50


@dataclass(frozen=True)
class Timing:
    """Median durations of one prediction, in microseconds."""

    case: str
    plan_us: float
    served_us: float
    fitted_us: float


def served(compiled: Compiled) -> Callable[[dict[str, Any]], Any]:
    """Return a function from a record to probabilities, as the predict function serves it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(compiled.model, options)
    plan = compiled.plan
    return lambda record: session.run(
        [ONNX_PROBABILITIES], {ONNX_INPUT: np.array([plan.vector(record)], dtype=np.float32)}
    )


def measure(case: str, pipeline: Pipeline, events: pd.DataFrame) -> Timing:
    """Fit a pipeline, compile it and time both on single records."""
    pipeline.fit(events)
    compiled = compile_pipeline(pipeline, events)
    contestants = (
        compiled.plan.vector,
        served(compiled),
        lambda record: pipeline.predict_proba(pd.DataFrame([record])),
    )
    records = records_of(events[list(compiled.plan.inputs)])
    durations: list[list[float]] = [[] for _ in contestants]
    for number in range(PASSES):
        some = [records[(number * RECORDS_PER_PASS + i) % len(records)] for i in range(RECORDS_PER_PASS)]
        for predict, measured in zip(contestants, durations, strict=True):
            measured += timed(predict, some)
    return Timing(case, *map(statistics.median, durations))


def timed(predict: Callable[[dict[str, Any]], object], records: list[dict[str, Any]]) -> Iterator[float]:
    """Yield how long each record takes, in microseconds."""
    for record in records:
        start = time.perf_counter_ns()
        predict(record)
        yield (time.perf_counter_ns() - start) / 1000


def mixed_events(rows: int = 5000, numbers: int = 22, texts: int = 8) -> pd.DataFrame:
    """Return events with 22 numbers, one in fifty missing, 8 texts of ten values, and a label that depends on them."""
    random = np.random.default_rng(0)
    values = random.normal(size=(rows, numbers))
    label = values[:, 0] + values[:, 1] * values[:, 2] + random.normal(scale=0.3, size=rows) > 0
    values[random.random(values.shape) < 0.02] = np.nan
    columns: dict[str, Any] = {f"n{i}": values[:, i] for i in range(numbers)}
    columns |= {f"t{i}": [f"value {code}" for code in random.integers(0, 10, rows)] for i in range(texts)}
    return pd.DataFrame({**columns, "label": label.astype(int)})


def mixed_pipeline() -> Pipeline:
    """Return a pipeline for :func:`mixed_events`: 30 features, 100 trees of depth 6."""
    return Pipeline(
        [("auto", AutoTransform(exclude=["label"])), ("xgb", XGBoostClassifier("label", max_depth=6, nthread=1))]
    )


def main() -> None:
    """Print the table."""
    timings = [
        measure("Iris, 4 features, 300 trees of depth 3", iris_xgboost.build_pipeline(), iris_events()),
        measure("mixed, 30 features, 100 trees of depth 6", mixed_pipeline(), mixed_events()),
    ]
    table = Table(title=f"One record, p50 of {PASSES * RECORDS_PER_PASS}, in µs")
    for heading in ("case", "plan", "plan + ONNX", "fitted pipeline", "ratio"):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    for timing in timings:
        table.add_row(
            timing.case,
            f"{timing.plan_us:.1f}",
            f"{timing.served_us:.1f}",
            f"{timing.fitted_us:.0f}",
            f"{timing.fitted_us / timing.served_us:.0f} x",
        )
    Console(width=110).print(table)


def iris_events() -> pd.DataFrame:
    """Return the Iris events as a frame."""
    return pd.DataFrame(iris_xgboost.example_events())


if __name__ == "__main__":
    main()
