"""Which events each fold of a cross-validation learns from, and which it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from augury.training.refusal import TrainingRefused
from augury.training.truth import Truth

_TIME_FIELDS = ("timestamp", "_received_at")

type Positions = NDArray[np.intp]
type Column = pd.Series[Any]


class FoldKind(StrEnum):
    """How events are dealt out to the folds."""

    STRATIFIED = "stratified"
    PLAIN = "plain"
    TIME = "time"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class Folds:
    """A cross-validation, as it is asked for.

    Parameters
    ----------
    count : int, default 5
        Number of folds, at least 2.
    kind : FoldKind, optional
        ``stratified``: shuffled, each class in every fold in the same share. ``plain``: shuffled. ``time``: each fold
        is judged by events that are later than all that it learned from. ``grouped``: events with the same value of
        ``field`` are never on both sides. By default stratified for classes and plain for numbers.
    field : str, optional
        The field with the time or the group. Times are ISO 8601 texts or numbers; ``timestamp``, else
        ``_received_at``, by default.
    seed : int, default 0
        Seed of the shuffling.
    """

    count: int = 5
    kind: FoldKind | None = None
    field: str | None = None
    seed: int = 0


DEFAULT_FOLDS = Folds()
"""Five shuffled folds."""


@dataclass(frozen=True, slots=True)
class Split:
    """One fold: positions in the rows of the truth.

    Parameters
    ----------
    learned, held_out : numpy.ndarray of int
        What the pipeline is fitted on, and what it then predicts.
    """

    learned: Positions
    held_out: Positions


@dataclass(frozen=True, slots=True)
class Splits:
    """The folds that were made.

    Parameters
    ----------
    kind : FoldKind
        How.
    splits : tuple of Split
        At least one.
    notes : tuple of str
        What is not as it was asked for, and why.
    """

    kind: FoldKind
    splits: tuple[Split, ...]
    notes: tuple[str, ...]


def split(folds: Folds, truth: Truth, frame: pd.DataFrame) -> Splits:
    """Make the folds.

    Parameters
    ----------
    folds : Folds
        What is asked for.
    truth : Truth
        The targets.
    frame : pandas.DataFrame
        The raw frame, the fields that the server adds included.

    Raises
    ------
    TrainingRefused
        Fewer than two folds are asked for or possible, a class is too small to be stratified, or the field is missing,
        has nulls or holds no times.

    Examples
    --------
    >>> truth = Truth("regression", np.arange(6), np.arange(6.0), ())
    >>> made = split(Folds(2, FoldKind.TIME, "at"), truth, pd.DataFrame({"at": [5, 0, 4, 1, 3, 2]}))
    >>> [(one.learned.tolist(), one.held_out.tolist()) for one in made.splits]
    [([1, 3], [5, 4]), ([1, 3, 5, 4], [2, 0])]
    """
    if folds.count < 2:
        raise TrainingRefused(f"cross-validation needs at least 2 folds, not {folds.count}")
    kind = folds.kind or (FoldKind.STRATIFIED if truth.kind == "classification" else FoldKind.PLAIN)
    _refuse_unlearnable(truth)
    made, notes = _SPLITTERS[kind](folds, truth, frame)
    useful = tuple(one for one in made if _is_useful(one, truth))
    if not useful:
        raise TrainingRefused("no fold has two classes to learn from and an event to judge by: add events")
    if len(useful) < len(made):
        notes = [*notes, f"{len(made) - len(useful)} of {len(made)} folds had one class only and were left out"]
    return Splits(kind, useful, tuple(notes))


def _refuse_unlearnable(truth: Truth) -> None:
    if truth.kind == "classification" and len(truth.classes) < 2:
        raise TrainingRefused(f"the target has one class only, {truth.classes[0]!r}: nothing can be learned")
    if len(truth.rows) < 2:
        raise TrainingRefused("there is one event to learn from: add events")


def _is_useful(one: Split, truth: Truth) -> bool:
    enough = 2 if truth.kind == "classification" else 1
    return len(one.held_out) > 0 and len(np.unique(truth.values[one.learned])) >= enough


def _stratified(folds: Folds, truth: Truth, _frame: pd.DataFrame) -> tuple[list[Split], list[str]]:
    if truth.kind == "regression":
        raise TrainingRefused("numbers cannot be stratified: use plain, time or grouped folds")
    sizes = truth.sizes()
    name, smallest = truth.classes[int(sizes.argmin())], int(sizes.min())
    if smallest < 2:
        raise TrainingRefused(f"class {name!r} has one row: leave it out or add events")
    count, notes = _at_most(folds.count, smallest, f"class {name!r} has {smallest} events")
    shuffled = StratifiedKFold(count, shuffle=True, random_state=folds.seed)
    return [Split(*pair) for pair in shuffled.split(truth.values, truth.values)], notes


def _plain(folds: Folds, truth: Truth, _frame: pd.DataFrame) -> tuple[list[Split], list[str]]:
    count, notes = _at_most(folds.count, len(truth.rows), f"there are {len(truth.rows)} events")
    shuffled = KFold(count, shuffle=True, random_state=folds.seed)
    return [Split(*pair) for pair in shuffled.split(truth.values)], notes


def _grouped(folds: Folds, truth: Truth, frame: pd.DataFrame) -> tuple[list[Split], list[str]]:
    if folds.field is None:
        raise TrainingRefused("grouped folds need the field whose values belong together: name it")
    groups = pd.factorize(_column(frame, folds.field).iloc[truth.rows].astype(str))[0]
    distinct = int(groups.max()) + 1
    if distinct < 2:
        raise TrainingRefused(f"field {folds.field!r} has one value only: there is nothing to hold out")
    count, notes = _at_most(folds.count, distinct, f"field {folds.field!r} has {distinct} values")
    dealt = GroupKFold(count, shuffle=True, random_state=folds.seed)
    return [Split(*pair) for pair in dealt.split(truth.values, groups=groups)], notes


def _by_time(folds: Folds, truth: Truth, frame: pd.DataFrame) -> tuple[list[Split], list[str]]:
    """Cut the events, in order of time, into one part more than folds; no two parts share a moment."""
    field = folds.field or next((name for name in _TIME_FIELDS if name in frame), None)
    if field is None:
        raise TrainingRefused(f"time-ordered folds need a field with the time: name it, or send {_TIME_FIELDS[0]!r}")
    times = _times(_column(frame, field)).iloc[truth.rows].to_numpy()
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    even = [len(order) * part // (folds.count + 1) for part in range(1, folds.count + 1)]
    cuts = sorted({int(np.searchsorted(ordered, ordered[cut])) for cut in even} - {0})
    if not cuts:
        raise TrainingRefused(f"field {field!r} has too few different times for folds")
    made = [Split(order[:cut], order[cut:end]) for cut, end in zip(cuts, [*cuts[1:], len(order)], strict=True)]
    _, notes = _at_most(folds.count, len(made), f"field {field!r} has few different times")
    return made, notes


def _times(column: Column) -> Column:
    if pd.api.types.is_numeric_dtype(column):
        return column
    try:
        return pd.to_datetime(column, utc=True, format="ISO8601")
    except (TypeError, ValueError):
        raise TrainingRefused(
            f"field {column.name!r} holds values that are neither numbers nor ISO 8601 times"
        ) from None


def _column(frame: pd.DataFrame, field: str) -> Column:
    if field not in frame:
        raise TrainingRefused(f"the events have no field {field!r} to make folds by")
    if frame[field].isna().any():
        raise TrainingRefused(f"{int(frame[field].isna().sum())} events have no {field!r} to make folds by")
    return frame[field]


def _at_most(asked: int, possible: int, why: str) -> tuple[int, list[str]]:
    if possible >= asked:
        return asked, []
    return possible, [f"{possible} folds instead of {asked}: {why}"]


_SPLITTERS = {
    FoldKind.STRATIFIED: _stratified,
    FoldKind.PLAIN: _plain,
    FoldKind.TIME: _by_time,
    FoldKind.GROUPED: _grouped,
}
