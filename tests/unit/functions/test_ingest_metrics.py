"""What ingestion counts, as it stands in the log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from augury.errors import AuguryError, Kind
from augury.ingest import Batch, Outcome, Rejection
from augury.names import ClientName
from functions.ingest.metrics import IngestMetrics

REFUSED = Rejection(1, AuguryError(Kind.NOT_AN_OBJECT))


def logged(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    IngestMetrics("prod").count(outcome, "POST /events", ClientName("acme"), refusals_kept=1)
    (line,) = capsys.readouterr().out.splitlines()
    metrics: dict[str, Any] = json.loads(line)
    return metrics


def counts(metrics: dict[str, Any]) -> dict[str, float]:
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: metrics[metric["Name"]] for metric in directive["Metrics"]}


def test_stage_and_route_are_dimensions_and_the_client_is_a_property(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "augury-ingest")
    metrics = logged(Outcome(Batch([{}], single=True), [b"{}\n"]), capsys)
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Augury", [["stage", "route"]])
    assert (metrics["stage"], metrics["route"], metrics["client"]) == ("prod", "POST /events", "acme")


def test_each_fate_of_an_event_has_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    batch = Batch([{}, 7, {}], single=False)
    taken = logged(Outcome(batch, [b"{}\n{}\n"], [REFUSED], spilled=2), capsys)
    assert counts(taken) == {
        "EventsAccepted": 2,
        "EventsRefused": 1,
        "EventsSpilled": 2,
        "EventsNotDelivered": 0,
        "RefusalsKept": 1,
    }


def test_events_that_could_not_be_delivered_are_not_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    batch = Batch([{}, 7, {}], single=False)
    failed = Outcome(batch, [b"{}\n{}\n"], [REFUSED], error=AuguryError(Kind.UNAVAILABLE))
    counted = counts(logged(failed, capsys))
    assert (counted["EventsAccepted"], counted["EventsNotDelivered"], counted["EventsRefused"]) == (0, 2, 1)
