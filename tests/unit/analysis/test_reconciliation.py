"""Whatever was seen: what came in is split, repeated, failed or missing, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from augury.analysis import Cell, Place, Sighting, Tally, reconcile
from augury.analysis.reconciliation import Tallies
from augury.analysis.spool import Spool

HOURS = st.integers(0, 2).map(lambda hour: datetime(2026, 11, 23, hour, tzinfo=UTC))
CELLS = st.builds(Cell, st.sampled_from(["acme", "other"]), HOURS)
DIGESTS = st.integers(0, 3).map(lambda n: bytes([n]) * 16)
SIGHTINGS = st.builds(Sighting, st.sampled_from(list(Place)), CELLS, st.sampled_from(["a", "b"]), DIGESTS, DIGESTS)


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


@given(st.lists(SIGHTINGS, max_size=25))
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


@given(st.lists(SIGHTINGS, max_size=25), st.randoms())
def test_the_order_of_reading_changes_nothing_that_is_counted(sightings: list[Sighting], random: object) -> None:
    shuffled = list(sightings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = tallied(sightings), tallied(shuffled)
    for cell in first:
        for name in ("split", "duplicates", "failed", "missing", "extra"):
            assert getattr(first[cell], name) == getattr(second[cell], name)
    assert sum(tally.conflicts for tally in first.values()) == sum(tally.conflicts for tally in second.values())
