"""How far two sets of answers are apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-6
"""Greatest absolute difference of a probability at which the two still agree."""

RELATIVE_TOLERANCE = 1e-5
"""Greatest relative difference of a regression's value at which the two still agree."""

NEAR_ZERO = 0.1
"""Fraction of the values' size (root mean square) below which a value is near zero.

``RELATIVE_TOLERANCE`` of it is a millionth of that size: eight roundings of float32, in which trees add up.
"""

type Numbers = NDArray[np.float64]


class Relative(NamedTuple):
    """Differences of a regression's values, one per row.

    Parameters
    ----------
    judged : numpy.ndarray
        Relative to the value, or to what counts as near zero where the value is nearer to it.
    strict : numpy.ndarray
        Relative to the value, however small; infinite where only the fitted value is 0.
    """

    judged: Numbers
    strict: Numbers


def absolute_differences(expected: Numbers, found: Numbers) -> Numbers:
    """Return each row's greatest difference; what is no number, or infinite, must be so on both sides.

    Examples
    --------
    >>> absolute_differences(np.array([[0.5, 0.5], [np.nan, 1]]), np.array([[0.5, 0.25], [np.nan, 1]])).tolist()
    [0.25, 0.0]
    """
    same = (expected == found) | (np.isnan(expected) & np.isnan(found))
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.where(same, 0.0, np.abs(expected - found))
    return np.nan_to_num(difference, nan=np.inf, posinf=np.inf).max(axis=1, initial=0.0)


def relative_differences(expected: Numbers, found: Numbers, size: float) -> Relative:
    """Return the differences of values, shape (rows, 1), relative to the expected ones.

    Parameters
    ----------
    expected, found : numpy.ndarray
        Values of the fitted pipeline, and of what is served.
    size : float
        Root mean square of the fitted values, 0 if that is not known: then every difference is judged strictly.

    Examples
    --------
    >>> judged, strict = relative_differences(np.array([[4.0], [0.0]]), np.array([[5.0], [1.0]]), size=20)
    >>> judged.tolist(), strict.tolist()
    ([0.25, 0.5], [0.25, inf])
    """
    differences, values = absolute_differences(expected, found), np.abs(expected[:, 0])
    return Relative(_over(differences, np.fmax(values, NEAR_ZERO * size)), _over(differences, values))


def root_mean_square(values: Numbers) -> float:
    """Return the size of finite values, 0 where there is none."""
    finite = values[np.isfinite(values)]
    # Scaled, so that the squares of the greatest floats are finite too.
    greatest = float(np.abs(finite).max(initial=0.0))
    return greatest * float(np.sqrt(np.mean((finite / greatest) ** 2))) if greatest else 0.0


def class_disagreements(expected: Numbers, found: Numbers) -> int:
    """Count rows of another class; of classes that tie in the fitted pipeline, either is right."""
    picked = np.take_along_axis(expected, found.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return int((expected.max(axis=1) - picked > TOLERANCE).sum())


def _over(differences: Numbers, scale: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(differences == 0, 0.0, np.nan_to_num(differences / scale, nan=np.inf, posinf=np.inf))
