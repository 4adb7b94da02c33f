"""The search for a pipeline's best parameters: each trial is a cross-validation, given up where it lags behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from augury.training.cross_validation import joined, run_folds
from augury.training.evaluation import LOSS
from augury.training.folds import DEFAULT_FOLDS, Folds, Splits, split
from augury.training.refusal import TrainingRefused
from augury.training.stages import events_of, kind_of
from augury.training.truth import Truth, truth_of

_STUDY = "augury"
_STARTUP_TRIALS = 5  # before the median of earlier trials says that one lags behind
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

type SearchSpace = Callable[[optuna.Trial], Mapping[str, Any]]
"""Draws parameters of a pipeline, named ``step__parameter``, from a trial."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The outcome of a search.

    Parameters
    ----------
    parameters : mapping of str to value
        The best parameters, as the search space returned them.
    loss : float
        Their cross-validated loss, of all folds together.
    metric : str
        What that is: ``log_loss`` or ``rmse``.
    losses : tuple of (int, float)
        Number and loss of each trial that went through, in order.
    pruned, failed : int
        Trials that were given up because they lagged behind, and that the pipeline refused.
    """

    parameters: Mapping[str, Any]
    loss: float
    metric: str
    losses: tuple[tuple[int, float], ...]
    pruned: int
    failed: int


def tune(
    pipeline: Pipeline,
    search_space: SearchSpace,
    frame: pd.DataFrame,
    *,
    trials: int,
    folds: Folds = DEFAULT_FOLDS,
    storage: Path | None = None,
    trial_done: Callable[[int, int], None] = lambda _done, _total: None,
) -> Tuning:
    """Search for the parameters with the least log loss or RMSE.

    The search is Optuna's tree-structured Parzen estimator. It depends on the seed and on the trials before only, so
    that a search that was interrupted and goes on finds what it would have found in one go.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted; clones of it get the parameters.
    search_space : callable
        Takes an :class:`optuna.Trial` and returns parameters by ``step__parameter``.
    frame : pandas.DataFrame
        Raw events.
    trials : int
        How many trials, those in ``storage`` included.
    folds : Folds, default DEFAULT_FOLDS
        The cross-validation, and the seed of the search.
    storage : Path, optional
        File that keeps the trials; a search that finds it goes on where it ended.
    trial_done : callable, optional
        Called with the number of trials done and the number of all.

    Raises
    ------
    TrainingRefused
        The search space or every trial fails, or the file holds a search over other data, folds or parameters.

    Examples
    --------
    >>> from augury.pipelines import XGBoostClassifier
    >>> frame = pd.DataFrame({"size": [1, 2, 3, 11, 12, 13] * 5, "kind": ["s", "s", "s", "l", "l", "l"] * 5})
    >>> pipeline = Pipeline([("xgb", XGBoostClassifier("kind", n_estimators=5, nthread=1))])
    >>> def search_space(trial):
    ...     return {"xgb__learning_rate": trial.suggest_float("learning_rate", 0.01, 1.0, log=True)}
    >>> found = tune(pipeline, search_space, frame, trials=4, folds=Folds(count=2))
    >>> found.metric, found.parameters["xgb__learning_rate"] > 0.1
    ('log_loss', True)
    """
    if trials < 1:
        raise TrainingRefused(f"tuning needs at least 1 trial, not {trials}")
    search = _Search.over(pipeline, search_space, frame.reset_index(drop=True), folds)
    study = _study(storage, search.fingerprint(folds), folds.seed)
    while (done := _finished(study)) < trials:
        study.sampler = TPESampler(seed=_seed(folds.seed, done), n_startup_trials=_STARTUP_TRIALS * 2)
        search.run(study)
        trial_done(done + 1, trials)
    return _outcome(study, search.metric)


@dataclass(frozen=True, slots=True)
class _Search:
    """What every trial shares."""

    pipeline: Pipeline
    search_space: SearchSpace
    events: pd.DataFrame
    truth: Truth
    splits: Splits
    metric: str

    @classmethod
    def over(cls, pipeline: Pipeline, search_space: SearchSpace, frame: pd.DataFrame, folds: Folds) -> _Search:
        events = events_of(frame)
        truth = truth_of(pipeline, events)
        return cls(pipeline, search_space, events, truth, split(folds, truth, frame), LOSS[kind_of(pipeline)])

    def fingerprint(self, folds: Folds) -> str:
        """Return what tells this search from one whose trials cannot be compared with its own."""
        sha256 = hashlib.sha256(repr((folds, list(self.events.columns), self.pipeline)).encode())
        sha256.update(pd.util.hash_pandas_object(self.events.astype(str)).to_numpy().tobytes())
        return sha256.hexdigest()

    def run(self, study: optuna.Study) -> None:
        """Run one trial; what the pipeline refuses is a failed one."""
        trial = study.ask()
        try:
            chosen = dict(self._drawn(trial))
            trial.set_user_attr("parameters", chosen)
            study.tell(trial, self._loss(trial, self._with(chosen)))
        except optuna.TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)
        except (TypeError, ValueError) as error:
            trial.set_user_attr("error", str(error))
            study.tell(trial, state=TrialState.FAIL)

    def _drawn(self, trial: optuna.Trial) -> Mapping[str, Any]:
        try:
            return self.search_space(trial)
        except Exception as error:  # the user's code, which may raise anything
            raise TrainingRefused(f"search_space() fails: {type(error).__name__}: {error}") from error

    def _with(self, parameters: Mapping[str, Any]) -> Pipeline:
        return clone(self.pipeline).set_params(**parameters)

    def _loss(self, trial: optuna.Trial, pipeline: Pipeline) -> float:
        """Return the loss of all folds together; after each one, a trial that lags behind is given up."""
        parts = []
        for number, fold in enumerate(run_folds(pipeline, self.events, self.truth, self.splits.splits)):
            parts.append(fold.predictions)
            loss = joined(parts).scores()[self.metric]
            trial.report(loss, number)
            if len(parts) < len(self.splits.splits) and trial.should_prune():
                raise optuna.TrialPruned
        return loss


def _study(storage: Path | None, fingerprint: str, seed: int) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=_STUDY,
        storage=None if storage is None else _journal(storage),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP_TRIALS),
        sampler=TPESampler(seed=seed),
        direction="minimize",
        load_if_exists=True,
    )
    if study.user_attrs.setdefault("fingerprint", fingerprint) != fingerprint:
        raise TrainingRefused(f"{storage} holds a search over other events, folds or parameters: name another file")
    study.set_user_attr("fingerprint", fingerprint)
    for trial in study.get_trials(states=(TrialState.RUNNING,)):  # the process that ran it is gone
        study.tell(trial.number, state=TrialState.FAIL)
    return study


def _journal(path: Path) -> JournalStorage:
    path.parent.mkdir(parents=True, exist_ok=True)
    return JournalStorage(JournalFileBackend(str(path), lock_obj=JournalFileOpenLock(str(path))))


def _finished(study: optuna.Study) -> int:
    """Return how many trials count: an interrupted one does not."""
    trials = study.get_trials(deepcopy=False, states=_FINISHED)
    return sum(trial.state is not TrialState.FAIL or "error" in trial.user_attrs for trial in trials)


def _seed(seed: int, trial: int) -> int:
    return int(np.random.SeedSequence((abs(seed), trial)).generate_state(1)[0])


def _outcome(study: optuna.Study, metric: str) -> Tuning:
    trials = study.get_trials(deepcopy=False)
    through = [
        (trial.value, trial.number, trial.user_attrs["parameters"])
        for trial in trials
        if trial.state is TrialState.COMPLETE and trial.value is not None
    ]
    errors = [trial.user_attrs["error"] for trial in trials if "error" in trial.user_attrs]
    if not through:
        raise TrainingRefused(f"no trial went through; the last one: {errors[-1] if errors else 'was interrupted'}")
    loss, _, parameters = min(through, key=lambda trial: trial[:2])
    return Tuning(
        parameters=parameters,
        loss=loss,
        metric=metric,
        losses=tuple((number, loss) for loss, number, _ in through),
        pruned=sum(trial.state is TrialState.PRUNED for trial in trials),
        failed=len(errors),
    )
