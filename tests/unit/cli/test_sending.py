"""Sending events to an API that fails in every way it can: a real server on a real socket, with a script."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.cli.collection_api import CollectionApi, Credentials, Refused
from augury.cli.persistence import GaveUp, Persistence, TryAgain
from augury.cli.sending import Prepared, Sender, SendReport, batches, prepare
from augury.errors import AuguryError
from augury.formats import Row
from augury.names import ClientName

type Script = Callable[[list[dict[str, Any]]], tuple[int, dict[str, Any], dict[str, str]]]


def accept_all(events: list[dict[str, Any]]) -> tuple[int, dict[str, Any], dict[str, str]]:
    return 200, {"accepted": len(events), "rejected": []}, {}


def answer(status: int, content: dict[str, Any], **headers: str) -> Script:
    return lambda events: (status, content, {name.replace("_", "-"): value for name, value in headers.items()})


def break_off(events: list[dict[str, Any]]) -> tuple[int, dict[str, Any], dict[str, str]]:
    raise ConnectionAbortedError


class FaultyApi:
    """Answers ``POST /events`` by a script, one step a request, and then accepts all."""

    def __init__(self, owner: str = "acme") -> None:
        self.script: list[Script] = []
        self.token_script: list[Script] = []
        self.received: list[list[dict[str, Any]]] = []
        self.tokens: list[str] = []
        self.presented: list[str] = []
        self.owner = owner
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status, content, headers = api.answer(
                        self.path, {k.lower(): v for k, v in self.headers.items()}, body
                    )
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
                text = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any], dict[str, str]]:
        if path == "/token":
            return self.token_script.pop(0)([]) if self.token_script else self._token(headers)
        self.presented.append(headers["authorization"])
        events = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        self.received.append(events)
        return (self.script.pop(0) if self.script else accept_all)(events)

    def _token(self, headers: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"key:sec%2Fret"
        claims = base64.urlsafe_b64encode(json.dumps({"sub": self.owner, "n": len(self.tokens)}).encode()).decode()
        self.tokens.append(f"h.{claims.rstrip('=')}.s")
        return 200, {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 900}, {}


@pytest.fixture
def server() -> Iterator[FaultyApi]:
    api = FaultyApi()
    thread = threading.Thread(target=api.server.serve_forever, args=(0.01,))
    thread.start()
    yield api
    api.server.shutdown()
    thread.join()
    api.server.server_close()


class Stepped:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Stepped:
    return Stepped()


def make_api(server: FaultyApi, clock: Stepped, tries: int = 4) -> CollectionApi:
    credentials = Credentials("key", "sec/ret")
    persistence = Persistence(tries=tries, sleep=clock.sleep)
    return CollectionApi(server.url, ClientName("acme"), credentials, persistence, clock=lambda: clock.now)


def rows(*values: Any) -> Iterator[Row]:
    return (Row(number, value, json.dumps(value).encode()) for number, value in enumerate(values, start=1))


def send(
    server: FaultyApi, clock: Stepped, *values: Any, batch: int = 2, kept: list[bytes] | None = None
) -> SendReport:
    keep = None if kept is None else kept.append
    return Sender(make_api(server, clock), batch, lambda report: None, keep).send(rows(*values))


UNAVAILABLE = answer(503, {"error_id": 130, "error_msg": "A service fails"}, Retry_After="7")
THROTTLED = answer(429, {"message": "Too Many Requests"})
BAD_GATEWAY = answer(502, {})


@pytest.mark.parametrize("fault", [UNAVAILABLE, THROTTLED, BAD_GATEWAY, break_off], ids=["503", "429", "502", "reset"])
def test_a_failed_try_is_repeated_with_the_same_ids(server: FaultyApi, clock: Stepped, fault: Script) -> None:
    server.script = [fault, fault]
    report = send(server, clock, {"n": 1}, {"n": 2, "event_id": "order-2026-000017"})
    assert (report.accepted, report.retries, report.complete) == (2, 2, True)
    assert server.received[0] == server.received[1] == server.received[2]
    assert server.received[0][1] == {"n": 2, "event_id": "order-2026-000017"}
    assert len(server.received[0][0]["event_id"]) == 36


def test_pauses_grow_have_jitter_and_obey_the_server(server: FaultyApi, clock: Stepped) -> None:
    server.script = [THROTTLED, THROTTLED, UNAVAILABLE]
    send(server, clock, {"n": 1})
    first, second, third = clock.pauses
    assert 0.25 <= first <= 0.5 <= second <= 1.0
    assert third == 7.0


def test_rejections_are_told_by_line_and_the_others_are_kept(server: FaultyApi, clock: Stepped) -> None:
    rejection = {"index": 1, "error_id": 106, "error_msg": "A field name is reserved", "details": []}
    server.script = [accept_all, answer(200, {"accepted": 1, "rejected": [rejection]})]
    kept: list[bytes] = []
    report = send(server, clock, {"n": 1}, [2], {"n": 3}, {"n": 4}, {"n": 5, "_event_id": "x"}, kept=kept)
    assert (report.accepted, report.rejected) == (3, 2)
    assert [(entry["line"], entry["error_id"]) for entry in report.rejections] == [(2, 100), (5, 106)]
    assert [json.loads(line).get("n") if line[:1] == b"{" else line for line in kept] == [b"[2]", 5]
    assert not report.complete


def test_a_batch_of_which_nothing_was_good_names_each_reason(server: FaultyApi, clock: Stepped) -> None:
    details = [{"loc": [0], "msg": "first reason"}, {"loc": [1], "msg": "second reason"}]
    server.script = [answer(400, {"error_id": 114, "error_msg": "None", "details": details})]
    report = send(server, clock, {"n": 1}, {"n": 2}, {"n": 3})
    assert report.accepted == 1
    assert [entry["error_msg"] for entry in report.rejections] == ["first reason", "second reason"]


def test_a_request_that_is_refused_whole_rejects_its_events_only(server: FaultyApi, clock: Stepped) -> None:
    server.script = [answer(413, {"error_id": 108, "error_msg": "The request body is too large"})]
    report = send(server, clock, {"n": 1}, {"n": 2}, {"n": 3})
    assert (report.accepted, report.rejected) == (1, 2)


def test_an_expired_token_is_renewed_once_and_the_batch_is_not_lost(server: FaultyApi, clock: Stepped) -> None:
    expired = answer(401, {"error_id": 8, "error_msg": "Token expired"})
    server.script = [expired]
    assert send(server, clock, {"n": 1}).accepted == 1
    assert len(server.tokens) == 2
    server.script = [expired, expired]
    with pytest.raises(Refused, match="401: Token expired"):
        send(server, clock, {"n": 1})


def test_a_token_is_used_until_shortly_before_it_expires(server: FaultyApi, clock: Stepped) -> None:
    api = make_api(server, clock)
    for now in (0, 839, 841, 842):
        clock.now = now
        api.send([b"{}"])
    assert server.presented == [f"Bearer {server.tokens[number]}" for number in (0, 0, 1, 1)]


def test_a_failing_token_endpoint_is_tried_again_and_a_refusal_is_final(server: FaultyApi, clock: Stepped) -> None:
    server.token_script = [answer(503, {"error_msg": "down"})]
    assert send(server, clock, {"n": 1}).complete
    server.token_script = [answer(401, {"error": "invalid_client", "error_description": "Unknown client"})]
    with pytest.raises(Refused, match="POST /token answered 401: Unknown client"):
        send(server, clock, {"n": 1})


def test_credentials_of_another_client_send_nothing(server: FaultyApi, clock: Stepped) -> None:
    server.owner = "other"
    with pytest.raises(Refused, match="is of client 'other', and not of 'acme'"):
        send(server, clock, {"n": 1})
    assert not server.received


def test_what_can_not_be_delivered_is_said_with_its_line(server: FaultyApi, clock: Stepped) -> None:
    server.script = [accept_all, *[UNAVAILABLE] * 4]
    report = send(server, clock, *({"n": n} for n in range(10)))
    assert (report.accepted, report.undelivered, report.first_undelivered) == (2, 2, 3)
    assert "503: A service fails" in report.reason
    assert not report.complete


def test_with_a_file_for_them_all_undelivered_events_are_kept_with_their_ids(server: FaultyApi, clock: Stepped) -> None:
    server.script = [accept_all, *[break_off] * 4]
    kept: list[bytes] = []
    report = send(server, clock, *({"n": n} for n in range(10)), kept=kept)
    events = [json.loads(line) for line in kept]
    assert (report.accepted, report.undelivered) == (2, 8)
    assert [event["n"] for event in events] == list(range(2, 10))
    assert [event["event_id"] for event in events[:2]] == [event["event_id"] for event in server.received[1]]


def test_nobody_listening_is_given_up_after_the_last_try(clock: Stepped) -> None:
    closed = FaultyApi()
    closed.server.server_close()
    report = send(closed, clock, {"n": 1})
    assert report.first_undelivered == 1
    assert len(clock.pauses) == 3


def test_an_id_that_can_not_serve_moves_aside() -> None:
    sent = json.loads(prepare(Row(1, {"event_id": 17, "n": 1})))
    assert (list(sent), sent["client_event_id"]) == (["client_event_id", "n", "event_id"], 17)
    with pytest.raises(AuguryError, match="client_event_id is taken"):
        prepare(Row(1, {"event_id": "short", "client_event_id": 1}))


@given(st.lists(st.integers(1, 50)), st.integers(1, 5), st.integers(1, 120))
def test_batches_hold_every_event_in_order_within_both_limits(sizes: list[int], most: int, most_bytes: int) -> None:
    events = [Prepared(number, b"x" * size) for number, size in enumerate(sizes)]
    made = list(batches(events, most, most_bytes))
    assert [event for batch in made for event in batch] == events
    assert all(len(batch) <= most for batch in made)
    assert all(len(b) == 1 or sum(len(event.line) + 1 for event in b) <= most_bytes for b in made)


def test_every_try_is_counted_and_the_last_reason_is_told() -> None:
    persistence = Persistence(tries=3, sleep=lambda seconds: None)
    reasons = iter(["one", "two", "three"])

    def attempt() -> None:
        raise TryAgain(next(reasons))

    with pytest.raises(GaveUp, match="three"):
        persistence.call(attempt)
    assert persistence.retries == 2


def test_a_secret_is_not_shown_with_its_key() -> None:
    assert "sec/ret" not in repr(Credentials("key", "sec/ret"))
