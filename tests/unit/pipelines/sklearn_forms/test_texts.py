"""Vectorizers of texts, and their plans."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from augury.pipelines import NotCompilable
from augury.plans import Unanswerable
from tests.unit.pipelines.sklearn_forms.planning import plan_of, transformed

words = st.sampled_from(["the", "The", "bread", "Bröd", "ﬁne", "été", "a", "und", "x1_y", "İstanbul", "  ", "\n", "!"])
documents = st.lists(words, max_size=9).map(" ".join) | st.text(max_size=20)
ranges = st.sampled_from([(1, 1), (1, 2), (2, 3), (3, 5)])
analysis = {
    "analyzer": st.sampled_from(["word", "char", "char_wb"]),
    "ngram_range": ranges,
    "lowercase": st.booleans(),
    "strip_accents": st.sampled_from([None, "ascii", "unicode"]),
    "stop_words": st.sampled_from([None, "english", ["und", "the"]]),
    "token_pattern": st.sampled_from([r"(?u)\b\w\w+\b", r"\S+", r"(\w)\w*"]),
    "binary": st.booleans(),
}
vectorizers = (
    st.builds(CountVectorizer, **analysis)
    | st.builds(
        TfidfVectorizer,
        **analysis,
        norm=st.sampled_from(["l1", "l2", None]),
        use_idf=st.booleans(),
        smooth_idf=st.booleans(),
        sublinear_tf=st.booleans(),
    )
    | st.builds(
        HashingVectorizer,
        **analysis,
        norm=st.sampled_from(["l1", "l2", None]),
        n_features=st.sampled_from([2, 16, 100]),
        alternate_sign=st.booleans(),
    )
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(vectorizer=vectorizers, texts=st.lists(documents, min_size=4, max_size=6))
def test_vectorizers_agree(vectorizer: Any, texts: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            vectorizer.fit(texts[:3])
        except ValueError:
            assume(False)
    plan = plan_of(vectorizer, ["text"])
    found = plan.matrix([{"text": text} for text in texts])
    np.testing.assert_allclose(found, transformed(vectorizer, texts), rtol=1e-15, atol=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [None, 3, ["a"], float("nan")])
def test_what_is_no_text_is_refused_by_name(value: Any) -> None:
    plan = plan_of(CountVectorizer().fit(["some words"]), ["comment"])
    with pytest.raises(Unanswerable, match="'comment' must be text"):
        plan.vector({"comment": value})


@pytest.mark.parametrize("name", ["analyzer", "tokenizer", "preprocessor", "strip_accents"])
def test_functions_have_no_plan_form(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vectorizer = CountVectorizer(**{name: lambda text: text}, vocabulary=["a"]).fit(["a"])
    with pytest.raises(NotCompilable, match=f"a function as its {name}"):
        plan_of(vectorizer, ["text"])


@pytest.mark.parametrize(
    ("vectorizer", "reason"),
    [
        (HashingVectorizer(), "1048576 columns; a plan has at most 32768"),
        (HashingVectorizer(n_features=8, dtype=np.float32), "float64 only"),
        (TfidfVectorizer(dtype=np.float32), "float64 only"),
        (CountVectorizer(input="file", vocabulary=["a"]), "input 'content' only"),
    ],
)
def test_what_has_no_plan_form_says_why(vectorizer: Any, reason: str) -> None:
    if vectorizer.input == "content":
        vectorizer.fit(["some words"])
    with pytest.raises(NotCompilable, match=reason):
        plan_of(vectorizer, ["text"])
