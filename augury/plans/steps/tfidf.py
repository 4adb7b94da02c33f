"""Text becomes the weights of its terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from pydantic import FiniteFloat, model_validator

from augury.plans.items import document_of
from augury.plans.text import Analysis
from augury.plans.value_step import ValueFunction, ValueStep

type Weights = dict[str, float]


class Tfidf(ValueStep):
    """Text, or an array of them, becomes an object of terms and their tf-idf weights; unknown terms are left out.

    Parameters
    ----------
    idf : dict of str to float
        Inverse document frequency of every known term, in the order of the terms.
    selected : tuple of str, optional
        Terms that are given; all known ones by default. The others count in the norm only.
    analysis : Analysis, optional
        How terms are found; by default they are words.
    """

    kind: Literal["tfidf"] = "tfidf"
    idf: dict[str, FiniteFloat]
    selected: tuple[str, ...] | None = None
    analysis: Analysis = Analysis()

    @model_validator(mode="after")
    def _terms_are_in_order(self) -> Tfidf:
        if list(self.idf) != sorted(self.idf):
            raise ValueError("the terms are not in their order")
        return self

    def function(self) -> ValueFunction:
        """Return a function that gives an object of numbers, empty where nothing is known."""
        return weights_function(self)


def weights_function(step: Tfidf) -> Callable[[Any], Weights]:
    """Return the function from a value to its terms' weights, of Euclidean norm 1 over all known terms."""
    idf, terms = step.idf, step.analysis.compiled()
    selected = None if step.selected is None else frozenset(step.selected)

    def weights(value: Any) -> Weights:
        counts = Counter(term for term in terms(document_of(value)) if term in idf)
        raw = [(term, counts[term] * idf[term]) for term in sorted(counts)]
        norm = _norm([weight for _, weight in raw])
        return {term: weight / norm for term, weight in raw if selected is None or term in selected}

    return weights


def _norm(weights: list[float]) -> float:
    # One after the other, as scikit-learn does: sum() compensates for rounding, and would give another last digit.
    total = 0.0
    for weight in weights:
        total += weight * weight
    return math.sqrt(total)
