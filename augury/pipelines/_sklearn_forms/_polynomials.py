"""Polynomials of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augury.plans import AnyStep, Products

type Names = Sequence[str]


def polynomial_features(polynomial: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the one step that makes all products; none where the polynomial has no column."""
    if not outputs:  # nor any powers that scikit-learn could stack
        return []
    factors = [np.repeat(np.arange(len(powers)), powers).tolist() for powers in polynomial.powers_]
    return [Products(fields=tuple(inputs), outputs=tuple(outputs), factors=tuple(map(tuple, factors)))]
