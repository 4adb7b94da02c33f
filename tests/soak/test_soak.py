"""The short soak, and that it fails where one of the things that it is about is missing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from augury.aws import DeliveryStream, PutOutcome
from augury.errors import AuguryError, Kind
from augury.frames import reading
from augury.ingest import Sink
from augury.lake import client_day
from augury.local.faults import FirehoseFault
from augury.names import ClientName
from augury.split import execution
from tests.soak.mail import MailFault
from tests.soak.network import CallFault
from tests.soak.run import FOREIGN_LINES, Report, Soak
from tests.soak.scenario import SHORT, STREAM_DOWN, TINY, Scenario


def soak(scenario: Scenario = TINY) -> Report:
    return Soak(scenario).run()


@pytest.fixture(scope="module")
def short() -> Report:
    return soak(SHORT)


def test_whatever_goes_wrong_every_event_is_where_its_client_was_told_it_is(short: Report) -> None:
    events, lines = short.ledger.events, short.findings.lines

    assert short.findings.differences == []
    assert events["answered 200"] + events["refused"] == events["sent"] >= SHORT.events
    assert lines["failed/split"] == len(FOREIGN_LINES)
    assert lines["spill/events/"] > 10
    assert lines["conflicts"] > 5
    assert lines["duplicates"] > 100


def test_every_kind_of_fault_strikes_in_it(short: Report) -> None:
    never = {fault for kind in (CallFault, FirehoseFault, MailFault) for fault in kind if not short.faults[fault]}
    assert never <= {MailFault.DEAD}


def test_the_same_seed_sends_the_same_events() -> None:
    few = replace(TINY, events=300, lasting=TINY.lasting / 4)
    assert soak(few).ledger.sent == soak(few).ledger.sent


def test_it_fails_where_refused_entries_are_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    put_batch = DeliveryStream.put_batch

    def trusting_the_status(stream: DeliveryStream, records: Sequence[bytes]) -> PutOutcome:
        put_batch(stream, records)
        return PutOutcome(())

    monkeypatch.setattr(DeliveryStream, "put_batch", trusting_the_status)

    assert all_say(soak(), "answered with 200")


def test_a_stream_that_takes_nothing_is_noticed_by_no_client() -> None:
    report = soak(STREAM_DOWN)

    assert report.findings.differences == []
    assert report.ledger.requests["answered 503"] == 0
    assert report.findings.lines["spill/events/"] == report.ledger.events["answered 200"]


def test_it_fails_where_nothing_is_spilled(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_spill(sink: Sink, records: Sequence[bytes], received_at: datetime) -> None:
        raise AuguryError(Kind.UNAVAILABLE)

    monkeypatch.setattr(Sink, "_spill", no_spill)

    assert all_say(soak(STREAM_DOWN), "the bucket was there to spill to")


def test_it_fails_where_what_should_be_spilled_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sink, "_spill", lambda *_: None)

    assert all_say(soak(STREAM_DOWN), "answered with 200")


def test_it_fails_where_reading_keeps_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "distinct_events", list)

    assert all_say(soak(), "are read more than once")


def test_it_fails_where_one_id_is_taken_for_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reading, "distinct_events", lambda events: list({event["_event_id"]: event for event in events}.values())
    )

    assert all_say(soak(), "not every conflict")


def test_it_fails_where_a_notification_that_comes_twice_is_split_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_key_each_time(client: ClientName, day: date, source: str) -> str:
        return f"{client_day(client, day)}augury-{uuid.uuid4().hex}.json.gz"

    monkeypatch.setattr(execution, "split_output_key", other_key_each_time)

    assert all_say(soak(), "split or failed")


def test_it_fails_where_a_line_goes_to_another_clients_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        execution, "split_output_key", lambda client, day, source: f"{client_day(ClientName('client-00'), day)}a.gz"
    )

    assert any("holds an event of client-01" in difference for difference in soak().findings.differences)


def all_say(report: Report, reason: str) -> bool:
    """Tell whether there are differences, each for one reason."""
    return bool(report.findings.differences) and all(reason in text for text in report.findings.differences)
