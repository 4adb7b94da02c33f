"""Vectorizers of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augury.pipelines._not_compilable import NotCompilable
from augury.plans import Analysis, AnyStep, HashedTerms, Terms

type Names = Sequence[str]


def count_vectorizer(vectorizer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the step of a CountVectorizer."""
    return [_terms(vectorizer, inputs, outputs)]


def tfidf_vectorizer(vectorizer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the step of a TfidfVectorizer."""
    if np.dtype(vectorizer.dtype) != np.float64:
        raise NotCompilable("TfidfVectorizer has a plan form for dtype float64 only")
    idf = tuple(vectorizer.idf_.tolist()) if vectorizer.use_idf else None
    return [_terms(vectorizer, inputs, outputs, sublinear=vectorizer.sublinear_tf, idf=idf, norm=vectorizer.norm)]


def hashing_vectorizer(vectorizer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the step of a HashingVectorizer."""
    if np.dtype(vectorizer.dtype) != np.float64:
        raise NotCompilable("HashingVectorizer has a plan form for dtype float64 only")
    (field,) = inputs
    return [
        HashedTerms(
            field=field,
            outputs=tuple(outputs),
            analysis=analysis_of(vectorizer),
            binary=vectorizer.binary,
            norm=vectorizer.norm,
            alternate_sign=vectorizer.alternate_sign,
        )
    ]


def analysis_of(vectorizer: Any) -> Analysis:
    """Return how a vectorizer finds terms.

    Raises
    ------
    NotCompilable
        A parameter is a function, or documents are files.
    """
    for name in ("analyzer", "tokenizer", "preprocessor", "strip_accents"):
        if callable(getattr(vectorizer, name)):
            raise NotCompilable(f"{type(vectorizer).__name__} has no plan form with a function as its {name}")
    if vectorizer.input != "content":
        raise NotCompilable(f"{type(vectorizer).__name__} has a plan form for input 'content' only")
    shortest, longest = vectorizer.ngram_range
    return Analysis(
        terms=vectorizer.analyzer,
        shortest=shortest,
        longest=longest,
        lowercase=vectorizer.lowercase,
        strip_accents=vectorizer.strip_accents,
        token_pattern=vectorizer.token_pattern,
        stop_words=tuple(sorted(vectorizer.get_stop_words() or ())),
    )


def _terms(vectorizer: Any, inputs: Names, outputs: Names, **weights: Any) -> Terms:
    (field,) = inputs
    vocabulary = vectorizer.vocabulary_
    return Terms(
        field=field,
        outputs=tuple(outputs),
        analysis=analysis_of(vectorizer),
        vocabulary=tuple(sorted(vocabulary, key=vocabulary.__getitem__)),
        binary=vectorizer.binary,
        **weights,
    )
