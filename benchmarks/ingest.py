"""The door of the service: how much of bare JSON speed is left once every event is checked, stamped and packed.

Run it with ``python -m benchmarks.ingest``. Contestants are timed in turn, round by round, so that a noisy machine
disturbs them alike; ratios count, absolute figures are indicative.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from moto import mock_aws
from pydantic import BaseModel, ConfigDict, model_validator
from rich.console import Console
from rich.table import Table

from augury import ingest
from augury.aws import DeliveryStream, PutOutcome, SecretStore
from augury.aws import Table as DynamoTable
from augury.aws.connection import Connection
from augury.clients import ClientAdmin, Pepper, TokenEndpoint, rotation_step
from augury.local.environment import environment
from augury.local.payload import HttpRequest, event_of
from augury.names import ClientName

EVENTS = 500
EVENT_BYTES = 300
ROUNDS = 60
SINGLE_REQUESTS = 2_000
COLD_STARTS = 7
BILLING_UNIT_BYTES = 5 * 1024
"""Firehose bills a record's size rounded up to this (Amazon Data Firehose pricing)."""

ROOT = Path(__file__).parents[1]
FUNCTION_ENVIRONMENT = {
    "AUGURY_STAGE": "benchmark",
    "AUGURY_TABLE": "table",
    "AUGURY_BUCKET": "bucket",
    "AUGURY_EVENTS_STREAM": "events",
    "AUGURY_REFUSALS_STREAM": "refusals",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",  # moto takes any
    "POWERTOOLS_SERVICE_NAME": "augury-ingest",
}
RECEIVED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def sample_batch(seed: int = 0) -> list[dict[str, Any]]:
    """Return events of about 300 bytes as a shop's page might send them: texts, numbers, a list, an inner object."""
    pick = random.Random(seed)  # noqa: S311
    return [_sample_event(pick, number) for number in range(EVENTS)]


def _sample_event(pick: random.Random, number: int) -> dict[str, Any]:
    event = {
        "event": pick.choice(["view", "click", "basket", "purchase"]),
        "user": f"u{pick.randrange(10**8):08d}",
        "page": f"https://shop.example/{pick.choice('abcdef')}/{number}?ref=mail",
        "price": round(pick.random() * 100, 2),
        "score": pick.random(),
        "quantity": pick.randrange(10),
        "member": pick.random() < 0.5,
        "tags": ["new", "sale", "été"][: pick.randrange(4)],
        "device": {"kind": "phone", "width": 390, "height": 844},
        "note": "",
    }
    event["note"] = "x" * max(0, EVENT_BYTES - len(orjson.dumps(event)))
    return event


def bare(body: bytes) -> bytes:
    """Read and write the batch with orjson, checking nothing."""
    return orjson.dumps(orjson.loads(body))


def ours(body: bytes) -> Sequence[bytes]:
    """Accept the batch as the function does, up to the records that Firehose would get."""
    kept: list[bytes] = []

    def deliver(records: Sequence[bytes]) -> Sequence[bytes]:
        kept.extend(records)
        return ()

    outcome = ingest.accept(
        lambda: ingest.decode_body(body), ingest.Submission(ClientName("acme"), RECEIVED_AT), deliver
    )
    assert outcome.accepted == EVENTS
    return kept


class PlainEvent(BaseModel):
    """The usual way to check an event: a model of what the server knows, and room for the rest."""

    model_config = ConfigDict(extra="allow", strict=True)

    timestamp: int | float | None = None
    event_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _check_values(cls, value: Any) -> Any:
        _check(value, depth=1)
        return value


def _check(value: Any, depth: int) -> int:
    """Check depth and integers as a plain service would; return the number of keys."""
    if depth > 33:  # what lies in the 32nd level is no level of its own
        raise ValueError("too deep")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("an integer does not fit 64 bits")
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    keys = sum(_check(each, depth + 1) for each in inner) + (len(value) if isinstance(value, dict) else 0)
    if keys > 1_000:
        raise ValueError("too many keys")
    return keys


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key is named twice")
    return mapping


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def plain(body: bytes) -> bytes:
    """Do the same checks with json, a pydantic model and json again."""
    values = json.loads(body.decode(), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    lines = []
    for value in values:
        event = PlainEvent.model_validate(value).model_dump(exclude_unset=True)
        if {"_event_id", "_received_at"} & event.keys():
            raise ValueError("reserved")
        event |= {"client": "acme", "_event_id": str(uuid4()), "_received_at": RECEIVED_AT.isoformat()}
        event.setdefault("timestamp", int(RECEIVED_AT.timestamp()))
        line = json.dumps(event, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
        if len(line) > 256 * 1024:
            raise ValueError("too large")
        lines.append(line)
    return b"\n".join(lines) + b"\n"


def medians_ms(contestants: Sequence[Callable[[bytes], object]], body: bytes) -> list[float]:
    """Return each contestant's median time for the batch, in milliseconds, timed in turn."""
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(ROUNDS):
        for contestant, measured in zip(contestants, times, strict=True):
            began = time.perf_counter_ns()
            contestant(body)
            measured.append((time.perf_counter_ns() - began) / 1e6)
    return list(map(statistics.median, times))


def billed_per_stored(records: Sequence[bytes]) -> float:
    """Return how many bytes Firehose bills for each that it stores."""
    billed = sum(-(-len(record) // BILLING_UNIT_BYTES) * BILLING_UNIT_BYTES for record in records)
    return billed / sum(map(len, records))


class StubbedStream(DeliveryStream):
    """A stream that takes everything at once."""

    def __init__(self) -> None:
        self.name = "stub"

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:  # noqa: ARG002
        """Take the records."""
        return PutOutcome(())


@dataclass(frozen=True)
class Context:
    """What the handler asks of Lambda's context."""

    aws_request_id: str = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return plenty of time."""
        return 25_000


def single_request_us() -> list[float]:
    """Return how long requests of one event take in the handler, from API Gateway's event to the answer.

    The stream is stubbed. The first request looks its credential up and verifies its token, on an embedded AWS; the
    others find both at hand, as in a warm function. Metrics go to a file, as they go to a pipe on Lambda.
    """
    with mock_aws(), environment(FUNCTION_ENVIRONMENT), Path(os.devnull).open("w") as log, redirect_stdout(log):
        token = _make_deployment()
        module = importlib.import_module("functions.ingest.handler")
        module._sink = ingest.Sink(StubbedStream(), module._bucket)  # type: ignore[attr-defined]
        event = _api_event(orjson.dumps(sample_batch()[0]).decode(), token)
        return [_timed_request_us(module.handler, event) for _ in range(SINGLE_REQUESTS)]


def _timed_request_us(handler: Callable[[Any, Any], Any], event: dict[str, Any]) -> float:
    began = time.perf_counter_ns()
    answer = handler(event, Context())
    elapsed_us = (time.perf_counter_ns() - began) / 1e3
    assert answer["statusCode"] == 200, answer
    return elapsed_us


def _make_deployment() -> str:
    """Make a table with a client and a signing key; return a token."""
    connection = Connection()
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    connection.dynamodb().create_table(
        TableName="table",
        KeySchema=key,  # type: ignore[arg-type]
        AttributeDefinitions=attributes,  # type: ignore[arg-type]
        BillingMode="PAY_PER_REQUEST",
    )
    connection.secretsmanager().create_secret(Name="secret")
    connection.secretsmanager().create_secret(Name="pepper", SecretString="a pepper of this benchmark")
    pepper = Pepper(SecretStore(connection.secretsmanager(), "pepper"))
    table, secret = DynamoTable(connection.dynamodb(), "table"), SecretStore(connection.secretsmanager(), "secret")
    version = str(uuid4())
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        rotation_step(step, secret, table, version)
    client = ClientAdmin(table, pepper).create(ClientName("acme"))
    form = {"client_id": client.consumer_key, "client_secret": client.consumer_secret}
    grant = TokenEndpoint(table, pepper, secret, lifetime_s=900).grant(
        {"grant_type": "client_credentials", **form}, None
    )
    return str(grant["access_token"])


def _api_event(body: str, token: str) -> dict[str, Any]:
    request = HttpRequest(
        method="POST",
        target="/events",
        protocol="HTTP/1.1",
        headers=[("authorization", f"Bearer {token}"), ("content-type", "application/json"), ("host", "api.example")],
        body=body.encode(),
        source_ip="192.0.2.1",
    )
    return event_of(request, "POST /events", port=443, now=datetime.now(UTC))


_COLD_START = """
import time
began, began_cpu = time.perf_counter(), time.process_time()
import functions.ingest.handler
elapsed_ms, cpu_ms = (time.perf_counter() - began) * 1e3, (time.process_time() - began_cpu) * 1e3
peak_kib = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(elapsed_ms, cpu_ms, peak_kib / 1024)
"""


def cold_starts() -> tuple[float, float, float]:
    """Return the least time, the least CPU time and the peak memory of importing the handler, in ms and MiB.

    Each is the best of fresh processes: whatever else runs can only add to it. The first process compiles the bytecode,
    as a deployment does, and does not count.
    """
    with tempfile.TemporaryDirectory() as bytecode:
        variables = {
            **{name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            **FUNCTION_ENVIRONMENT,
            "PYTHONPYCACHEPREFIX": bytecode,
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-c", _COLD_START]
        runs = [
            subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
            for _ in range(COLD_STARTS + 1)
        ]
    rows = [tuple(map(float, run.stdout.split())) for run in runs[1:]]
    wall_ms, cpu_ms, peak_mib = map(min, zip(*rows, strict=True))
    return wall_ms, cpu_ms, peak_mib


def figures() -> list[tuple[str, str, str, str]]:
    """Measure everything; return rows of what was measured, how much it was, a ratio and what is asked of it."""
    body = orjson.dumps(sample_batch())
    bare_ms, ours_ms, plain_ms = medians_ms([bare, ours, plain], body)
    requests = single_request_us()
    cold_ms, cold_cpu_ms, cold_mib = cold_starts()
    return [
        (f"orjson.loads + orjson.dumps, {len(body) / EVENTS:.0f} bytes x {EVENTS}", f"{bare_ms:.2f} ms", "1", ""),
        ("Augury: decode, check, stamp, pack", f"{ours_ms:.2f} ms", f"{bare_ms / ours_ms:.2f} of bare", ">= 0.15"),
        ("json + pydantic + json, same checks", f"{plain_ms:.2f} ms", f"{plain_ms / ours_ms:.1f} x ours", ">= 5"),
        ("one event through the handler, p50", f"{statistics.median(requests):.0f} us", "", "< 400 us"),
        ("the same, p99", f"{statistics.quantiles(requests, n=100)[98]:.0f} us", "", ""),
        (f"cold import of the handler, clients made, best of {COLD_STARTS}", f"{cold_ms:.0f} ms", "", "< 400 ms"),
        ("its CPU time", f"{cold_cpu_ms:.0f} ms", "", ""),
        ("its peak memory", f"{cold_mib * 1.048576:.0f} MB", "", "< 90 MB"),
        ("billed by Firehose per byte stored", f"{billed_per_stored(ours(body)):.3f}", "", "<= 1.1"),
    ]


def main() -> None:
    """Measure and print the table."""
    table = Table(title="Taking events in", title_justify="left")
    for column in ("what", "figure", "ratio", "asked"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for row in figures():
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
