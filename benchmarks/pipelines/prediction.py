"""One record, and ten thousand: the plan and its ONNX model against the fitted pipeline that they came from."""

from __future__ import annotations

import statistics

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.pipelines import Compiled, compile_pipeline, records_of
from augury.serving.plan_lane import PlanScorer
from benchmarks.pipelines.events import mixed_events, mixed_pipeline
from benchmarks.pipelines.figure import Figure, in_turn, medians, timed

PASSES = 12
RECORDS_PER_PASS = 50
BATCH = 10_000
BATCH_ROUNDS = 7
MOST_US = 25.0
LEAST_TIMES_FASTER = 100.0


def figures() -> list[Figure]:
    """Measure single records, then a batch."""
    events = mixed_events()
    pipeline = mixed_pipeline().fit(events)
    compiled = compile_pipeline(pipeline, events)
    return [*single_records(pipeline, compiled, events), *batch(pipeline, compiled)]


def scorer_of(compiled: Compiled) -> PlanScorer:
    """Return the lane that serves a compiled pipeline."""
    return PlanScorer(compiled.plan, compiled.model, compiled.kind)


def single_records(pipeline: Pipeline, compiled: Compiled, events: pd.DataFrame) -> list[Figure]:
    """Measure one record at a time, fifty of them by each contestant in turn."""
    scorer = scorer_of(compiled)
    records = records_of(events[list(compiled.plan.inputs)])
    contestants = (
        compiled.plan.vector,
        lambda record: scorer.score([record]),
        lambda record: pipeline.predict_proba(pd.DataFrame([record])),
    )
    durations: list[list[float]] = [[] for _ in contestants]
    for number in range(PASSES):
        some = records[number * RECORDS_PER_PASS : (number + 1) * RECORDS_PER_PASS]
        for predict, measured in zip(contestants, durations, strict=True):
            measured += timed(predict, some)
    plan_us, served_us, fitted_us = medians(durations)
    times = fitted_us / served_us
    p99 = statistics.quantiles(durations[1], n=100)[98]
    return [
        Figure("one record, 30 features: plan alone, p50", f"{plan_us:.1f} us"),
        Figure("plan + ONNX, 100 trees of depth 6, p50", f"{served_us:.1f} us", "<= 25 us", served_us <= MOST_US),
        Figure("the same, p99", f"{p99:.1f} us"),
        Figure("the fitted pipeline on a frame of one row, p50", f"{fitted_us:.0f} us"),
        Figure("their ratio", f"{times:.0f} x", ">= 100 x", times >= LEAST_TIMES_FASTER),
    ]


def batch(pipeline: Pipeline, compiled: Compiled) -> list[Figure]:
    """Measure a batch of records, from JSON objects to probabilities."""
    scorer = scorer_of(compiled)
    events = mixed_events(BATCH)
    records = records_of(events[list(compiled.plan.inputs)])
    ours, theirs = medians(
        in_turn(
            [lambda: scorer.score(records), lambda: pipeline.predict_proba(pd.DataFrame(records))],
            BATCH_ROUNDS,
        )
    )
    return [
        Figure(f"{BATCH:,} records through the fitted pipeline", f"{theirs * 1000:.0f} ms"),
        Figure("the same through plan + ONNX", f"{ours * 1000:.0f} ms"),
        Figure("their ratio", f"{ours / theirs:.2f}", "<= 1", ours <= theirs),
    ]
