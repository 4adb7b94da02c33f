"""The search for a pipeline's best parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from augury.pipelines import XGBoostClassifier
from augury.training import Folds, TrainingRefused, Tuning, tune
from training import iris_xgboost

IRIS = pd.DataFrame(iris_xgboost.example_events())
PIPELINE = Pipeline([("xgb", XGBoostClassifier("name", n_estimators=3, nthread=1))])
FOLDS = Folds(2, seed=5)


def space(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "xgb__learning_rate": trial.suggest_float("learning_rate", 0.01, 1.0, log=True),
        "xgb__max_depth": trial.suggest_int("max_depth", 1, 4),
    }


def search(trials: int, storage: Path | None = None, **more: Any) -> Tuning:
    return tune(PIPELINE, more.pop("search_space", space), IRIS, trials=trials, folds=FOLDS, storage=storage, **more)


def stopped_after(count: int) -> Callable[[int, int], None]:
    def stop(done: int, total: int) -> None:
        if done == count:
            raise KeyboardInterrupt

    return stop


def test_the_best_parameters_are_those_with_the_least_loss() -> None:
    found = search(8)
    assert found.metric == "log_loss"
    assert found.loss == min(loss for _, loss in found.losses)
    assert set(found.parameters) == {"xgb__learning_rate", "xgb__max_depth"}
    assert len(found.losses) + found.pruned == 8
    assert found.parameters["xgb__learning_rate"] > 0.3  # three trees need large steps


def test_progress_counts_the_trials() -> None:
    seen: list[tuple[int, int]] = []
    search(3, trial_done=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_seed_decides() -> None:
    assert search(5) == search(5)


def test_an_interrupted_search_goes_on_and_finds_what_it_would_have_found_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        search(12, tmp_path / "studies" / "iris.log", trial_done=stopped_after(5))
    resumed: list[int] = []
    found = search(12, tmp_path / "studies" / "iris.log", trial_done=lambda done, _: resumed.append(done))
    assert resumed == list(range(6, 13))
    assert found == search(12)


def test_a_trial_that_was_cut_off_in_the_middle_is_run_again(tmp_path: Path) -> None:
    calls = 0

    def cut_off(trial: optuna.Trial) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return space(trial)

    with pytest.raises(KeyboardInterrupt):
        search(4, tmp_path / "iris.log", search_space=cut_off)
    found = search(4, tmp_path / "iris.log")
    assert (found.parameters, found.loss) == (search(4).parameters, search(4).loss)


def test_trials_that_lag_behind_are_given_up() -> None:
    def poor_after_six(trial: optuna.Trial) -> dict[str, Any]:
        rate = trial.suggest_float("learning_rate", 0.5, 1.0)
        return {"xgb__learning_rate": rate if trial.number < 6 else 1e-6}

    found = search(9, search_space=poor_after_six)
    assert found.pruned == 3


def test_a_study_of_other_events_is_refused(tmp_path: Path) -> None:
    search(1, tmp_path / "iris.log")
    with pytest.raises(TrainingRefused, match=r"iris\.log holds a search over other events"):
        tune(PIPELINE, space, IRIS.iloc[:100], trials=2, folds=FOLDS, storage=tmp_path / "iris.log")


def test_parameters_that_the_pipeline_refuses_are_failed_trials() -> None:
    def odd(trial: optuna.Trial) -> dict[str, Any]:
        return {"xgb__excluded": ["f1", "f2", "f3", "f4"][: trial.suggest_categorical("count", [0, 4])]}

    found = search(8, search_space=odd)
    assert found.failed > 0
    assert found.parameters == {"xgb__excluded": []}


@pytest.mark.parametrize(
    ("search_space", "reason"),
    [
        (lambda trial: {"xgb__depht": 3}, "no trial went through; the last one: Invalid parameter 'depht'"),
        (lambda trial: 1 / 0, r"search_space\(\) fails: ZeroDivisionError"),
    ],
)
def test_a_search_that_cannot_succeed_says_why(search_space: Any, reason: str) -> None:
    with pytest.raises(TrainingRefused, match=reason):
        search(2, search_space=search_space)


def test_no_trials_are_no_search() -> None:
    with pytest.raises(TrainingRefused, match="at least 1 trial"):
        search(0)
