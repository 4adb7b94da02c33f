"""A text becomes the weights of its terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import Any, ClassVar, Literal, Self

from pydantic import FiniteFloat, model_validator

from augury.plans.hashing import hashed
from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.text import Analysis
from augury.plans.unanswerable import Unanswerable

type Norm = Literal["l1", "l2"]


class _TextStep(FieldStep):
    """Base of the steps from a text to one column per term; what is no text is refused, as scikit-learn does.

    Parameters
    ----------
    outputs : tuple of str
        Columns in their order.
    analysis : Analysis
        How terms are found.
    binary : bool, default False
        Whether a term counts once however often it occurs.
    norm : {"l1", "l2"}, optional
        What the weights are divided by: the sum of their magnitudes or the root of that of their squares.
    """

    initial: ClassVar[float] = 0.0
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    outputs: tuple[str, ...]
    analysis: Analysis
    binary: bool = False
    norm: Norm | None = None

    @property
    def writes(self) -> tuple[str, ...]:
        """The columns."""
        return self.outputs

    def text(self, value: Any) -> str:
        """Return a value that is text."""
        if type(value) is not str:
            raise Unanswerable(self.field, "must be text")
        return value


class Terms(_TextStep):
    """Weigh the terms of a vocabulary by how often a text holds them: term frequencies, or tf-idf.

    Parameters
    ----------
    vocabulary : tuple of str
        Distinct terms, one per output.
    sublinear : bool, default False
        Whether a count ``n`` weighs ``1 + log(n)``.
    idf : tuple of float, optional
        Factor of each term.
    """

    kind: Literal["terms"] = "terms"
    vocabulary: tuple[str, ...]
    sublinear: bool = False
    idf: tuple[FiniteFloat, ...] | None = None

    @model_validator(mode="after")
    def _terms_are_distinct(self) -> Self:
        if len(set(self.vocabulary)) != len(self.vocabulary):
            raise ValueError("a term has two columns")
        if len(self.outputs) != len(self.vocabulary):
            raise ValueError("there must be one output per term")
        if self.idf is not None and len(self.idf) != len(self.vocabulary):
            raise ValueError("there must be one idf per term")
        return self

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the weights that are not 0."""
        (source,) = read
        targets = tuple(write)
        analyse = self.analysis.compiled()
        positions = {term: position for position, term in enumerate(self.vocabulary)}

        def weigh(slots: Slots) -> None:
            terms = analyse(self.text(slots[source]))
            counts = Counter(positions[term] for term in terms if term in positions)
            weights = {position: self._weight(position, counts[position]) for position in sorted(counts)}
            for position, weight in normed(weights, self.norm).items():
                slots[targets[position]] = weight

        return weigh

    def _weight(self, position: int, count: int) -> float:
        weight = 1.0 if self.binary else float(count)
        if self.sublinear:
            weight = log(weight) + 1.0
        return weight if self.idf is None else weight * self.idf[position]


class HashedTerms(_TextStep):
    """Weigh terms by how often a text holds them, in columns that their hashes choose; there is no vocabulary.

    Parameters
    ----------
    alternate_sign : bool, default True
        Whether a term's hash chooses its sign too.
    """

    kind: Literal["hashed_terms"] = "hashed_terms"
    alternate_sign: bool = True

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the weights of the columns that are met."""
        (source,) = read
        targets = tuple(write)
        analyse = self.analysis.compiled()

        def weigh(slots: Slots) -> None:
            weights: dict[int, float] = {}
            for term in analyse(self.text(slots[source])):
                position, sign = hashed(term, len(targets))
                weights[position] = weights.get(position, 0.0) + (sign if self.alternate_sign else 1.0)
            if self.binary:
                weights = dict.fromkeys(weights, 1.0)
            for position, weight in normed(dict(sorted(weights.items())), self.norm).items():
                slots[targets[position]] = weight

        return weigh


def normed(weights: Mapping[int, float], norm: Norm | None) -> Mapping[int, float]:
    """Return weights divided by their norm, which is summed in the order of the columns as scikit-learn does.

    Examples
    --------
    >>> normed({0: 3.0, 7: -4.0}, "l2")
    {0: 0.6, 7: -0.8}
    """
    if norm is None:
        return weights
    total = 0.0
    for weight in weights.values():
        total += abs(weight) if norm == "l1" else weight * weight
    length = total if norm == "l1" else sqrt(total)
    return weights if length == 0 else {position: weight / length for position, weight in weights.items()}
