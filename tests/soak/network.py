"""Between the functions and AWS: calls that are throttled, fail, time out, or are the last thing that a function does.

Everything goes through botocore's own retries and parsers: the fault is the answer that moto would have given, or the
lack of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from random import Random
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.models import botocore_stubber

type Answer = tuple[int, Mapping[str, str], str | bytes]


class Killed(BaseException):
    """The function's process ends here: nothing of it runs on, no ``except Exception`` included."""


class Operation(StrEnum):
    """A call to AWS, as it is named on the wire."""

    PUT_RECORDS = "PutRecordBatch"
    LOOK_UP = "GetItem"
    PUT_OBJECT = "PUT"
    GET_OBJECT = "GET"


class CallFault(StrEnum):
    """One thing that happens to a call, and where AWS says that it may."""

    THROTTLED = "call throttled"
    """Nothing was done. Firehose: 500 ``ServiceUnavailableException`` ("If you continue to see the exception,
    throughput limits for the Firehose stream may have been exceeded", API reference, ``PutRecordBatch``). DynamoDB: 400
    ``ThrottlingException`` (Developer Guide, "Error handling"). S3: 503 ``SlowDown`` (API reference, "Error
    responses")."""

    FAILED = "call failed"
    """Nothing was done: 500 ``InternalFailure`` (each API's "Common errors"), S3's ``InternalError``."""

    UNREACHED = "call timed out before"
    """The connection was not made: nothing was done."""

    FAILED_AFTER = "call failed after"
    """It was done, and 500 was answered. AWS says of 5xx only that the outcome is unknown ("Timeouts, retries, and
    backoff with jitter", Amazon Builders' Library)."""

    ANSWER_LOST = "call timed out after"
    """It was done, and no answer came in time (the same source)."""

    KILLED_BEFORE = "function killed before"
    """The function's environment ends before the call: out of memory, or its timeout (Lambda Developer Guide,
    "Understanding the Lambda execution environment lifecycle": resets without warning)."""

    KILLED_AFTER = "function killed after"
    """The function's environment ends when the call was done, before anybody was told."""


KILLS = {CallFault.KILLED_BEFORE, CallFault.KILLED_AFTER}
_DONE_FIRST = {CallFault.FAILED_AFTER, CallFault.ANSWER_LOST, CallFault.KILLED_AFTER}
_UNAVAILABLE: dict[Operation, tuple[int, str]] = {
    Operation.PUT_RECORDS: (500, "ServiceUnavailableException"),
    Operation.LOOK_UP: (400, "ThrottlingException"),
}

_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S = 1.4, 4.1  # those of the ingest function's client for the bucket
_ENDPOINT = "https://aws.invalid"

type Rates = Mapping[Operation, Mapping[CallFault, float]]


class Network:
    """What the calls of functions go through. It is clear outside :meth:`rough`, and for every other caller.

    Parameters
    ----------
    random : Random
        Decides what happens; one with a seed makes the same calls meet the same faults.
    rates : mapping
        Probability of each fault by operation.
    sleep : callable
        Waits for a timeout to pass.
    """

    def __init__(self, random: Random, rates: Rates, sleep: Callable[[float], None]) -> None:
        self.random = random
        self.sleep = sleep
        self.rates: dict[Operation, Mapping[CallFault, float]] = dict(rates)
        self.down: set[Operation] = set()
        self.injected: Counter[CallFault] = Counter()
        self.struck: set[tuple[Operation, CallFault]] = set()
        self._is_rough = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand before moto while it lasts."""
        answer_of_moto = botocore_stubber.process_request

        def process(request: AWSPreparedRequest) -> Any:
            operation = operation_of(request) if self._is_rough else None
            fault = self._fault(operation) if operation else None
            if operation is None or fault is None:
                return answer_of_moto(request)
            if fault in _DONE_FIRST:
                answer_of_moto(request)
            return self._what_comes_of(fault, operation)

        with patch.object(botocore_stubber, "process_request", process):
            yield

    @contextmanager
    def rough(self) -> Iterator[None]:
        """Let faults strike while it lasts."""
        before, self._is_rough = self._is_rough, True
        try:
            yield
        finally:
            self._is_rough = before

    @property
    def excuses_a_failure(self) -> bool:
        """Whether what struck since ``struck`` was cleared is more than a stream that takes nothing."""
        return any(operation is not Operation.PUT_RECORDS or fault in KILLS for operation, fault in self.struck)

    def _fault(self, operation: Operation) -> CallFault | None:
        if operation in self.down:
            return self._counted(operation, CallFault.THROTTLED)
        rates = self.rates.get(operation)
        if not rates:
            return None
        drawn = self.random.random()
        for fault, rate in rates.items():
            drawn -= rate
            if drawn < 0:
                return self._counted(operation, fault)
        return None

    def _what_comes_of(self, fault: CallFault, operation: Operation) -> Answer:
        match fault:
            case CallFault.KILLED_BEFORE | CallFault.KILLED_AFTER:
                raise Killed(fault)
            case CallFault.UNREACHED:
                self.sleep(_CONNECT_TIMEOUT_S)
                raise ConnectTimeoutError(endpoint_url=_ENDPOINT)
            case CallFault.ANSWER_LOST:
                self.sleep(_READ_TIMEOUT_S)
                raise ReadTimeoutError(endpoint_url=_ENDPOINT)
            case CallFault.THROTTLED:
                return _error(operation, *_UNAVAILABLE.get(operation, (503, "SlowDown")))
            case _:
                return _error(operation, 500, "InternalError")

    def _counted(self, operation: Operation, fault: CallFault) -> CallFault:
        self.injected[fault] += 1
        self.struck.add((operation, fault))
        return fault


def operation_of(request: AWSPreparedRequest) -> Operation | None:
    """Return which call a request is, or None for one that no fault is meant for."""
    target = request.headers.get("X-Amz-Target")
    if target is None:
        name = str(request.method) if ".s3." in request.url else ""
    else:
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
    return Operation(name) if name in Operation else None


def _error(operation: Operation, status: int, code: str) -> Answer:
    if operation in (Operation.PUT_OBJECT, Operation.GET_OBJECT):
        return status, {"content-type": "application/xml"}, f"<Error><Code>{code}</Code><Message/></Error>"
    return status, {"content-type": "application/x-amz-json-1.1"}, f'{{"__type":"{code}","message":"try again"}}'
