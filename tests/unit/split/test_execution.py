"""Splitting one raw object."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.aws import NotFound, ObjectStore
from augury.lake import CutShort
from augury.split import split_object

SOURCE = "logs/events.2026/11/23/23/augury-events-1-2026-11-23-23-59-00-abc.gz"


def event(client: str, day: str = "2026-11-23", **fields: object) -> bytes:
    return json.dumps({**fields, "client": client, "_received_at": f"{day}T23:59:59.999Z"}).encode()


def put(store: ObjectStore, lines: list[bytes], source: str = SOURCE) -> None:
    store.put(source, gzip.compress(b"".join(line + b"\n" for line in lines)))


def contents(store: ObjectStore, prefix: str) -> dict[str, bytes]:
    return {summary.key: store.get(summary.key) for summary in store.list(prefix)}


def lines_by_folder(store: ObjectStore) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for key, body in contents(store, "clients/").items():
        found[key.rpartition("/")[0]] += gzip.decompress(body).splitlines()
    return dict(found)


def test_each_line_goes_to_its_client_and_day_unchanged(store: ObjectStore) -> None:
    lines = [event("acme", n=1), event("other", n=2), event("acme", day="2026-11-24", n=3), event("acme", n=4)]
    put(store, lines)
    summary = split_object(store, SOURCE)

    assert lines_by_folder(store) == {
        "clients/acme/events/2026/11/23": [lines[0], lines[3]],
        "clients/acme/events/2026/11/24": [lines[2]],
        "clients/other/events/2026/11/23": [lines[1]],
    }
    assert (summary.split, summary.failed, summary.total) == ({"acme": 3, "other": 1}, 0, 4)


def test_bad_lines_are_kept_with_their_place_and_reason(store: ObjectStore) -> None:
    put(store, [event("acme"), b"not json \xff", event("..")])
    summary = split_object(store, SOURCE)

    ((key, body),) = contents(store, "failed/split/").items()
    failures = [json.loads(line) for line in gzip.decompress(body).splitlines()]
    assert key.startswith("failed/split/logs/events.2026/11/23/23/")
    assert [(f["source"], f["line"], f["reason"]) for f in failures] == [
        (SOURCE, 2, "not JSON"),
        (SOURCE, 3, "client is no valid name"),
    ]
    assert failures[0]["text"] == "not json \\xff"
    assert (summary.failed, summary.total) == (2, 3)


def test_splitting_again_writes_the_same_bytes_to_the_same_keys(store: ObjectStore) -> None:
    put(store, [event("acme"), event("other"), b"bad"])
    split_object(store, SOURCE)
    before = contents(store, "")
    split_object(store, SOURCE)
    assert contents(store, "") == before


def test_two_sources_never_share_a_key(store: ObjectStore) -> None:
    for name in ("a", "b"):
        put(store, [event("acme", source=name)], f"logs/events.2026/11/23/23/{name}.gz")
        split_object(store, f"logs/events.2026/11/23/23/{name}.gz")
    assert len(contents(store, "clients/acme/")) == 2


def test_a_truncated_object_writes_nothing(store: ObjectStore) -> None:
    store.put(SOURCE, gzip.compress(event("acme") * 1_000)[:-5])
    with pytest.raises(CutShort):
        split_object(store, SOURCE)
    assert not contents(store, "clients/")


def test_a_missing_object_is_an_error(store: ObjectStore) -> None:
    with pytest.raises(NotFound):
        split_object(store, SOURCE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["acme", "acme-2", "other", "..", ""]) | st.none(), max_size=30))
def test_every_line_ends_in_exactly_one_place(store: ObjectStore, owners: list[str | None]) -> None:
    for summary in list(store.list("clients/")) + list(store.list("failed/")):
        store._client.delete_object(Bucket=store.bucket, Key=summary.key)
    lines = [b"broken" if owner is None else event(owner, n=n) for n, owner in enumerate(owners)]
    put(store, lines)
    split_object(store, SOURCE)

    split = [line for found in lines_by_folder(store).values() for line in found]
    failed = [
        json.loads(line)["text"].encode()
        for body in contents(store, "failed/").values()
        for line in gzip.decompress(body).splitlines()
    ]
    assert sorted(split + failed) == sorted(lines)
    for folder, found in lines_by_folder(store).items():
        assert {json.loads(line)["client"] for line in found} == {folder.split("/")[1]}
