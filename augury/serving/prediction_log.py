"""The prediction log: one line per row answered, with what was asked and what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from augury.names import ClientName
from augury.serving.answers import Answer
from augury.serving.directory import Destination


@dataclass(frozen=True, slots=True)
class Served:
    """One answered request, as it is logged."""

    client: ClientName
    destination: Destination
    lane: str
    rows: Sequence[Mapping[str, Any]]
    answer: Answer
    latency_ms: float
    at: datetime

    def lines(self) -> Iterator[bytes]:
        """Yield one JSON line per row, without its newline."""
        for row, (features, predictions) in enumerate(zip(self.rows, self.answer.predictions, strict=True)):
            yield orjson.dumps(
                {
                    "client": str(self.client),
                    "puid": self.answer.puid,
                    "row": row,
                    "pipeline": str(self.destination.pipeline),
                    "version": str(self.destination.version.version),
                    "variation": self.destination.variation.label,
                    "lane": self.lane,
                    "input": features,
                    "predictions": predictions,
                    "latency_ms": round(self.latency_ms, 3),
                    "time": self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
                }
            )
