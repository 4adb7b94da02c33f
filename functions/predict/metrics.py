"""What predictions count, as metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, local
from typing import Any, NamedTuple, Protocol

from augury.errors import Kind
from augury.serving import CacheCounts, Failed, Served
from functions.distributions import Distribution
from functions.metrics import COUNT, MILLISECONDS, Directive, directives, document, write
from functions.predict.after_answers import Put, at_once

BY_ROUTE = Directive(
    ("stage", "route", "lane"),
    {
        "PredictCalls": COUNT,
        "PredictErrors": COUNT,
        "PredictFaults": COUNT,
        "PredictLatency": MILLISECONDS,
        "PredictedRows": COUNT,
    },
)
"""Calls by route and by the lane that answered, ``none`` where nothing did. Errors include faults, which are ours."""

BY_ERROR = Directive(("stage", "error"), {"PredictErrors": COUNT})
"""Errors by their kind, a name of the table of errors."""

BY_STAGE = Directive(
    ("stage",), dict.fromkeys(("ColdStarts", "ModelHits", "ModelLoads", "ModelEvictions", "LogLinesLost"), COUNT)
)
"""What a process does besides answering."""

NO_LANE = "none"

_SECOND = 1.0
_ANSWERED = directives(BY_ROUTE, BY_STAGE)
_REFUSED = directives(BY_ROUTE, BY_STAGE, BY_ERROR)

type Write = Callable[[bytes], None]


class Labels(NamedTuple):
    """What calls are told apart by: two dimensions, the error's, and properties that queries of the log find."""

    route: str
    lane: str
    error: str | None
    client: str | None
    pipeline: str | None
    variation: str | None
    version: str | None
    predicted_class: str | None


@dataclass(slots=True)
class Call:
    """One call while it is answered."""

    route: str
    began: float = field(default_factory=time.perf_counter)
    error: Kind | None = None
    logged: Served | Failed | None = None

    def labels(self) -> Labels:
        """Return what it is told apart by."""
        error = None if self.error is None else self.error.name
        match self.logged:
            case None:
                return Labels(self.route, NO_LANE, error, None, None, None, None, None)
            case Failed() as failed:
                return Labels(
                    self.route, NO_LANE, error, failed.client, failed.pipeline, failed.variation.label, None, None
                )
            case served:
                return Labels(
                    self.route,
                    served.reply.lane,
                    error,
                    served.client,
                    served.pipeline,
                    served.variation.label,
                    served.reply.version,
                    served.predicted_class,
                )


class Recorder(Protocol):
    """Writes calls to the log, each by itself or many together."""

    def record(self, labels: Labels, latency_ms: float, rows: int, process: Mapping[str, int]) -> None:
        """Take one call, and what the process did since the call before."""

    def flush(self) -> None:
        """Write what was taken."""


class PredictMetrics:
    """Counts calls by stage, route and lane, errors by their kind, and what the model cache and the log do.

    A call is answered by one thread from :meth:`begin` to :meth:`end`; what the log is told on that thread is its.

    Parameters
    ----------
    recorder : Recorder
        What writes.
    cache : CacheCounts
        What the model cache counts.
    """

    def __init__(self, recorder: Recorder, cache: CacheCounts) -> None:
        self._recorder = recorder
        self._cache = cache
        self._here = local()
        self._lock = Lock()
        self._told = (0, 0, 0)
        self._lines_lost = 0
        self._cold_starts = 1

    def begin(self, route: str) -> Call:
        """Begin to observe a call of a route, given by its key in the route table."""
        self._here.call = call = Call(route)
        return call

    def logged(self, entry: Served | Failed) -> None:
        """Take what the prediction log has of the call that this thread answers; shadows have none."""
        call = getattr(self._here, "call", None)
        if call is not None and not entry.variation.shadow:
            call.logged = entry

    def end(self, call: Call) -> None:
        """Record a call that is answered."""
        latency_ms = (time.perf_counter() - call.began) * 1000
        rows = len(call.logged.rows) if isinstance(call.logged, Served) else 0
        self._here.call = None
        self._recorder.record(call.labels(), latency_ms, rows, self._process())

    def lines_lost(self, lines: int) -> None:
        """Count lines that did not reach the prediction log."""
        with self._lock:
            self._lines_lost += lines

    def flush(self) -> None:
        """Write what was recorded, such as before a process ends."""
        self._recorder.flush()

    def _process(self) -> Mapping[str, int]:
        """Return what the process did since it was asked last."""
        now = (self._cache.hits, self._cache.loads, self._cache.evictions)
        with self._lock:
            hits, loads, evictions = (count - before for count, before in zip(now, self._told, strict=True))
            lost, cold, self._told, self._lines_lost, self._cold_starts = self._lines_lost, self._cold_starts, now, 0, 0
        return {
            "ColdStarts": cold,
            "ModelHits": hits,
            "ModelLoads": loads,
            "ModelEvictions": evictions,
            "LogLinesLost": lost,
        }


class EachCall:
    """Writes a document for each call, as Lambda has it: one call at a time, and no time in between.

    Parameters
    ----------
    stage : str
        The stage that the function runs in.
    write : callable, optional
        Takes each document; standard output unless given.
    put : callable, optional
        Takes the work of writing one; it is done at once unless given.
    """

    def __init__(self, stage: str, write: Write = write, put: Put = at_once) -> None:
        self._stage = stage
        self._write = write
        self._put = put

    def record(self, labels: Labels, latency_ms: float, rows: int, process: Mapping[str, int]) -> None:
        """Write one call."""
        at = time.time()
        self._put(lambda: self._write(_document(self._stage, labels, 1, round(latency_ms, 3), rows, process, at)))

    def flush(self) -> None:
        """Do nothing: everything is written, or is others' to do."""


@dataclass(slots=True)
class _Tally:
    calls: int = 0
    rows: int = 0
    latency_ms: Distribution = field(default_factory=Distribution)


class EachSecond:
    """Writes, for a process with many calls a second, one document for all calls of a second that are alike.

    A second is written by the first call after it, so that no thread has to wait for its end.

    Parameters
    ----------
    stage : str
        The stage that the process runs in.
    write : callable, optional
        Takes each document; standard output unless given.
    now : callable, optional
        Clock, seconds since 1970.
    """

    def __init__(self, stage: str, write: Write = write, now: Callable[[], float] = time.time) -> None:
        self._stage = stage
        self._write = write
        self._now = now
        self._lock = Lock()
        self._began = now()
        self._tallies: dict[Labels, _Tally] = {}
        self._process: dict[str, int] = {}

    def record(self, labels: Labels, latency_ms: float, rows: int, process: Mapping[str, int]) -> None:
        """Take one call; write the second before, where it is over."""
        if self._now() - self._began >= _SECOND:
            self.flush()
        with self._lock:
            tally = self._tallies.get(labels)
            if tally is None:
                tally = self._tallies[labels] = _Tally()
            tally.calls += 1
            tally.rows += rows
            tally.latency_ms.add(latency_ms)
            for name, count in process.items():
                self._process[name] = self._process.get(name, 0) + count

    def flush(self) -> None:
        """Write what was taken."""
        with self._lock:
            tallies, self._tallies, process, self._process = self._tallies, {}, self._process, {}
            at, self._began = self._began, self._now()
        for labels, tally in tallies.items():
            latency = tally.latency_ms.as_json()
            self._write(_document(self._stage, labels, tally.calls, latency, tally.rows, process, at))
            process = dict.fromkeys(process, 0)  # it is the process's, not each kind of call's


def _document(
    stage: str,
    labels: Labels,
    calls: int,
    latency_ms: Any,
    rows: int,
    process: Mapping[str, int],
    at: float | None = None,
) -> bytes:
    is_error = labels.error is not None
    counts = {
        "PredictCalls": calls,
        "PredictErrors": calls * is_error,
        "PredictFaults": calls * (is_error and Kind[str(labels.error)].status >= 500),
        "PredictLatency": latency_ms,
        "PredictedRows": rows,
    }
    fields = {"stage": stage, **dict(zip(Labels._fields, labels, strict=True)), **counts, **process}
    return document(_REFUSED if is_error else _ANSWERED, fields, at)
