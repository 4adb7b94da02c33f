"""When a key was last used."""

from __future__ import annotations

import pytest

from augury.aws import AwsUnavailable, Table
from augury.clients import Authenticator, LastUsed, NewClient, Presented, TokenEndpoint
from augury.clients.last_used import RESOLUTION_S
from augury.errors import Kind
from tests.unit.clients.conftest import EVENTS, JS_EVENT, Clock, bearer, refusal, token


def test_a_use_is_written_once_an_hour_by_all_processes_together(table: Table, clock: Clock) -> None:
    one, another = LastUsed(table, clock), LastUsed(table, clock)
    first = int(clock.now_s)
    one.mark("key")
    clock.now_s += RESOLUTION_S - 1
    for process in (one, another):
        process.mark("key")
    assert one.of("key") == first
    clock.now_s += 1
    one.mark("key")
    assert another.of("key") == first + RESOLUTION_S


def test_a_process_asks_the_table_once_an_hour(table: Table, clock: Clock) -> None:
    used = LastUsed(table, clock)
    used.mark("key")
    table.name = "missing"
    clock.now_s += RESOLUTION_S - 1
    used.mark("key")
    with pytest.raises(AwsUnavailable):
        used.of("key")


def test_a_failing_table_fails_no_request(
    table: Table, clock: Clock, authenticator: Authenticator, acme: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AwsUnavailable("throttled")

    monkeypatch.setattr(table, "put_if_older", broken)
    assert authenticator.authenticate(Presented(consumer_key=acme.js_key), JS_EVENT).client == "acme"
    assert LastUsed(table, clock).of(acme.js_key) is None


def test_a_token_request_and_a_call_are_uses_and_a_refusal_is_none(
    table: Table, clock: Clock, authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient
) -> None:
    used = LastUsed(table, clock)
    assert refusal(authenticator, Presented(consumer_key=acme.consumer_key), JS_EVENT) is Kind.KEY_UNKNOWN
    assert (used.of(acme.js_key), used.of(acme.consumer_key)) == (None, None)
    text = token(endpoint, acme.consumer_key, acme.consumer_secret)
    assert used.of(acme.consumer_key) == clock.now_s
    clock.now_s += 60
    authenticator.authenticate(Presented(consumer_key=acme.js_key), JS_EVENT)
    authenticator.authenticate(bearer(text), EVENTS)
    assert (used.of(acme.js_key), used.of(acme.consumer_key)) == (clock.now_s, clock.now_s - 60)
