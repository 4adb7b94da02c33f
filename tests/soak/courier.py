"""A client that retries what was not answered, with the same bytes, until it is."""

from __future__ import annotations

import json
from collections import deque
from random import Random

from augury.local.payload import HttpAnswer
from tests.soak.deployment import Deployment
from tests.soak.ledger import Ledger
from tests.soak.traffic import Request

TRIES = 5
"""Tries in a row; what is not answered then is kept for later."""

_AGAIN = {429, 500, 502, 503, 504}


class Courier:
    """Sends requests and writes every answer into the ledger."""

    def __init__(self, deployment: Deployment, ledger: Ledger, random: Random) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._random = random
        self.backlog: deque[Request] = deque()

    def send(self, request: Request) -> None:
        """Send a new request."""
        self._ledger.note_sent(request)
        self._try(request)

    def resend_backlog(self) -> None:
        """Try once more what had no answer so far, each in turn."""
        for _ in range(len(self.backlog)):
            self._try(self.backlog.popleft())

    def _try(self, request: Request) -> None:
        for number in range(TRIES):
            began = self._deployment.clock()
            self._deployment.network.struck.clear()
            answer = self._deployment.call(request.method, request.target, request.body, **dict(request.headers))
            if answer.status not in _AGAIN:
                refused = self._refused(request, answer)
                if refused is not None:
                    self._ledger.note_answer(request, refused, began, self._deployment.clock())
                return
            self._note_failure(request, answer)
            self._deployment.clock.step(self._random.random() * 2**number)
        self.backlog.append(request)
        self._ledger.requests["kept for later"] += 1

    def _note_failure(self, request: Request, answer: HttpAnswer) -> None:
        self._ledger.requests[f"answered {answer.status}"] += 1
        if not self._deployment.network.excuses_a_failure:
            self._ledger.surprise(
                f"{request.caller.client}: answered {answer.status}, and the bucket was there to spill to"
            )

    def _refused(self, request: Request, answer: HttpAnswer) -> set[int] | None:
        self._ledger.requests[f"answered {answer.status}"] += 1
        if answer.status == 200:
            return set() if request.single else _rejected(answer)
        if answer.status in (400, 413) and all(digest is None for digest in request.digests):
            return set(range(len(request.digests)))
        self._ledger.surprise(f"{request.caller.client}: {request.method} answered {answer.status}")
        return None


def _rejected(answer: HttpAnswer) -> set[int]:
    return {rejection["index"] for rejection in json.loads(answer.body)["rejected"]}
