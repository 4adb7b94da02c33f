"""How good predicted numbers are, against scikit-learn's own scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from augury.training.number_scores import number_scores


@given(st.integers(0, 10_000))
def test_the_scores_are_scikit_learns(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.normal(50, 5, 30)
    predicted = truth + random.normal(0, 3, 30)
    scores = number_scores(truth, predicted)
    assert scores["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, predicted))
    assert scores["mae"] == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert scores["median_error"] == pytest.approx(metrics.median_absolute_error(truth, predicted))
    assert scores["r2"] == pytest.approx(metrics.r2_score(truth, predicted))
    assert scores["mape"] == pytest.approx(metrics.mean_absolute_percentage_error(truth, predicted))


def test_scores_that_say_nothing_are_left_out() -> None:
    assert "mape" not in number_scores(np.array([0.0, 10.0, 20.0]), np.array([1.0, 10.0, 20.0]))
    assert "r2" not in number_scores(np.array([5.0, 5.0]), np.array([4.0, 5.0]))
