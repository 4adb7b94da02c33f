"""What the logs say of each variation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.analysis.variations import mean_reward, variation_figures


def answered(puid: str, variation: str = "a", latency_ms: float = 1.0, **fields: Any) -> dict[str, Any]:
    predictions = [
        {"prediction": 0.9, "predictedClass": fields.pop("best", "yes")},
        {"prediction": 0.1, "predictedClass": "other"},
    ]
    line = {"puid": puid, "row": 0, "pipeline": "iris", "variation": variation, "shadow": False, "error": None}
    return {**line, "predictions": predictions, "latency_ms": latency_ms, **fields}


def failed(status: int, variation: str = "a") -> dict[str, Any]:
    return {**answered("x", variation), "row": None, "predictions": None, "error": {"status": status}}


def told(puid: str, reward: float | None, minute: int = 0) -> dict[str, Any]:
    return {"puid": puid, "reward": reward, "_received_at": f"2026-11-23T09:{minute:02}:00.000Z"}


def test_calls_errors_and_rows_are_counted_by_variation() -> None:
    lines = [answered("1"), answered("1", row=1), answered("2"), failed(503), failed(422), answered("3", "b")]
    a, b = variation_figures("iris", [*lines, answered("4", pipeline="wine")], [])
    assert (a.variation, a.calls, a.rows, a.errors, a.refused) == ("a", 4, 3, 1, 1)
    assert (b.variation, b.calls, b.rows, b.errors, b.refused) == ("b", 1, 1, 0, 0)


def test_latency_is_of_answered_calls_and_not_of_rows() -> None:
    lines = [answered(str(number), latency_ms=number) for number in range(1, 101)]
    more_rows = [answered("100", latency_ms=100, row=row) for row in range(1, 50)]
    (figures,) = variation_figures("iris", [*lines, *more_rows], [])
    assert figures.latency_ms == pytest.approx({"p50": 50.5, "p95": 95.05, "p99": 99.01})


def test_a_variation_that_only_failed_has_no_latency() -> None:
    (figures,) = variation_figures("iris", [failed(502)], [])
    assert (figures.calls, figures.latency_ms, figures.classes, figures.reward) == (1, {}, {}, None)


def test_the_most_probable_class_of_each_row_is_counted() -> None:
    lines = [answered("1", best="no"), answered("2", best="no"), answered("3", best="yes")]
    (figures,) = variation_figures("iris", lines, [])
    assert list(figures.classes.items()) == [("no", 2), ("yes", 1)]


def test_a_regression_has_no_classes() -> None:
    (figures,) = variation_figures("iris", [answered("1", best=None)], [])
    assert figures.classes == {}


def test_shadows_come_last_and_have_no_reward() -> None:
    lines = [answered("1", "a", shadow=True), answered("1", "b")]
    answering, shadow = variation_figures("iris", lines, [told("1", 1)])
    assert (answering.variation, answering.shadow) == ("b", False)
    assert answering.reward is not None
    assert (shadow.variation, shadow.shadow, shadow.reward) == ("a", True, None)


def test_the_last_reward_of_a_puid_counts_once_for_a_call_of_many_rows() -> None:
    lines = [answered("1"), answered("1", row=1)]
    feedback = [told("1", 3, minute=2), told("1", 1, minute=1), told("1", None, minute=3), told("unknown", 9)]
    (figures,) = variation_figures("iris", lines, feedback)
    assert figures.reward is not None
    assert (figures.reward.rewards, figures.reward.mean) == (1, 3)
    assert figures.reward.low is None


def test_the_interval_of_measured_rewards_is_students() -> None:
    reward = mean_reward([1.0, 2.0, 3.0, 4.0])
    assert reward.method == "t"
    # t(0.975, 3) = 3.18245, standard error 0.645497
    assert reward.low == pytest.approx(0.44574, abs=1e-4)
    assert reward.high == pytest.approx(4.55426, abs=1e-4)


def test_an_interval_of_rewards_that_are_all_the_same_is_no_certainty() -> None:
    reward = mean_reward([1, 1, 1])
    assert reward.method == "wilson"
    assert reward.high == pytest.approx(1)
    assert reward.low is not None
    assert reward.low < 0.5


@given(st.lists(st.floats(-1e6, 1e6), min_size=2))
def test_the_mean_lies_in_its_interval(rewards: list[float]) -> None:
    reward = mean_reward(rewards)
    assert reward.low is not None
    assert reward.high is not None
    assert reward.low - 1e-6 <= reward.mean <= reward.high + 1e-6
