"""What clients were told, of every event."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from augury.names import ClientName
from tests.soak.traffic import Request

type Digests = NDArray[np.uint64]
type HourOf = tuple[str, str]
"""A client and an hour, such as ``("acme", "2026-11-23T09")``."""


@dataclass(slots=True)
class Ledger:
    """Every answer, kept as 8 bytes an event."""

    answered: dict[ClientName, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    sent: dict[ClientName, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    lines_answered: Counter[HourOf] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def note_sent(self, request: Request) -> None:
        """Write down a request before it is sent for the first time."""
        self.requests["sent"] += 1
        self.events["sent"] += len(request.digests)
        self.sent[request.caller.client].extend(digest for digest in request.digests if digest is not None)

    def note_answer(self, request: Request, refused: set[int], began: datetime, ended: datetime) -> None:
        """Write down which of a request's events were answered with 200 and which were refused by name.

        Nobody is told when a batch was received: one that came at the turn of an hour is promised to no hour.
        """
        expected = {index for index, digest in enumerate(request.digests) if digest is None}
        if refused != expected:
            self.surprise(f"{request.caller.client}: refused {sorted(refused)[:5]}, expected {sorted(expected)[:5]}")
        kept = [digest for index, digest in enumerate(request.digests) if digest is not None and index not in refused]
        self.answered[request.caller.client].extend(kept)
        if (hour := f"{began:%Y-%m-%dT%H}") == f"{ended:%Y-%m-%dT%H}":
            self.lines_answered[request.caller.client, hour] += len(kept)
        self.events["answered 200"] += len(kept)
        self.events["refused"] += len(refused)

    def surprise(self, what: str) -> None:
        """Write down an answer that should not have come."""
        self.surprises.append(what)

    def answered_digests(self, client: ClientName) -> Digests:
        """Return the distinct contents that a client was promised."""
        return np.unique(np.array(self.answered[client], dtype=np.uint64))

    def sent_digests(self, client: ClientName) -> Digests:
        """Return the distinct contents that a client ever sent and that were no nonsense."""
        return np.unique(np.array(self.sent[client], dtype=np.uint64))
