"""What a stage costs under a stated load: ``python -m infra.cost`` prints the tables of the guide on deploying."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from infra import prices
from infra.prices import GB, MILLION

DAYS = 30
"""Days of a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a stage is asked for, and how much work that is.

    Times are billed ones, rounded up from what the same code takes on one core of a server; AWS may differ.

    Parameters
    ----------
    events_per_day, predictions_per_day : int
        How many come in.
    events_per_request : int
        How many of them share a request; senders decide that.
    event_bytes : int
        Size of a stored event as JSON.
    clients : int
        How many have events in a raw object.
    prediction_log_bytes : int
        Size of a line of the prediction log.
    ingest_ms_per_request, ingest_ms_per_event, predict_ms : float
        Milliseconds that the ingest and predict functions take.
    split_mb_per_s : float
        Megabytes of JSON that the split function reads a second.
    log_bytes_per_request : int
        What the API and a function write to their logs for one request.
    traced : float
        Share of requests that X-Ray records; its default rule takes one a second and 5% of the others.
    compression : float
        Size of JSON over its size as gzip.
    """

    events_per_day: int = 10 * MILLION
    predictions_per_day: int = MILLION
    events_per_request: int = 50
    event_bytes: int = 600
    clients: int = 20
    prediction_log_bytes: int = 900
    ingest_ms_per_request: float = 8.0
    ingest_ms_per_event: float = 0.1
    predict_ms: float = 10.0
    split_mb_per_s: float = 25.0
    log_bytes_per_request: int = 1_500
    traced: float = 0.05
    compression: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What of a stage's configuration its cost depends on; by default production's."""

    ingest_gb: float = 1024 / 1024
    predict_gb: float = 1769 / 1024
    split_gb: float = 1769 / 1024
    buffer_s: int = 300
    buffer_mib: int = 64
    glue_workers: int = 5
    glue_hours_per_day: float = 0.25
    alarm_metrics: int = 46
    snapshot_gb: float = 2048 / 1024
    metrics: int = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill.

    Parameters
    ----------
    name : str
        What is paid for.
    dollars : float
        For all that the bill is of.
    because : str
        How much of it that is.
    """

    name: str
    dollars: float
    because: str


def cost_of_events(load: Load, sizes: Sizes) -> list[Item]:
    """Return what a million events cost, taken in, delivered, split and kept for a month."""
    requests = MILLION / load.events_per_request
    seconds = requests * load.ingest_ms_per_request / 1000 + MILLION * load.ingest_ms_per_event / 1000
    record = billed_record_bytes(load.events_per_request * load.event_bytes)
    json_bytes = MILLION * load.event_bytes
    objects = raw_objects(load, sizes) * MILLION / load.events_per_day
    split_s = json_bytes / 1e6 / load.split_mb_per_s
    files = objects * load.clients
    stored_gb = 2 * json_bytes / load.compression / GB
    return [
        Item("API Gateway", requests * prices.HTTP_API_REQUEST, f"{requests:,.0f} requests"),
        Item("Lambda, ingest", _lambda(requests, seconds, sizes.ingest_gb), f"{seconds:,.0f} s"),
        Item(
            "Firehose",
            requests * record / GB * prices.FIREHOSE_GB,
            f"{requests:,.0f} records of {record:,} billed bytes",
        ),
        Item(
            "Lambda, split", _lambda(objects, split_s, sizes.split_gb), f"{split_s:,.0f} s, {objects:,.0f} raw objects"
        ),
        Item("S3 requests", (objects + files) * prices.S3_PUT + objects * prices.S3_GET, f"{files:,.0f} files written"),
        Item("S3 storage", stored_gb * prices.S3_GB_MONTH, f"{stored_gb:.2f} GB, raw and split, for a month"),
        Item("DynamoDB", _ledger(objects), "the split's ledger; keys are cached"),
        Item("SQS", 3 * objects * prices.SQS_REQUEST, "notifications of raw objects"),
        *_observing(requests, load),
    ]


def cost_of_predictions(load: Load, sizes: Sizes) -> list[Item]:
    """Return what a million predictions of one row cost, answered and logged."""
    seconds = MILLION * load.predict_ms / 1000
    record = billed_record_bytes(load.prediction_log_bytes)
    stored_gb = MILLION * load.prediction_log_bytes / load.compression / GB
    return [
        Item("API Gateway", MILLION * prices.HTTP_API_REQUEST, f"{MILLION:,} requests"),
        Item("Lambda, predict", _lambda(MILLION, seconds, sizes.predict_gb), f"{seconds:,.0f} s"),
        Item("Firehose", MILLION * record / GB * prices.FIREHOSE_GB, f"a record of {record:,} billed bytes each"),
        Item("S3 storage", stored_gb * prices.S3_GB_MONTH, f"{stored_gb:.2f} GB of the log, for a month"),
        *_observing(MILLION, load),
    ]


def cost_of_a_month(sizes: Sizes) -> list[Item]:
    """Return what a stage costs in a month in which nobody calls."""
    hours = sizes.glue_workers * sizes.glue_hours_per_day * DAYS
    return [
        Item("Alarms", sizes.alarm_metrics * prices.ALARM_MONTH, f"{sizes.alarm_metrics} metrics that they look at"),
        Item("Dashboard", prices.DASHBOARD_MONTH, "1"),
        Item(
            "Metrics",
            sizes.metrics * prices.METRIC_MONTH,
            f"{sizes.metrics}, in the months in which they are counted: by one route of events, one of predictions",
        ),
        Item("Secrets", 2 * prices.SECRET_MONTH, "the signing secret and the pepper"),
        Item("KMS", prices.KMS_KEY_MONTH, "the key that signs artifacts"),
        Item(
            "SnapStart",
            sizes.snapshot_gb * DAYS * 86_400 * prices.SNAPSHOT_GB_SECOND,
            f"a snapshot of {sizes.snapshot_gb:g} GB of the predict-heavy function",
        ),
        Item("Glue", hours * prices.GLUE_FLEX_DPU_HOUR, f"{hours:,.0f} DPU-hours of the split in bulk"),
    ]


def billed_record_bytes(size_bytes: int) -> int:
    """Return what Firehose bills a record as.

    Examples
    --------
    >>> billed_record_bytes(900), billed_record_bytes(5121)
    (5120, 10240)
    """
    step = prices.FIREHOSE_STEP_BYTES
    return math.ceil(size_bytes / step) * step


def raw_objects(load: Load, sizes: Sizes) -> float:
    """Return how many objects the events stream writes a day: one each time that its buffer is full, or old."""
    by_time = 86_400 / sizes.buffer_s
    by_size = load.events_per_day * load.event_bytes / (sizes.buffer_mib * 1024 * 1024)
    return max(by_time, by_size)


def total(items: Iterable[Item]) -> float:
    """Return the sum of a bill."""
    return sum(item.dollars for item in items)


def report(load: Load | None = None, sizes: Sizes | None = None) -> str:
    """Return the tables of the guide, as Markdown."""
    load, sizes = load or Load(), sizes or Sizes()
    events, predictions, idle = cost_of_events(load, sizes), cost_of_predictions(load, sizes), cost_of_a_month(sizes)
    month = DAYS * (
        load.events_per_day / MILLION * total(events) + load.predictions_per_day / MILLION * total(predictions)
    )
    stated = (
        f"The load is {load.events_per_day:,} events a day of {load.event_bytes} bytes, {load.events_per_request} to a "
        f"request, of {load.clients} clients, and {load.predictions_per_day:,} predictions a day of one row each."
    )
    alone = cost_of_events(replace(load, events_per_request=1), sizes)
    batching = f"Sent one to a request, a million events cost **{total(alone):.2f} dollars** instead: batches pay."
    summed = f"With what a stage costs in any case, that load comes to **{month + total(idle):,.0f} dollars a month**."
    return "\n\n".join(
        [
            stated,
            _table("a million events", events),
            batching,
            _table("a million predictions", predictions),
            _table("a month without calls", idle),
            summed,
        ]
    )


def _table(of: str, items: Sequence[Item]) -> str:
    rows = [f"| {item.name} | {item.dollars:.3f} | {item.because} |" for item in items]
    return "\n".join(
        ["| " + of + " | dollars | |", "|---|---|---|", *rows, f"| **together** | **{total(items):.3f}** | |"]
    )


def _lambda(calls: float, seconds: float, memory_gb: float) -> float:
    return calls * prices.LAMBDA_REQUEST + seconds * memory_gb * prices.LAMBDA_GB_SECOND


def _ledger(objects: float) -> float:
    return objects * (prices.DYNAMODB_READ + 2 * prices.DYNAMODB_WRITE)


def _observing(requests: float, load: Load) -> list[Item]:
    logged_gb, traces = requests * load.log_bytes_per_request / GB, requests * load.traced
    return [
        Item("CloudWatch Logs", logged_gb * prices.LOGS_GB, f"{logged_gb:.2f} GB"),
        Item("X-Ray", traces * prices.XRAY_TRACE, f"{traces:,.0f} traces"),
    ]


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
