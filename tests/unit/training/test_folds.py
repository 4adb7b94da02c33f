"""Which events each fold learns from, and which it is judged by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.training import FoldKind, Folds, TrainingRefused
from augury.training.folds import split
from augury.training.truth import Truth


def classes(*codes: int) -> Truth:
    names = tuple(f"c{code}" for code in range(max(codes) + 1))
    return Truth("classification", np.arange(len(codes)), np.array(codes), names)


def numbers(count: int) -> Truth:
    return Truth("regression", np.arange(count), np.arange(count, dtype=float), ())


def frame_of(truth: Truth, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns, index=range(len(truth.rows)))


@given(
    codes=st.lists(st.integers(0, 3), min_size=8, max_size=60),
    kind=st.sampled_from(FoldKind),
    count=st.integers(2, 6),
    seed=st.integers(0, 3),
)
def test_no_event_is_learned_from_and_held_out_and_none_is_held_out_twice(
    codes: list[int], kind: FoldKind, count: int, seed: int
) -> None:
    truth = classes(*pd.factorize(np.array(codes))[0])
    frame = frame_of(truth, at=np.arange(len(codes)) // 3, who=np.arange(len(codes)) % 7)
    field = {FoldKind.TIME: "at", FoldKind.GROUPED: "who"}.get(kind)
    try:
        made = split(Folds(count, kind, field, seed), truth, frame).splits
    except TrainingRefused:
        return
    assert 1 <= len(made) <= count
    held_out = np.concatenate([one.held_out for one in made])
    assert len(set(held_out.tolist())) == len(held_out)
    for one in made:
        assert not set(one.learned.tolist()) & set(one.held_out.tolist())
        assert len(one.learned)
        assert len(one.held_out)


def test_every_class_has_the_same_share_in_every_stratified_fold() -> None:
    truth = classes(*[0] * 40, *[1] * 10)
    for one in split(Folds(5), truth, frame_of(truth)).splits:
        assert np.bincount(truth.values[one.held_out]).tolist() == [8, 2]


def test_numbers_are_dealt_out_plainly_and_the_seed_decides() -> None:
    truth = numbers(20)
    first, again, other = (split(Folds(4, seed=seed), truth, frame_of(truth)) for seed in (1, 1, 2))
    assert first.kind is FoldKind.PLAIN
    assert [one.held_out.tolist() for one in first.splits] == [one.held_out.tolist() for one in again.splits]
    assert [one.held_out.tolist() for one in first.splits] != [one.held_out.tolist() for one in other.splits]


@pytest.mark.parametrize(
    "times",
    [
        [float(moment) for moment in range(12)],
        [f"2026-11-{day:02}T08:00:00Z" for day in range(1, 13)],
        [f"2026-11-{day:02}T08:00:00.5+0{day % 3}:00" for day in range(1, 13)],
        pd.date_range("2026-11-01", periods=12, tz="UTC").tolist(),
    ],
    ids=["seconds", "iso", "offsets", "datetimes"],
)
def test_a_fold_in_time_is_judged_by_events_later_than_all_it_learned_from(times: list[Any]) -> None:
    truth = numbers(12)
    order = np.random.default_rng(0).permutation(12)
    made = split(Folds(3, FoldKind.TIME, "at"), truth, frame_of(truth, at=[times[place] for place in order]))
    assert [len(one.learned) for one in made.splits] == [3, 6, 9]
    for one in made.splits:
        assert order[one.learned].max() < order[one.held_out].min()


def test_events_of_one_moment_stay_on_one_side() -> None:
    truth = numbers(10)
    at = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    for one in split(Folds(4, FoldKind.TIME, "at"), truth, frame_of(truth, at=at)).splits:
        assert at[one.learned].max() < at[one.held_out].min()


def test_the_time_of_the_envelope_is_taken_where_no_field_is_named() -> None:
    truth = numbers(6)
    frame = frame_of(truth, _received_at=[f"2026-11-{day:02}T00:00:00Z" for day in (6, 5, 4, 3, 2, 1)])
    (one,) = split(Folds(2, FoldKind.TIME), truth, frame).splits[-1:]
    assert sorted(one.held_out.tolist()) == [0, 1]


def test_a_group_is_never_on_both_sides() -> None:
    truth = numbers(30)
    who = np.arange(30) % 5
    for one in split(Folds(3, FoldKind.GROUPED, "who"), truth, frame_of(truth, who=who)).splits:
        assert not set(who[one.learned]) & set(who[one.held_out])


def test_fewer_folds_than_asked_for_are_explained() -> None:
    truth = classes(*[0] * 9, *[1] * 3)
    made = split(Folds(5), truth, frame_of(truth))
    assert len(made.splits) == 3
    assert made.notes == ("3 folds instead of 5: class 'c1' has 3 events",)


def test_folds_in_which_one_class_is_all_there_is_to_learn_are_left_out_and_counted() -> None:
    truth = classes(*[0] * 6, *[1] * 6)
    made = split(Folds(3, FoldKind.TIME, "at"), truth, frame_of(truth, at=range(12)))
    assert len(made.splits) == 1
    assert made.notes == ("2 of 3 folds had one class only and were left out",)


@pytest.mark.parametrize(
    ("folds", "truth", "columns", "reason"),
    [
        (Folds(1), numbers(9), {}, "at least 2 folds, not 1"),
        (Folds(), numbers(1), {}, "one event"),
        (Folds(), classes(0, 0, 0), {}, "one class only"),
        (Folds(), classes(0, 0, 1), {}, "class 'c1' has one row"),
        (Folds(kind=FoldKind.STRATIFIED), numbers(9), {}, "cannot be stratified"),
        (Folds(kind=FoldKind.GROUPED), numbers(9), {}, "name it"),
        (Folds(kind=FoldKind.GROUPED, field="who"), numbers(9), {}, "no field 'who'"),
        (Folds(kind=FoldKind.GROUPED, field="who"), numbers(3), {"who": ["a", "a", "a"]}, "one value only"),
        (Folds(kind=FoldKind.TIME), numbers(9), {}, "need a field with the time"),
        (Folds(kind=FoldKind.TIME, field="at"), numbers(3), {"at": [1, None, 2]}, "1 events have no 'at'"),
        (Folds(kind=FoldKind.TIME, field="at"), numbers(2), {"at": ["noon", "night"]}, "neither numbers nor ISO 8601"),
        (Folds(kind=FoldKind.TIME, field="at"), numbers(3), {"at": [7, 7, 7]}, "too few different times"),
        (Folds(2, FoldKind.TIME, "at"), classes(0, 0, 1), {"at": [1, 2, 3]}, "no fold has two classes"),
    ],
)
def test_folds_that_cannot_be_made_are_refused_with_the_reason(
    folds: Folds, truth: Truth, columns: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TrainingRefused, match=reason):
        split(folds, truth, frame_of(truth, **columns))
