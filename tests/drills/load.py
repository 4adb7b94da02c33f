"""Constant load: threads that ask, check each answer, and remember what came and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any

_PACE_S = 0.002
_LOST = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what came of it.

    Parameters
    ----------
    at, ended : float
        Seconds of the monotonic clock at which it was sent and answered.
    key : str
        What the choice of a variation sticks to.
    status : int
        Status of the answer; 0 where none came.
    answer : object
        Its body.
    """

    at: float
    ended: float
    key: str
    status: int
    answer: Any

    @property
    def latency_ms(self) -> float:
        return (self.ended - self.at) * 1000

    @property
    def label(self) -> str:
        return str(self.answer["meta"]["variation"])

    @property
    def likeliest(self) -> str:
        return str(self.answer["predictions"][0]["predictedClass"])


@dataclass
class Load:
    """Requests for one pipeline, by a few callers who each keep their connection.

    A caller whose connection ends before its answer asks once more, elsewhere, as a load balancer does with a call
    whose server has gone; ``asked_again`` counts those.

    Parameters
    ----------
    ports : callable
        Ports of the servers that take calls now.
    token : str
        Bearer token.
    pipeline : str
        The pipeline that is asked.
    features : mapping
        What is asked of it.
    callers : int
        Threads.
    keys : int
        Distinct callers that the requests name.
    """

    ports: Callable[[], Sequence[int]]
    token: str
    pipeline: str
    features: Mapping[str, Any]
    callers: int = 4
    keys: int = 500
    asked: list[Asked] = field(default_factory=list)
    asked_again: int = 0
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask meanwhile."""
        numbers = count()
        threads = [threading.Thread(target=self._ask_on, args=(numbers,)) for _ in range(self.callers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    def _ask_on(self, numbers: count[int]) -> None:
        caller = _Caller(self)
        while not self._is_over.wait(_PACE_S):
            self.asked.append(caller.ask(f"key-{next(numbers) % self.keys}"))
        caller.close()


class _Caller:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._headers = {"Authorization": f"Bearer {load.token}", "Content-Type": "application/json"}
        self._connection: HTTPConnection | None = None

    def ask(self, key: str) -> Asked:
        meta = {"pipeline": self._load.pipeline, "key": key}
        body = json.dumps({"meta": meta, "data": self._load.features})
        at = time.monotonic()
        try:
            status, answer = self._sent(body)
        except (HTTPException, OSError):
            self._load.asked_again += 1
            self.close()
            try:
                status, answer = self._sent(body)
            except (HTTPException, OSError) as error:
                self.close()
                status, answer = _LOST, repr(error)
        return Asked(at, time.monotonic(), key, status, answer)

    def _sent(self, body: str) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self._load.ports()[-1], timeout=30)
        self._connection.request("POST", "/predict", body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, json.loads(content)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
