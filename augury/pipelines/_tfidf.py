"""Texts to the weights of their terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.feature_selection import chi2

from augury.pipelines._coded import Coded, coded
from augury.pipelines._columns import absent, object_array, texts_of
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import Analysis, AnyStep, Constant, Tfidf
from augury.plans.items import document_of
from augury.plans.steps.tfidf import Weights, weights_function


class TfidfTransform(FrameTransform):
    """Write a text as an object of its terms and their tf-idf weights.

    Terms are what :class:`sklearn.feature_extraction.text.TfidfVectorizer` counts by default, with the same weights:
    words of two characters or more in lower case, weighed by the logarithm of how few texts have them, each text's
    weights having the Euclidean norm 1. :class:`ListFeaturesTransform` with ``measure="weight"`` makes columns of them.

    Parameters
    ----------
    input_feature : str
        Column of texts, or of lists, whose scalars are joined by spaces. Null, objects and a missing column have no
        terms.
    output_feature : str
        Column that receives the objects; ``{}`` where no term is known.
    min_df, max_df : int or float, default 0 and 1.0
        Least and greatest number of texts that have a term; as a float, their fraction.
    select_features : bool, default False
        Give only the terms that depend most on the target by a chi-squared test. The others count in the norm only.
    topn_features : int, default 50000
        How many terms those are.
    stop_words : "english" or collection of str, optional
        Words to leave out; "english" is scikit-learn's list.
    target_feature : str, optional
        Column of the target, for ``select_features``; it is read in ``fit`` only. Rows without a target are not looked
        at for the selection.
    ngram_range : sequence of two int, default (1, 1)
        Least and greatest number of neighbouring words in a term.

    Attributes
    ----------
    idf_ : dict of str to float
        Inverse document frequency of each term, in their order.
    selected_ : tuple of str or None
        Terms that are given; None for all.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["red shoes", "red hat", None]})
    >>> tfidf = TfidfTransform("text", "weights").fit(frame)
    >>> {term: round(idf, 3) for term, idf in tfidf.idf_.items()}
    {'hat': 1.693, 'red': 1.288, 'shoes': 1.693}
    >>> tfidf.transform(pd.DataFrame({"text": ["Red!", "new hat"]}))["weights"].tolist()
    [{'red': 1.0}, {'hat': 1.0}]
    """

    def __init__(
        self,
        input_feature: str,
        output_feature: str,
        min_df: float = 0,
        max_df: float = 1.0,
        select_features: bool = False,
        topn_features: int = 50000,
        stop_words: str | Collection[str] | None = None,
        target_feature: str | None = None,
        ngram_range: Sequence[int] = (1, 1),
    ) -> None:
        self.input_feature = input_feature
        self.output_feature = output_feature
        self.min_df = min_df
        self.max_df = max_df
        self.select_features = select_features
        self.topn_features = topn_features
        self.stop_words = stop_words
        self.target_feature = target_feature
        self.ngram_range = ngram_range

    def _fit(self, frame: pd.DataFrame) -> None:
        self._check_parameters()
        texts = coded(frame[self.input_feature] if self.input_feature in frame else absent(frame.index))
        self.idf_ = self._inverse_frequencies(texts)
        self.selected_ = self._selection(frame, texts) if self.select_features else None

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        column = frame[self.input_feature] if self.input_feature in frame else absent(frame.index)
        weights = coded(column).mapped(weights_function(self._step(self.selected_)))
        return frame.assign(**{self.output_feature: object_array([dict(each) for each in weights])})

    def _outputs(self) -> tuple[str, ...]:
        return (self.output_feature,)

    def to_plan(self) -> list[AnyStep]:
        """Return the one step that weighs terms."""
        if self.input_feature not in self.feature_names_in_:
            return [Constant(output=self.output_feature, value={})]
        return [self._step(self.selected_)]

    def _step(self, selected: tuple[str, ...] | None = None) -> Tfidf:
        return Tfidf(
            field=self.input_feature,
            output=self.output_feature,
            idf=self.idf_,
            selected=selected,
            analysis=self._analysis(),
        )

    def _analysis(self) -> Analysis:
        shortest, longest = map(int, self.ngram_range)
        stop_words = ENGLISH_STOP_WORDS if self.stop_words == "english" else self.stop_words or ()
        return Analysis(shortest=shortest, longest=longest, stop_words=tuple(sorted(stop_words)))

    def _check_parameters(self) -> None:
        if isinstance(self.stop_words, str) and self.stop_words != "english":
            raise ValueError(f'stop_words must be "english" or a list of words, not {self.stop_words!r}')
        if len(self.ngram_range) != 2 or not 1 <= self.ngram_range[0] <= self.ngram_range[1]:
            raise ValueError(f"ngram_range must be two numbers of words, the lesser first, not {self.ngram_range!r}")
        if self.select_features and self.target_feature is None:
            raise ValueError("target_feature must name the target that select_features tests the terms against")

    def _inverse_frequencies(self, texts: Coded) -> dict[str, float]:
        terms = self._analysis().compiled()
        counts: Counter[str] = Counter()
        for value, rows in zip(texts.values, texts.sizes(), strict=False):
            for term in set(terms(document_of(value))):
                counts[term] += rows
        total = len(texts.codes)
        least, greatest = _rows(self.min_df, total), _rows(self.max_df, total)
        # As scikit-learn does: one more text, which has every term, so that no weight is infinite.
        return {
            term: math.log((1 + total) / (1 + counts[term])) + 1
            for term in sorted(counts)
            if least <= counts[term] <= greatest
        }

    def _selection(self, frame: pd.DataFrame, texts: Coded) -> tuple[str, ...]:
        if self.target_feature not in frame:
            raise ValueError(f"target_feature {self.target_feature!r} is not in the frame")
        target = texts_of(frame[self.target_feature])
        rows = np.flatnonzero([text is not None for text in target])
        if not self.idf_ or len(rows) == 0:
            return ()
        weights = texts.mapped(weights_function(self._step()))[rows]
        scores, _ = chi2(_matrix(weights.tolist(), list(self.idf_)), target[rows].astype(str))
        best = sorted(zip(-np.nan_to_num(scores), self.idf_, strict=True))[: self.topn_features]
        return tuple(sorted(term for _, term in best))


def _rows(limit: float, total: int) -> float:
    return limit * total if isinstance(limit, float) else limit


def _matrix(weights: Sequence[Weights], terms: list[str]) -> csr_matrix:
    columns = {term: position for position, term in enumerate(terms)}
    data = [weight for each in weights for weight in each.values()]
    indices = [columns[term] for each in weights for term in each]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in weights])])
    return csr_matrix((data, indices, starts), shape=(len(weights), len(terms)))
