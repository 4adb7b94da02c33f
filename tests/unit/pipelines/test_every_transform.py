"""What holds of every transform: scikit-learn's rules, awkward frames, and agreement with its plan steps."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from augury.pipelines import FrameTransform, SklearnTransform, records_of
from augury.plans import Plan, Unanswerable
from tests.unit.pipelines.transforms import CASES, EXAMPLES, example_frame, same, served

every_case = pytest.mark.parametrize("name", CASES)
dropping = ("exist", "feature_id_required")


def fitted(name: str, frame: pd.DataFrame | None = None) -> FrameTransform:
    transform: FrameTransform = clone(CASES[name].transform)
    return transform.fit(example_frame() if frame is None else frame)


def assert_agrees(transform: FrameTransform, frame: pd.DataFrame) -> None:
    """Hold the plan, read back from JSON, against the transformed frame: value by value, row by row and in bulk."""
    made = transform.transform(frame)
    rows = dict(zip(made.index, records_of(made), strict=True))
    plan = Plan.load(Plan(transform.to_plan(), made.columns.tolist()).dump())
    answered = []
    for position, record in zip(frame.index, records_of(frame), strict=True):
        try:
            found = served(plan.document.steps, record)
        except Unanswerable:
            assert position not in rows
        else:
            assert position in rows
            assert {k: v for k, v in rows[position].items() if not same(found.get(k), v)} == {}, found
            answered.append(record)
    vectors = np.array([plan.vector(record) for record in answered], dtype=np.float32)
    np.testing.assert_array_equal(plan.matrix(answered), vectors.reshape(len(answered), plan.width))


# scikit-learn's rules


@every_case
def test_the_constructor_only_stores_its_parameters(name: str) -> None:
    transform = CASES[name].transform
    assert set(vars(transform)) == set(signature(type(transform)).parameters)


@every_case
def test_a_clone_has_the_same_parameters_and_nothing_learned(name: str) -> None:
    again = clone(fitted(name))
    assert repr(again) == repr(CASES[name].transform)
    with pytest.raises(NotFittedError):
        again.transform(example_frame())


@every_case
def test_fitting_returns_the_transform_and_leaves_frame_and_parameters_alone(name: str) -> None:
    frame = example_frame()
    before, transform = frame.copy(deep=True), clone(CASES[name].transform)
    parameters = repr(transform.get_params())
    assert transform.fit(frame, None) is transform
    transform.transform(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert repr(transform.get_params()) == parameters


@every_case
def test_what_is_learned_ends_in_an_underscore(name: str) -> None:
    transform = fitted(name)
    learned = set(vars(transform)) - set(transform.get_params(deep=False))
    assert {"feature_names_in_", "n_features_in_"} <= learned
    assert [attribute for attribute in learned if not attribute.endswith("_")] == []


@every_case
def test_transforming_changes_nothing_that_was_learned(name: str) -> None:
    transform = fitted(name)
    before = pickle.dumps(transform)
    transform.transform(example_frame())
    transform.get_feature_names_out()
    assert pickle.dumps(transform) == before


@every_case
def test_fitting_twice_is_fitting_once(name: str) -> None:
    frame = example_frame()
    transform = fitted(name)
    once = transform.transform(frame)
    pd.testing.assert_frame_equal(transform.fit(frame).transform(frame), once)
    pd.testing.assert_frame_equal(clone(transform).fit_transform(frame), once)


@every_case
def test_a_pickled_transform_is_the_same(name: str) -> None:
    transform = fitted(name)
    again = pickle.loads(pickle.dumps(transform))  # noqa: S301 - our own bytes
    pd.testing.assert_frame_equal(again.transform(example_frame()), transform.transform(example_frame()))


@every_case
def test_the_names_of_the_columns_are_those_of_the_transformed_frame(name: str) -> None:
    frame = example_frame()
    transform = fitted(name)
    names = transform.get_feature_names_out()
    assert names.dtype == object
    assert names.tolist() == transform.transform(frame).columns.tolist()
    assert names.tolist() == transform.get_feature_names_out(frame.columns).tolist()
    with pytest.raises(ValueError, match="input_features"):
        transform.get_feature_names_out(["another"])


@every_case
def test_rows_are_transformed_each_by_itself(name: str) -> None:
    frame = example_frame()
    transform = fitted(name)
    whole = records_of(transform.transform(frame))
    in_parts = [row for start in range(len(frame)) for row in records_of(transform.transform(frame.iloc[[start]]))]
    assert len(whole) == len(in_parts)
    for one, other in zip(whole, in_parts, strict=True):
        assert all(same(one[key], other[key]) for key in one)


@every_case
def test_a_pipeline_can_ask_for_frames(name: str) -> None:
    pipeline = Pipeline([("step", clone(CASES[name].transform))]).set_output(transform="pandas")
    made = pipeline.fit_transform(example_frame(), np.zeros(len(EXAMPLES)))
    assert made.columns.tolist() == pipeline.get_feature_names_out().tolist()
    with pytest.raises(ValueError, match="polars"):
        clone(CASES[name].transform).set_output(transform="polars")


@pytest.mark.parametrize("name", [name for name in CASES if name not in dropping])
def test_a_column_transformer_can_hold_it(name: str) -> None:
    from sklearn.compose import ColumnTransformer

    columns = ColumnTransformer([("part", clone(CASES[name].transform), list(EXAMPLES[0]))])
    made = columns.set_output(transform="pandas").fit_transform(example_frame())
    assert made.columns.tolist() == [f"part__{column}" for column in fitted(name).get_feature_names_out()]


@every_case
def test_what_is_no_frame_with_distinct_text_names_is_refused(name: str) -> None:
    transform = clone(CASES[name].transform)
    twice = example_frame().rename(columns={"flag": "number"})
    with pytest.raises(ValueError, match="'number' is there twice"):
        transform.fit(twice)
    with pytest.raises(ValueError, match="'number' is there twice"):
        fitted(name).transform(twice)
    for odd in (np.zeros((2, 2)), pd.DataFrame(np.zeros((2, 2))), [[1]]):
        with pytest.raises(TypeError):
            transform.fit(odd)


# awkward frames


def alter(**columns: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**columns)


AWKWARD: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "no rows": lambda frame: frame.iloc[:0],
    "one row": lambda frame: frame.iloc[[0]],
    "null columns": lambda frame: frame.assign(**dict.fromkeys(frame.columns, None)),
    "NaN columns": lambda frame: frame.assign(**dict.fromkeys(frame.columns, np.nan)),
    "constant columns": lambda frame: frame.iloc[[0] * 4].reset_index(drop=True),
    "equal columns": lambda frame: frame.assign(copy=frame["number"], other=frame["text"]),
    "huge and tiny numbers": alter(number=[1.7e308, -1.7e308, 5e-324, 0.0, 2**63]),
    "infinite numbers": alter(number=[np.inf, -np.inf, np.nan, 1.0, 2.0]),
    "text outside ASCII": alter(text=["未知 语言", "İstanbul", "ß", "\U0001f600 😀", "e\u0301"], mixed="ñ"),
    "control characters": alter(text=["a\x00b", "\n", "\t", " ", "\u2028"]),
    "mixed types": alter(**{name: [1, "1", True, None, 1.5] for name in ("number", "flag", "text", "mixed")}),
    "other index": lambda frame: frame.set_axis([9, 3, 7, -1, 0], axis=0),
    "nullable types": lambda frame: frame.convert_dtypes(),
    "dates": alter(
        date=pd.date_range("2026-01-01", periods=5), other_date=pd.date_range("2026", periods=5, tz="Asia/Tokyo")
    ),
}


@every_case
@pytest.mark.parametrize("awkward", AWKWARD)
def test_it_can_be_fitted_on_an_awkward_frame(name: str, awkward: str) -> None:
    frame = AWKWARD[awkward](example_frame())
    transform = clone(CASES[name].transform)
    if isinstance(transform, SklearnTransform) and len(frame) == 0:
        with pytest.raises(ValueError, match="there is no row to fit SimpleImputer on"):
            transform.fit(frame)
        return
    made = transform.fit_transform(frame)
    assert made.columns.tolist() == transform.get_feature_names_out().tolist()
    assert set(made.index) <= set(frame.index)
    if name not in dropping:
        assert made.index.tolist() == frame.index.tolist()
    pd.testing.assert_frame_equal(transform.transform(frame), made)
    assert_agrees(transform, frame)


@every_case
@pytest.mark.parametrize("awkward", AWKWARD)
def test_it_can_transform_an_awkward_frame(name: str, awkward: str) -> None:
    frame = AWKWARD[awkward](example_frame())
    transform = fitted(name)
    made = transform.transform(frame)
    assert made.columns.tolist() == transform.get_feature_names_out().tolist()
    assert_agrees(transform, frame)


@every_case
def test_a_column_that_is_missing_is_null_where_it_is_read(name: str) -> None:
    frame = example_frame().drop(columns=list(CASES[name].reads))
    transform = fitted(name)
    made = transform.transform(frame)
    assert len(made) == len(frame)
    null = transform.transform(frame.assign(**dict.fromkeys(CASES[name].reads, None)))
    for column in set(made.columns).intersection(null.columns):
        assert all(map(same, records_of(made[[column]]), records_of(null[[column]])))


@every_case
def test_extra_and_shuffled_columns_make_no_difference(name: str) -> None:
    frame = example_frame()
    transform = fitted(name)
    shuffled = frame[frame.columns[::-1]].assign(extra=pd.Series([1, "a", None, [1], {}], dtype=object))
    pd.testing.assert_frame_equal(transform.transform(shuffled), transform.transform(frame))


@every_case
@pytest.mark.parametrize("retyped", [pd.DataFrame.convert_dtypes, lambda frame: frame.astype(object)])
def test_the_types_of_columns_make_no_difference(name: str, retyped: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    frame = example_frame().assign(number=[1, 0, 7, 7, 1])
    transform = fitted(name, frame)
    expected = records_of(transform.transform(frame))
    for made in (transform.transform(retyped(frame)), fitted(name, retyped(frame)).transform(frame)):
        found = records_of(made)
        assert len(found) == len(expected)
        assert all(
            same(row[column], other[column]) for row, other in zip(found, expected, strict=True) for column in other
        )


@every_case
def test_unseen_values_are_transformed(name: str) -> None:
    unseen = [{**EXAMPLES[0], "text": "unseen", "mixed": "unseen", "items": ["unseen", {}], "object": {"unseen": 1}}]
    transform = fitted(name)
    made = transform.transform(pd.DataFrame(unseen))
    assert len(made) == (0 if name == "feature_id_required" else 1)


# agreement with the plan

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
words = st.sampled_from(["", " ", "red", "Red blue", "n/a", "10", "1.0", "true", "Łódź", "2026-03-01", "nan"])
texts = words | st.text(max_size=6)
scalars = st.none() | st.booleans() | numbers | texts
lists = st.none() | st.lists(scalars | st.lists(scalars, max_size=2), max_size=4)
objects = st.none() | st.dictionaries(st.sampled_from(["a", "b", "c", "ü"]), scalars | st.just({"c": 1}), max_size=3)
dates = (
    st.none()
    | st.datetimes().map(lambda moment: moment.isoformat())
    | st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d}T{moment:%H:%M}Z")
    | st.datetimes().map(lambda moment: f"{moment:%d.%m.%Y}")
    | scalars
)


@st.composite
def record_lists(draw: st.DrawFn, least: int = 0) -> list[dict[str, Any]]:
    """Draw records whose columns are each of one type, or of mixed ones."""
    fields = {
        "number": draw(st.sampled_from([numbers, st.none() | numbers, scalars])),
        "flag": draw(st.sampled_from([st.booleans(), st.none() | st.booleans(), scalars])),
        "text": draw(st.sampled_from([texts, words, st.none() | words, scalars])),
        "mixed": scalars,
        "date": dates,
        "other_date": dates,
        "items": lists,
        "object": objects,
    }
    return draw(st.lists(st.fixed_dictionaries({}, optional=fields), min_size=least, max_size=6))


def frame_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(records, columns=list(EXAMPLES[0]), index=range(len(records)))


@every_case
@settings(max_examples=60, deadline=None)
@given(seen=record_lists(least=1), new=record_lists())
def test_the_plan_makes_of_a_record_what_the_transform_makes_of_a_frame(
    name: str, seen: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    transform = fitted(name, frame_of(seen))
    assert_agrees(transform, frame_of(seen))
    assert_agrees(transform, frame_of(new))
