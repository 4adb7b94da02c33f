"""Refused events, kept for those who have to find out why: best effort, never at the cost of the request."""

from __future__ import annotations

import base64
import codecs
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from augury.aws import AwsUnavailable, DeliveryStream
from augury.aws.packing import pack_records
from augury.events import receipt_text
from augury.ingest.acceptance import Outcome, Rejection, Submission
from augury.ingest.decoding import Batch
from augury.names import ClientName
from augury.ttl_cache import TtlCache

MAX_TEXT_BYTES = 8 * 1024
"""How much of a refused event is kept."""

MAX_PER_REQUEST = 100
"""How many refused events of a request are kept; all are answered and counted."""

MAX_BYTES_PER_MINUTE = 1024 * 1024
"""How much is kept of one client's in a minute, in each process."""

REFUSAL_TRY_S = 1.0
"""Longest time that keeping may take, in seconds: the stream's client must be made with it."""

_PAUSE_AFTER_FAILURE_S = 30.0


class RefusalLog:
    """Sends refused events to a stream of their own.

    What a client has kept is bounded by time, so that no client buys storage with nonsense. After a failure nothing is
    sent for 30 seconds, so that a stream that hangs delays few requests.

    Parameters
    ----------
    stream : callable
        Returns the stream of refused events. It is asked for when first needed.
    now : callable, optional
        Clock, in seconds.
    """

    def __init__(self, stream: Callable[[], DeliveryStream], now: Callable[[], float] = time.time) -> None:
        self._stream = stream
        self._now = now
        self._spent_bytes: TtlCache[ClientName, list[int]] = TtlCache(60, now)
        self._resume_at = 0.0

    def keep(self, outcome: Outcome, submission: Submission, body: bytes) -> int:
        """Keep what a request's outcome has refused; return how many were kept.

        Parameters
        ----------
        outcome : Outcome
            What became of the request.
        submission : Submission
            Whose request it was.
        body : bytes
            The body as sent, which is kept where it could not be read.
        """
        if not outcome.rejected or self._now() < self._resume_at:
            return 0
        lines = list(self._affordable(outcome, submission, body))
        try:
            # What a client may keep in a minute fits one call.
            failed = self._stream().put_batch(pack_records(lines)).failed if lines else ()
        except AwsUnavailable:
            self._resume_at = self._now() + _PAUSE_AFTER_FAILURE_S
            return 0
        return 0 if failed else len(lines)

    def _affordable(self, outcome: Outcome, submission: Submission, body: bytes) -> Iterator[bytes]:
        spent = self._spent_bytes.get_or_put(submission.client, lambda: [0])
        assert spent is not None
        kept = outcome.rejected[:MAX_PER_REQUEST]
        for rejection, text in zip(kept, _texts(outcome.batch, kept, body), strict=True):
            line = orjson.dumps(_refusal(rejection, text, submission))
            if spent[0] + len(line) > MAX_BYTES_PER_MINUTE:
                return
            spent[0] += len(line)
            yield line


def _texts(batch: Batch | None, rejected: Sequence[Rejection], body: bytes) -> list[bytes]:
    """Return how each refused event was sent; of a request that could not be read, its body."""
    if batch is None:
        return [body]
    return batch.texts_of([rejection.index or 0 for rejection in rejected])


def _refusal(rejection: Rejection, text: bytes, submission: Submission) -> dict[str, Any]:
    return {
        "client": str(submission.client),
        "request_id": submission.request_id,
        **rejection.as_json(),
        "reason": rejection.error.kind.name,
        "_received_at": receipt_text(submission.received_at),
        "size_bytes": len(text),
        **_head(text),
    }


def _head(text: bytes) -> dict[str, str]:
    """Return the start of a text, as text if it is UTF-8, else in base64."""
    head = text[:MAX_TEXT_BYTES]
    try:
        return {"text": codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) == len(text))}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(head).decode()}
