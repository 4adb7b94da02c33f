"""What each column of the events looks like."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.training.report import profile_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("values", "kind", "missing", "distinct", "summary"),
    [
        ([1, 2, 2, None], "number", 0.25, 2, "1, 2, 2"),
        ([True, False, True], "boolean", 0.0, 2, "True (2), False (1)"),
        (["b", "a", "b"], "text", 0.0, 2, "b (2), a (1)"),
        (
            pd.Series([pd.Timestamp("2026-11-01"), pd.Timestamp("2026-11-03"), pd.NaT]),
            "date",
            1 / 3,
            2,
            "2026-11-01, 2026-11-02, 2026-11-03",
        ),
        (["2026-11-01", "2026-11-03T10:00:00Z"], "date", 0.0, 2, "2026-11-01, 2026-11-02, 2026-11-03"),
        (["2026-11-01", "2026-13-01"], "text", 0.0, 2, "2026-11-01 (1), 2026-13-01 (1)"),
        ([["a"], ["a"], []], "array", 0.0, 2, "['a'] (2), [] (1)"),
        ([{"a": 1}, None], "object", 0.5, 1, "{'a': 1} (1)"),
        ([1, "a"], "mixed", 0.0, 2, "1 (1), a (1)"),
        ([None, None], "empty", 1.0, 0, ""),
        ([], "empty", 0.0, 0, ""),
    ],
)
def test_a_column_is_told_by_its_values(values: Any, kind: str, missing: float, distinct: int, summary: str) -> None:
    profile = profile_of(pd.Series(values, name="f"))
    assert (profile.kind, profile.missing, profile.distinct, profile.summary) == (kind, missing, distinct, summary)


def test_the_counts_of_a_number_are_a_histogram() -> None:
    profile = profile_of(pd.Series([0.0] * 5 + [1.0] * 3))
    assert (profile.counts[0], profile.counts[-1], sum(profile.counts)) == (5, 3, 8)


@given(st.lists(JSON, max_size=8))
def test_no_column_is_too_odd_to_look_at(values: list[Any]) -> None:
    profile = profile_of(pd.Series(values, dtype=object))
    assert len(profile.counts) <= 24
    assert profile.distinct <= len(values)


def test_the_hugest_and_the_tiniest_numbers_have_a_histogram() -> None:
    assert sum(profile_of(pd.Series([-1.7e308, 1.7e308])).counts) == 2
    assert sum(profile_of(pd.Series([5e-324, 0.0])).counts) == 2
