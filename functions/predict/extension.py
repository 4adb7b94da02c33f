"""Work after the answer and before the freeze: an internal extension of Lambda.

Lambda freezes a function's environment once the runtime and every extension have asked for the next invocation. The
runtime asks as soon as its answer has left; the extension, a thread of the same process, asks only after it has done
what was left to do.

References
----------
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from threading import Condition, Thread
from typing import Any

import orjson

NAME = "augury-after-answer"
"""The extension's name, as Lambda's logs have it."""

_ADDRESS = "AWS_LAMBDA_RUNTIME_API"
_API = "/2020-01-01/extension"
_REGISTER_S = 2.0
_LONGEST_WORK_S = 5.0  # no caller waits, but the environment takes no other call meanwhile
_KEPT_S = 0.5  # what is kept of an invocation's time, so that it never ends by its timeout
_ENDING_S = 0.4  # Lambda gives a runtime with an internal extension 500 ms after SIGTERM

type Work = Callable[[float], object]
"""What is left to do after an answer, within so many seconds. It must not raise."""

type Answer = dict[str, Any]
type Answering = Callable[[str, Callable[[], Answer]], Answer]
"""Returns what the runtime is to send for an invocation, given its request id and what makes its answer."""


def is_on_lambda() -> bool:
    """Whether this process is a Lambda function's, or one of the runtime emulator."""
    return _ADDRESS in os.environ


class NoExtensions(Exception):
    """The Extensions API refused, or isn't there."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation, as an extension is told of it; ``deadline`` is in seconds since 1970."""

    request_id: str
    deadline: float


class ExtensionsApi:
    """The part of Lambda's Extensions API that an internal extension has.

    Parameters
    ----------
    address : str
        Host and port, from ``AWS_LAMBDA_RUNTIME_API``.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection = HTTPConnection(address)
        self._headers: dict[str, str] = {}

    def register(self, name: str) -> None:
        """Register for invocations, which is possible only while the function's module is loaded.

        Raises
        ------
        NoExtensions
            Lambda does not register it.
        """
        connection = HTTPConnection(self._address, timeout=_REGISTER_S)
        try:
            connection.request("POST", f"{_API}/register", b'{"events":["INVOKE"]}', {"Lambda-Extension-Name": name})
            answer = connection.getresponse()
            said, identifier = answer.read(), answer.getheader("Lambda-Extension-Identifier")
        except (OSError, HTTPException) as failure:
            raise NoExtensions(type(failure).__name__) from failure
        finally:
            connection.close()
        if identifier is None:
            raise NoExtensions(f"{answer.status} {said[:200].decode(errors='replace')}")
        self._headers = {"Lambda-Extension-Identifier": identifier}

    def next(self) -> Invocation:
        """Say that all is done, and wait for the next invocation, however long and frozen meanwhile."""
        self._connection.request("GET", f"{_API}/event/next", headers=self._headers)
        event = orjson.loads(self._connection.getresponse().read())
        return Invocation(event["requestId"], event["deadlineMs"] / 1000)


class Handover:
    """Tells the extension's thread that the runtime has sent an answer.

    The runtime lets go of an answer when it has sent it: then, and not when the handler returns, is it the turn of
    work that would take the processor away from it.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._sent = ""

    def answer(self, request_id: str, make: Callable[[], Answer]) -> Answer:
        """Return an answer that tells when it is let go of; an invocation that fails counts as answered at once."""
        try:
            return _Answer(make(), partial(self._tell, request_id))
        except BaseException:
            self._tell(request_id)
            raise

    def wait(self, request_id: str, within_s: float) -> bool:
        """Wait until an invocation's answer was sent; there is one invocation at a time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._sent == request_id, max(0.0, within_s))

    def _tell(self, request_id: str) -> None:
        with self._changed:
            self._sent = request_id
            self._changed.notify_all()


class _Answer(dict[str, Any]):
    def __init__(self, answer: Answer, on_sent: Callable[[], None]) -> None:
        super().__init__(answer)
        self._on_sent = on_sent

    def __del__(self) -> None:
        self._on_sent()


def work_after_answers(work: Work, end: Work) -> Answering:
    """Have work done after every answer; return what makes the answers.

    Parameters
    ----------
    work : callable
        Done after every answer.
    end : callable
        Done when the environment ends, where there is time for it.

    Raises
    ------
    NoExtensions
        Lambda, or what stands in for it, does not register the extension.
    """
    api, handover = ExtensionsApi(os.environ[_ADDRESS]), Handover()
    api.register(NAME)
    Thread(target=_run, args=(api, handover, work), name="after-answer", daemon=True).start()
    _at_the_end(end)
    return handover.answer


def work_before_answers(work: Work, within_s: float) -> Answering:
    """Return what makes the answers where there is no extension: callers wait for the work."""

    def answer(request_id: str, make: Callable[[], Answer]) -> Answer:
        del request_id
        made = make()
        work(within_s)
        return made

    return answer


def answer_alone(request_id: str, make: Callable[[], Answer]) -> Answer:
    """Return an answer that no work comes after."""
    del request_id
    return make()


def _run(api: ExtensionsApi, handover: Handover, work: Work) -> None:
    """Work after every answer. An extension that stopped asking would have every invocation end by its timeout."""
    try:
        _work(api, handover, work)
    except BaseException as fault:  # noqa: BLE001 - whatever it is, Lambda begins anew with another process
        sys.stderr.write(f"{NAME} ended by {type(fault).__name__}\n")
        sys.stderr.flush()
        os._exit(1)


def _work(api: ExtensionsApi, handover: Handover, work: Work) -> None:
    while True:
        invocation = api.next()
        handover.wait(invocation.request_id, _left_s(invocation))
        work(min(_LONGEST_WORK_S, max(0.0, _left_s(invocation))))


def _left_s(invocation: Invocation) -> float:
    return invocation.deadline - _KEPT_S - time.time()


def _at_the_end(end: Work) -> None:
    """Have work done at SIGTERM, which Lambda sends to the runtime where an extension is registered.

    While the runtime waits for an invocation, the main thread is not Python's, and runs no signal handlers. The byte
    that Python writes for a signal, whichever thread that meets, is read by another.
    """
    read, written = socket.socketpair()
    written.setblocking(False)
    signal.set_wakeup_fd(written.detach())
    signal.signal(signal.SIGTERM, lambda *_: None)
    Thread(target=_end, args=(read, end), name="ending", daemon=True).start()


def _end(signals: socket.socket, end: Work) -> None:
    while signal.SIGTERM not in signals.recv(16):
        pass
    end(_ENDING_S)
    os._exit(0)  # threads that wait for Lambda can't be ended otherwise
