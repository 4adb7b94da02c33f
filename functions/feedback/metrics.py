"""What feedback counts, as metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from augury.ingest import Feedback
from augury.names import ClientName
from functions.metrics import COUNT, MILLISECONDS, Directive, directives, document, write

BY_STAGE = Directive(
    ("stage",),
    {
        "FeedbackCalls": COUNT,
        "FeedbackErrors": COUNT,
        "FeedbackFaults": COUNT,
        "FeedbackLatency": MILLISECONDS,
        "RewardsKept": COUNT,
        "TruthsKept": COUNT,
        "FeedbackSpilled": COUNT,
    },
)
"""Calls of feedback and what was kept of them. Errors include faults, which are ours."""

_DIRECTIVES = directives(BY_STAGE)


class FeedbackMetrics:
    """Counts calls, one at a time.

    Parameters
    ----------
    stage : str
        The stage that the function runs in.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._kept: dict[str, Any] = {}

    def kept(self, feedback: Feedback, client: ClientName, *, spilled: bool) -> None:
        """Take what the current call has kept."""
        self._kept = {
            "client": client,
            "RewardsKept": int(feedback.reward is not None),
            "TruthsKept": int(feedback.truth is not None),
            "FeedbackSpilled": int(spilled),
        }

    def measured(self, answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the answer to a call, having written its counts to the log."""
        self._kept, began = {}, time.perf_counter()
        answered = answer()
        self._write(answered["statusCode"], (time.perf_counter() - began) * 1000, self._kept)
        return answered

    def _write(self, status: int, latency_ms: float, kept: Mapping[str, Any]) -> None:
        counts = dict.fromkeys(BY_STAGE.units, 0) | {
            "FeedbackCalls": 1,
            "FeedbackErrors": int(status >= 400),
            "FeedbackFaults": int(status >= 500),
            "FeedbackLatency": round(latency_ms, 3),
        }
        write(document(_DIRECTIVES, {"stage": self._stage, "status": status, **counts, **kept}))
