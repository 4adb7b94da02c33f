"""How good predicted probabilities are, against scikit-learn's own scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from augury.training.class_scores import auc, class_scores, confusion

SEEDS = st.integers(0, 10_000)


def drawn(seed: int, classes: int, rows: int = 40) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(classes), random.integers(0, classes, rows)])
    return truth, random.dirichlet(np.ones(classes), len(truth)).round(6)


@given(SEEDS, st.integers(2, 5))
def test_the_scores_are_scikit_learns(seed: int, classes: int) -> None:
    truth, probabilities = drawn(seed, classes)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    picked = probabilities.argmax(axis=1)
    scores = class_scores(truth, probabilities)
    assert scores["accuracy"] == pytest.approx(metrics.accuracy_score(truth, picked))
    assert scores["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, picked))
    assert scores["f1"] == pytest.approx(metrics.f1_score(truth, picked, average="macro"))
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(truth, probabilities, labels=range(classes)))
    assert scores["brier"] == pytest.approx(
        metrics.brier_score_loss(truth, probabilities, labels=range(classes), scale_by_half=True)
    )
    score = probabilities[:, 1] if classes == 2 else probabilities
    assert scores["auc"] == pytest.approx(metrics.roc_auc_score(truth, score, multi_class="ovr"))


def test_ties_count_half_in_the_auc() -> None:
    there = np.array([True, False, True, False])
    assert auc(there, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_the_auc_of_rows_of_one_class_is_left_out() -> None:
    scores = class_scores(np.array([1, 1]), np.array([[0.2, 0.8], [0.4, 0.6]]))
    assert "auc" not in scores
    assert scores["accuracy"] == scores["balanced_accuracy"] == scores["f1"] == 1.0


def test_a_class_that_got_no_probability_costs_much_but_not_everything() -> None:
    assert 30 < class_scores(np.array([0]), np.array([[0.0, 1.0]]))["log_loss"] < 40


def test_the_calibration_error_is_the_distance_of_confidence_from_accuracy() -> None:
    truth = np.array([0] * 9 + [1])
    assert class_scores(truth, np.tile([0.9, 0.1], (10, 1)))["calibration_error"] == pytest.approx(0.0)
    assert class_scores(truth, np.tile([0.6, 0.4], (10, 1)))["calibration_error"] == pytest.approx(0.3)


def test_the_confusion_has_the_truth_in_its_rows() -> None:
    assert confusion(np.array([0, 0, 1]), np.array([1, 0, 1]), 2).tolist() == [[1, 1], [0, 1]]
