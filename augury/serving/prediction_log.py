"""The prediction log: one line per row answered, with what was asked and what was said, and one per failed call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from augury.errors import Kind
from augury.names import ClientName, PipelineName
from augury.registry import Variation
from augury.serving.answers import Answer
from augury.serving.calls import Reply


@dataclass(frozen=True, slots=True)
class Served:
    """One answered request, as it is logged."""

    client: ClientName
    pipeline: PipelineName
    revision: int
    variation: Variation
    reply: Reply
    rows: Sequence[Mapping[str, Any]]
    answer: Answer
    latency_ms: float
    at: datetime

    @property
    def predicted_class(self) -> str | None:
        """The most probable class of the first row; None for a value."""
        first = self.answer.predictions[0]
        return first[0].get("predictedClass") if first else None

    def lines(self) -> Iterator[bytes]:
        """Yield one JSON line per row, without its newline."""
        version = self.reply.version
        for row, (features, predictions) in enumerate(zip(self.rows, self.answer.predictions, strict=True)):
            yield orjson.dumps(
                {
                    "client": str(self.client),
                    "puid": self.answer.puid,
                    "row": row,
                    "pipeline": str(self.pipeline),
                    "version": None if version is None else str(version),
                    "revision": self.revision,
                    "variation": self.variation.label,
                    "shadow": self.variation.shadow,
                    "lane": self.reply.lane,
                    "target": self.reply.target,
                    "input": features,
                    "predictions": predictions,
                    "error": None,
                    "latency_ms": round(self.latency_ms, 3),
                    "time": _time(self.at),
                }
            )


@dataclass(frozen=True, slots=True)
class Failed:
    """One request that a variation did not answer, as it is logged: nothing of what was asked is in it."""

    client: ClientName
    puid: str
    pipeline: PipelineName
    revision: int
    variation: Variation
    kind: Kind
    latency_ms: float
    at: datetime

    def lines(self) -> Iterator[bytes]:
        """Yield its one JSON line, without its newline; it has the fields of an answered row."""
        yield orjson.dumps(
            {
                "client": str(self.client),
                "puid": self.puid,
                "row": None,
                "pipeline": str(self.pipeline),
                "version": None,
                "revision": self.revision,
                "variation": self.variation.label,
                "shadow": self.variation.shadow,
                "lane": None,
                "target": self.variation.target.name,
                "input": None,
                "predictions": None,
                "error": {"id": self.kind.error_id, "status": self.kind.status, "kind": self.kind.name},
                "latency_ms": round(self.latency_ms, 3),
                "time": _time(self.at),
            }
        )


class PredictionLog(Protocol):
    """Takes what was answered and what was not. Nothing of it raises: a prediction is answered, logged or not."""

    def served(self, served: Served) -> None:
        """Take one answered request."""

    def failed(self, failed: Failed) -> None:
        """Take one request that a variation did not answer."""

    def flush(self, within_s: float) -> bool:
        """Send what waits, for so many seconds at most; return whether nothing waits any more."""

    def close(self, within_s: float) -> bool:
        """Send what waits and take no more; return whether everything was sent within so many seconds."""


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
