"""How strictly what is served is compared with what was fitted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.pipelines._differences import (
    NEAR_ZERO,
    RELATIVE_TOLERANCE,
    Relative,
    relative_differences,
    root_mean_square,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


def relative(expected: float, found: float, size: float) -> Relative:
    return relative_differences(np.array([[expected]]), np.array([[found]]), size)


@given(expected=finite, found=finite, size=st.floats(0, 1e300))
def test_a_value_that_is_not_near_zero_is_judged_by_itself_alone(expected: float, found: float, size: float) -> None:
    judged, strict = relative(expected, found, size)
    if abs(expected) >= NEAR_ZERO * size:
        assert judged == strict
    else:
        assert judged <= strict


@pytest.mark.parametrize(("off", "agrees"), [(0.9e-6, True), (1.1e-6, False)])
def test_a_value_near_zero_may_be_off_by_a_millionth_of_the_values_size(off: float, agrees: bool) -> None:
    judged, strict = relative(0.0, 50.0 * off, size=50.0)
    assert (judged[0] <= RELATIVE_TOLERANCE) == agrees
    assert strict[0] == np.inf


@pytest.mark.parametrize(("expected", "found"), [(0.0, 1e-300), (1.0, np.nan), (np.inf, 1.0), (1.0, -np.inf)])
def test_without_a_size_and_without_a_number_there_is_no_mercy(expected: float, found: float) -> None:
    assert relative(expected, found, size=0.0).judged[0] == np.inf


@pytest.mark.parametrize("value", [0.0, 1.5, np.nan, np.inf, -np.inf])
def test_what_is_the_same_does_not_differ(value: float) -> None:
    judged, strict = relative(value, value, size=0.0)
    assert (judged[0], strict[0]) == (0.0, 0.0)


@given(st.lists(finite, max_size=5))
def test_the_size_of_values_lies_between_their_least_and_greatest_magnitude(values: list[float]) -> None:
    size = root_mean_square(np.array([*values, np.nan, np.inf]))
    magnitudes = [abs(value) for value in values] or [0.0]
    assert min(magnitudes) * (1 - 1e-9) <= size <= max(magnitudes) * (1 + 1e-9)
