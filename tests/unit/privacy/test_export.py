"""Handing out a client's data."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from augury.aws import AwsUnavailable, NotFound, ObjectStore
from augury.lake import (
    client_day,
    client_events,
    client_models,
    failed_events_hour,
    raw_feedback_hour,
    raw_predictions_hour,
)
from augury.names import ClientName
from augury.privacy import Scope, export, plan_export

ACME, OTHER, DAY = ClientName("acme"), ClientName("other"), date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
PREDICTIONS = raw_predictions_hour(NINE) + "p-1.gz"


@pytest.fixture
def lake(store: ObjectStore) -> ObjectStore:
    store.put(client_day(ACME, DAY) + "augury-1.json.gz", gzip.compress(b'{"n":1}\n'))
    store.put(client_day(ACME, date(2026, 11, 24)) + "history.csv", b"n\n1\n")
    store.put(client_day(OTHER, DAY) + "augury-2.json.gz", gzip.compress(b'{"n":2}\n'))
    store.put(client_models(ACME) + "iris/1/manifest.json", b"{}")
    store.put(PREDICTIONS, gzip.compress(b'{"client":"acme","puid":"1"}\n{"client":"other"}\n'))
    store.put(raw_feedback_hour(NINE) + "f-1.gz", gzip.compress(b'{"client":"acme","puid":"1"}\n{"client":"other"}\n'))
    store.put(raw_predictions_hour(NINE) + "p-2.gz", gzip.compress(b'{"client":"other"}\n'))
    store.put(failed_events_hour(NINE) + "r-1.gz", gzip.compress(b'{"client":"acme","text":"x"}\n{"client":"other"}\n'))
    return store


def files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_all_of_a_clients_data_is_handed_out_and_nothing_of_another(lake: ObjectStore, tmp_path: Path) -> None:
    out = tmp_path / "acme"
    count = export(lake, plan_export(lake, ACME), out, {"registry.json": [{"sk": "DEFAULT"}]})
    found = files(out)
    contents = json.loads(found.pop("export.json"))
    assert sorted(found) == sorted(one["path"] for one in contents["files"])
    assert (count, contents["client"]) == (len(found), "acme")
    assert {name: gzip.decompress(body) if name.endswith(".gz") else body for name, body in found.items()} == {
        "events/2026/11/23/augury-1.json.gz": b'{"n":1}\n',
        "events/2026/11/24/history.csv": b"n\n1\n",
        "feedback/2026/11/23/09/f-1.ndjson.gz": b'{"client":"acme","puid":"1"}\n',
        "models/iris/1/manifest.json": b"{}",
        "predictions/2026/11/23/09/p-1.ndjson.gz": b'{"client":"acme","puid":"1"}\n',
        "refused/2026/11/23/09/r-1.ndjson.gz": b'{"client":"acme","text":"x"}\n',
        "registry.json": b'[\n  {\n    "sk": "DEFAULT"\n  }\n]\n',
    }


def test_only_the_days_of_a_range_are_handed_out(lake: ObjectStore, tmp_path: Path) -> None:
    export(lake, plan_export(lake, ACME, Scope(date(2026, 11, 24), date(2026, 11, 25))), tmp_path, {})
    assert sorted(files(tmp_path)) == ["events/2026/11/24/history.csv", "export.json", "models/iris/1/manifest.json"]


def test_an_export_that_broke_off_goes_on_where_it_was(
    lake: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    opening = ObjectStore.open

    def open_but_the_third(self: ObjectStore, key: str) -> object:
        opened.append(key)
        if len(opened) == 3:
            raise AwsUnavailable("broke off")
        return opening(self, key)

    monkeypatch.setattr(ObjectStore, "open", open_but_the_third)
    plan = plan_export(lake, ACME)
    with pytest.raises(AwsUnavailable):
        export(lake, plan, tmp_path, {})
    assert len(files(tmp_path)) == 2
    assert export(lake, plan, tmp_path, {}) == 6
    assert sorted(set(opened)) == sorted(one.summary.key for one in plan.objects)
    assert len(opened) == len(plan.objects) + 1


def test_what_the_split_replaces_meanwhile_is_there_once(
    lake: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opening = client_day(ACME, DAY), ObjectStore.open
    lake.put(folder + "augury-3.json.gz", gzip.compress(b'{"n":3}\n'))

    def replace_then_open(self: ObjectStore, key: str) -> object:
        if key.endswith("augury-3.json.gz"):
            self.put(folder + "augury-all.json.gz", gzip.compress(b'{"n":1}\n{"n":3}\n'))
            self.delete([folder + "augury-1.json.gz", key])
        return opening(self, key)

    monkeypatch.setattr(ObjectStore, "open", replace_then_open)
    export(lake, plan_export(lake, ACME), tmp_path, {})
    listed = {one["path"] for one in json.loads((tmp_path / "export.json").read_bytes())["files"]}
    assert {name for name in files(tmp_path) if "augury-" in name} == {"events/2026/11/23/augury-all.json.gz"} & listed


def test_a_repeat_removes_what_was_replaced_since_but_nothing_of_other_days(lake: ObjectStore, tmp_path: Path) -> None:
    export(lake, plan_export(lake, ACME), tmp_path, {})
    lake.put(client_day(ACME, date(2026, 11, 24)) + "augury-4.json.gz", gzip.compress(b'{"n":4}\n'))
    export(lake, plan_export(lake, ACME), tmp_path, {})
    lake.delete([summary.key for summary in lake.list(client_events(ACME)) if "augury-" in summary.key])
    export(lake, plan_export(lake, ACME, Scope(DAY, DAY)), tmp_path, {})
    assert sorted(name for name in files(tmp_path) if name.startswith("events/")) == [
        "events/2026/11/24/augury-4.json.gz",
        "events/2026/11/24/history.csv",
    ]


def test_an_export_of_what_never_holds_still_says_so(
    lake: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: ObjectStore, key: str) -> object:
        raise NotFound(key)

    monkeypatch.setattr(ObjectStore, "open", gone)
    with pytest.raises(AwsUnavailable, match="replaced faster than they are fetched"):
        export(lake, plan_export(lake, ACME), tmp_path, {})
    assert not (tmp_path / "export.json").exists()


def test_the_directory_of_another_client_is_left_alone(lake: ObjectStore, tmp_path: Path) -> None:
    export(lake, plan_export(lake, OTHER), tmp_path, {})
    before = files(tmp_path)
    with pytest.raises(ValueError, match="holds the export of another client"):
        export(lake, plan_export(lake, ACME), tmp_path, {})
    assert files(tmp_path) == before


def test_no_name_of_an_object_leads_out_of_the_directory(lake: ObjectStore, tmp_path: Path) -> None:
    lake.put(client_events(ACME) + "../../../evil.json", b"{}")
    with pytest.raises(ValueError, match="rename it first"):
        export(lake, plan_export(lake, ACME), tmp_path / "out", {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
