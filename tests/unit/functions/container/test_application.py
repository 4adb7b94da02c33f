"""The ASGI application, driven as a server would."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from augury.errors import AuguryError, Kind
from augury.waiting import before_waiting, no_waiting
from functions.container import application
from functions.container.application import Application
from functions.container.patient_threads import AT_ONCE_BYTES, PatientThreads
from functions.exchange import Answer, Request


def scope(path: str = "/predict", **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


class Exchange:
    """One request, as a server hands it on, and what came back."""

    def __init__(self, *parts: bytes, path: str = "/predict", **headers: str) -> None:
        self.scope = scope(path, **headers)
        self.events = [{"type": "http.request", "body": part, "more_body": True} for part in parts[:-1]]
        self.events.append({"type": "http.request", "body": parts[-1] if parts else b"", "more_body": False})
        self.taken = 0
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> Any:
        if self.taken == len(self.events):
            await asyncio.Event().wait()
        self.taken += 1
        return self.events[self.taken - 1]

    async def send(self, event: dict[str, Any]) -> None:
        self.sent.append(event)

    async def asked_of(self, app: Application) -> Exchange:
        await app(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(event["body"] for event in self.sent[1:])


def run[T](work: Coroutine[Any, Any, T]) -> T:
    with no_waiting():
        return asyncio.run(work)


def threads() -> PatientThreads:
    return PatientThreads(threads=4, per_caller=2, most_waiting=16)


def thread_name(_: Request) -> Answer:
    return Answer(200, threading.current_thread().name.encode())


def thread_name_after_waiting(request: Request) -> Answer:
    before_waiting()
    return thread_name(request)


def test_an_answer_is_made_on_the_event_loop_unless_it_must_wait() -> None:
    at_once = run(Exchange(b"{}").asked_of(Application(thread_name, threads())))
    later = run(Exchange(b"{}").asked_of(Application(thread_name_after_waiting, threads())))
    assert at_once.body == b"MainThread"
    assert later.body.startswith(b"patient")


def test_what_is_large_is_answered_on_a_thread_of_its_own() -> None:
    large = run(Exchange(b" " * (AT_ONCE_BYTES + 1)).asked_of(Application(thread_name, threads())))
    assert large.body.startswith(b"patient")


def test_those_who_wait_hold_up_nobody() -> None:
    is_over = threading.Event()

    def respond(request: Request) -> Answer:
        if request.path == "/slow":
            before_waiting()
            is_over.wait(20)
        return thread_name(request)

    async def scenario() -> tuple[list[Exchange], list[Exchange]]:
        app = Application(respond, threads())
        slow = [asyncio.create_task(Exchange(path="/slow", authorization="a").asked_of(app)) for _ in range(4)]
        await asyncio.sleep(0)
        quick = [await Exchange(authorization="a").asked_of(app) for _ in range(10)]
        assert not any(one.done() for one in slow)
        is_over.set()
        return await asyncio.gather(*slow), quick

    slow, quick = run(scenario())
    assert {one.status for one in (*slow, *quick)} == {200}


def test_one_callers_calls_leave_threads_to_the_others() -> None:
    is_over = threading.Event()
    begun = threading.Semaphore(0)

    def respond(request: Request) -> Answer:
        before_waiting()
        if request.headers["authorization"] == "greedy":
            begun.release()
            is_over.wait(20)
        return Answer(200)

    async def scenario() -> int:
        app = Application(respond, threads())
        greedy = [asyncio.create_task(Exchange(authorization="greedy").asked_of(app)) for _ in range(6)]
        other = await Exchange(authorization="other").asked_of(app)
        is_over.set()
        await asyncio.gather(*greedy)
        return other.status

    assert run(scenario()) == 200


def test_too_many_that_wait_are_told_to_come_again() -> None:
    is_over = threading.Event()

    def respond(_: Request) -> Answer:
        before_waiting()
        is_over.wait(20)
        return Answer(200)

    async def scenario() -> tuple[list[int], Exchange]:
        app = Application(respond, threads())
        waiting = [asyncio.create_task(Exchange(authorization=f"{i}").asked_of(app)) for i in range(16)]
        await asyncio.sleep(0)
        refused = await Exchange().asked_of(app)
        is_over.set()
        return [one.status for one in await asyncio.gather(*waiting)], refused

    answered, refused = run(scenario())
    assert answered == [200] * 16
    assert refused.status == 503
    assert (b"Retry-After", b"1") in refused.sent[0]["headers"]


def test_one_caller_alone_can_not_have_the_others_turned_away() -> None:
    is_over = threading.Event()

    def respond(request: Request) -> Answer:
        before_waiting()
        if request.headers["authorization"] == "greedy":
            is_over.wait(20)
        return Answer(200)

    async def scenario() -> tuple[list[int], int]:
        app = Application(respond, PatientThreads(threads=4, per_caller=2, most_waiting=16))
        greedy = [asyncio.create_task(Exchange(authorization="greedy").asked_of(app)) for _ in range(20)]
        other = await Exchange(authorization="other").asked_of(app)
        is_over.set()
        return [one.status for one in await asyncio.gather(*greedy)], other.status

    of_greedy, of_other = run(scenario())
    assert of_other == 200
    assert (of_greedy.count(200), of_greedy.count(503)) == (4, 16)


def test_calls_that_were_given_up_keep_their_turns_until_they_return() -> None:
    is_over, begun = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        begun.release()
        is_over.wait(20)

    async def given_up(one: asyncio.Task[None]) -> None:
        one.cancel()
        await asyncio.gather(one, return_exceptions=True)

    async def scenario() -> None:
        ours = PatientThreads(threads=3, per_caller=2, most_waiting=16)
        for _ in range(2):
            one = asyncio.create_task(ours.run("greedy", hang))
            await asyncio.to_thread(begun.acquire)
            await given_up(one)
        waiting = asyncio.create_task(ours.run("greedy", hang))
        await asyncio.sleep(0)
        await asyncio.wait_for(ours.run("other", lambda: None), 10)
        await given_up(waiting)
        assert not begun.acquire(blocking=False)
        is_over.set()
        await ours.run("greedy", lambda: None)

    run(scenario())
    assert not begun.acquire(blocking=False)


def test_a_body_in_parts_is_put_together() -> None:
    def echo(request: Request) -> Answer:
        return Answer(200, request.body)

    assert run(Exchange(b"a", b"", b"b", b"c").asked_of(Application(echo, threads()))).body == b"abc"


def test_a_body_that_grows_too_large_is_refused_where_it_does() -> None:
    exchange = Exchange(b"12345", b"67890", b"x", b"never read")
    run(exchange.asked_of(Application(thread_name, threads(), most_bytes=8)))
    assert (exchange.status, json.loads(exchange.body)["error_id"]) == (413, 108)
    assert (b"connection", b"close") in exchange.sent[0]["headers"]
    assert exchange.sent[1]["more_body"], "the answer is out before the rest is dropped"


@pytest.mark.parametrize("announced", ["9", "9" * 40])
def test_a_body_that_is_announced_too_large_is_not_read(announced: str) -> None:
    exchange = Exchange(b"123456789", content_length=announced)
    run(exchange.asked_of(Application(thread_name, threads(), most_bytes=8)))
    assert exchange.status == 413


def test_a_caller_that_hangs_up_is_not_answered() -> None:
    exchange = Exchange(b"a", b"b")
    exchange.events[1] = {"type": "http.disconnect"}
    run(exchange.asked_of(Application(thread_name, threads())))
    assert exchange.sent == []


def test_a_caller_that_sends_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BODY_S", 0.01)
    monkeypatch.setattr(application, "_DISCARD_S", 0.01)
    exchange = Exchange(b"a", b"b")
    exchange.events.pop()
    run(exchange.asked_of(Application(thread_name, threads())))
    assert exchange.status == 408


def test_repeated_headers_are_one_as_at_api_gateway() -> None:
    exchange = Exchange()
    exchange.scope["headers"] = [(b"x", b"1"), (b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")]

    def echo(request: Request) -> Answer:
        return Answer(200, request.headers["authorization"].encode())

    assert run(exchange.asked_of(Application(echo, threads()))).body == b"Bearer a,Bearer b"


def test_an_error_is_raised_to_who_runs_a_call() -> None:
    def fail() -> None:
        raise AuguryError(Kind.UNAVAILABLE)

    with pytest.raises(AuguryError):
        run(threads().run("a", fail))
