"""Whatever was seen: what came in is split, repeated, failed or missing, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from augury.analysis import Cell, Place, Sighting, Tally, reconcile, sighting
from augury.analysis.reconciliation import Tallies
from augury.analysis.spool import Spool
from augury.events import distinct_events, receipt_text

HOURS = st.integers(0, 2).map(lambda hour: datetime(2026, 11, 23, hour, tzinfo=UTC))
CELLS = st.builds(Cell, st.sampled_from(["acme", "other"]), HOURS)
DIGESTS = st.integers(0, 3).map(lambda n: bytes([n]) * 16)
SIGHTINGS = st.builds(Sighting, st.sampled_from(list(Place)), CELLS, st.sampled_from(["a", "b"]), DIGESTS, DIGESTS)
TIMESTAMPED = st.builds(
    lambda seen, second, ours: replace(seen, timestamp=bytes([second] * 8), may_be_ours=ours),
    SIGHTINGS,
    st.integers(0, 2),
    st.booleans(),
)
NOON_S = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp())
TIMESTAMPS = st.sampled_from([None, 5, NOON_S, NOON_S + 3])
SENT = st.tuples(st.sampled_from([1, 2]), st.sampled_from([0, 3, 86_400]), TIMESTAMPS)


def stored(n: int, after_s: int, timestamp: int | None) -> bytes:
    """Return a stored event with one id; without a timestamp it gets the server's."""
    at = datetime.fromtimestamp(NOON_S + after_s, UTC)
    stamp = NOON_S + after_s if timestamp is None else timestamp
    event = {"n": n, "client": "acme", "timestamp": stamp, "_event_id": "order-2026-000017"}
    return orjson.dumps({**event, "_received_at": receipt_text(at)})


def tallied(sightings: list[Sighting]) -> Tallies:
    tallies: Tallies = defaultdict(Tally)
    reconcile(sightings, tallies)
    return tallies


@settings(max_examples=20, deadline=None)
@given(st.lists(SIGHTINGS, max_size=25))
def test_a_spool_gives_back_what_it_was_given_with_each_event_in_one_group(sightings: list[Sighting]) -> None:
    with Spool() as spool:
        for seen in sightings:
            spool.add(seen)
        groups = list(spool.partitions())
    assert Counter(seen for group in groups for seen in group) == Counter(sightings)
    homes = {(number, seen.event) for number, group in enumerate(groups) for seen in group}
    assert len(homes) == len({seen.event for seen in sightings})


@given(st.lists(SENT, max_size=8))
def test_days_that_are_each_deduplicated_as_readers_do_it_add_up(sent: list[tuple[int, int, int | None]]) -> None:
    raw = [stored(*event) for event in sent]
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in raw:
        event = orjson.loads(line)
        days[event["_received_at"][:10]].append(event)
    split = [orjson.dumps(event) for day in days.values() for event in distinct_events(day)]
    hour = datetime(2026, 11, 23, tzinfo=UTC)
    tallies = tallied(
        [sighting(line, Place.LOGS, "in", hour) for line in raw]
        + [sighting(line, Place.SPLIT, "out", hour) for line in split]
    )
    assert all(tally.adds_up for tally in tallies.values())
    for lost in orjson.loads(b"[" + b",".join(raw) + b"]"):
        left = [line for line in split if orjson.loads(line)["n"] != lost["n"]]
        sightings = [sighting(line, Place.LOGS, "in", hour) for line in raw]
        found = tallied(sightings + [sighting(line, Place.SPLIT, "out", hour) for line in left])
        assert sum(tally.missing for tally in found.values()) == sum(
            orjson.loads(line)["n"] == lost["n"] for line in raw
        )


@given(st.integers(1, 4), st.integers(0, 5))
def test_lines_without_an_id_are_each_an_event(came_in: int, kept: int) -> None:
    hour = datetime(2026, 11, 23, 9, tzinfo=UTC)
    line = b'{"n":1,"client":"acme","_received_at":"2026-11-23T09:30:00Z"}'
    seen = [sighting(line, Place.LOGS, "in", hour)] * came_in + [sighting(line, Place.SPLIT, "out", hour)] * kept
    (tally,) = tallied(seen).values()
    assert (tally.split, tally.duplicates) == (min(came_in, kept), 0)
    assert (tally.missing, tally.extra) == (max(came_in - kept, 0), max(kept - came_in, 0))


@given(st.lists(TIMESTAMPED, max_size=25))
def test_every_line_that_came_in_is_counted_once(sightings: list[Sighting]) -> None:
    for cell, tally in tallied(sightings).items():
        here = [seen.place for seen in sightings if seen.cell == cell]
        assert tally.logs == here.count(Place.LOGS)
        assert tally.spill == here.count(Place.SPILL)
        assert tally.failed == here.count(Place.FAILED)
        accounted = tally.split + tally.duplicates + tally.failed + tally.missing
        assert tally.logs + tally.spill <= accounted
        if tally.adds_up:
            assert tally.logs + tally.spill == accounted


@given(st.lists(SIGHTINGS.filter(lambda seen: seen.place in (Place.LOGS, Place.SPILL)), max_size=25))
def test_a_faithful_split_adds_up_and_without_any_event_it_does_not(raw: list[Sighting]) -> None:
    split = [Sighting(Place.SPLIT, seen.cell, "out", seen.event, seen.content) for seen in raw]
    assert all(tally.adds_up for tally in tallied(raw + split).values())
    for lost in {(seen.event, seen.content) for seen in raw}:
        left = [seen for seen in split if (seen.event, seen.content) != lost]
        missing = sum(tally.missing for tally in tallied(raw + left).values())
        assert missing == sum((seen.event, seen.content) == lost for seen in raw)


@given(st.lists(TIMESTAMPED, max_size=25), st.randoms())
def test_the_order_of_reading_changes_nothing_that_is_counted(sightings: list[Sighting], random: object) -> None:
    shuffled = list(sightings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = tallied(sightings), tallied(shuffled)
    for cell in first:
        for name in ("split", "duplicates", "failed", "missing", "extra"):
            assert getattr(first[cell], name) == getattr(second[cell], name)
    assert sum(tally.conflicts for tally in first.values()) == sum(tally.conflicts for tally in second.values())
