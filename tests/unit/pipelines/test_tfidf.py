"""Texts to the weights of their terms."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2

from augury.pipelines import TfidfTransform

TEXTS = ["The red shoes", "a RED hat and red gloves", "shoes for the hat", "the end"]


def weights(texts: Any, fitted: Any = TEXTS, **parameters: Any) -> list[dict[str, float]]:
    transform = TfidfTransform("text", "weights", **parameters).fit(pd.DataFrame({"text": fitted, "y": [0, 1, 0, 1]}))
    found: list[dict[str, float]] = transform.transform(pd.DataFrame({"text": texts}))["weights"].tolist()
    return found


words = st.text(alphabet="ab ç1_.ß", max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(words, min_size=1, max_size=8),
    others=st.lists(words, max_size=3),
    ngram_range=st.sampled_from([(1, 1), (1, 2), (2, 3)]),
    min_df=st.sampled_from([0, 2, 0.3]),
    max_df=st.sampled_from([1.0, 0.8, 5]),
    stop_words=st.sampled_from([None, "english", ["ab", "aa"]]),
)
def test_the_weights_are_those_of_scikit_learn_bit_for_bit(
    texts: list[str], others: list[str], ngram_range: tuple[int, int], min_df: Any, max_df: Any, stop_words: Any
) -> None:
    parameters = {"ngram_range": ngram_range, "max_df": max_df, "stop_words": stop_words}
    transform = TfidfTransform("t", "w", min_df=min_df, **parameters).fit(pd.DataFrame({"t": texts}))
    try:
        vectorizer = TfidfVectorizer(min_df=min_df or 0.0, **parameters).fit(texts)
    except ValueError:
        assert transform.idf_ == {} or min_df > max_df
        return
    names = vectorizer.get_feature_names_out()
    for text in [*texts, *others]:
        row = vectorizer.transform([text])
        expected = {names[column]: weight for column, weight in zip(row.indices, row.data, strict=True)}
        assert transform.transform(pd.DataFrame({"t": [text]}))["w"][0] == expected


def test_words_of_one_letter_and_unseen_terms_have_no_weight() -> None:
    assert weights(["a b RED", "unseen", ""]) == [{"red": 1.0}, {}, {}]


def test_null_and_objects_and_a_missing_column_have_no_terms() -> None:
    assert weights([None, {"red": 1}, float("nan")]) == [{}, {}, {}]
    transform = TfidfTransform("text", "weights").fit(pd.DataFrame({"text": TEXTS, "y": 1}))
    assert transform.transform(pd.DataFrame({"y": [1, 2]}))["weights"].tolist() == [{}, {}]


def test_the_scalars_of_a_list_are_one_text() -> None:
    (found,) = weights([["red", "SHOES", 10, None]], [["red", 10], "shoes", "10 shoes", None])
    assert set(found) == {"red", "shoes", "10"}


def test_numbers_and_booleans_are_their_text() -> None:
    assert weights([10.0, True], ["10", "true", "x", "y"]) == [{"10": 1.0}, {"true": 1.0}]


def test_neighbouring_words_are_terms_if_asked_to() -> None:
    (found,) = weights(["red hat"], ngram_range=[1, 2])
    assert set(found) == {"red", "red hat", "hat"}


def test_terms_in_too_few_or_too_many_texts_are_unknown() -> None:
    assert set(weights(["the red shoes end"], min_df=2)[0]) == {"the", "red", "shoes"}
    assert set(weights(["the red shoes end"], max_df=0.5)[0]) == {"red", "shoes", "end"}


def test_stop_words_are_left_out() -> None:
    assert set(weights(["the red end"], stop_words="english")[0]) == {"red", "end"}
    assert set(weights(["the red end"], stop_words=["red"])[0]) == {"the", "end"}


def test_selected_terms_are_those_of_a_chi_squared_test_with_their_weights_among_all_terms() -> None:
    everything = weights(TEXTS)
    target = [0, 1, 0, 1]
    vectorizer = TfidfVectorizer().fit(TEXTS)
    best = SelectKBest(chi2, k=3).fit(vectorizer.transform(TEXTS), target)
    expected = {str(name) for name in best.get_feature_names_out(vectorizer.get_feature_names_out())}
    selected = weights(TEXTS, select_features=True, topn_features=3, target_feature="y")
    assert set().union(*selected) == expected
    for some, every in zip(selected, everything, strict=True):
        assert some == {term: weight for term, weight in every.items() if term in expected}


def test_rows_without_a_target_do_not_choose_terms() -> None:
    frame = pd.DataFrame({"text": ["aa", "bb", "cc"], "y": ["x", "z", None]})
    transform = TfidfTransform("text", "w", select_features=True, topn_features=2, target_feature="y").fit(frame)
    assert transform.selected_ == ("aa", "bb")


def test_the_target_is_not_looked_at_in_transform() -> None:
    frame = pd.DataFrame({"text": TEXTS, "y": [0, 1, 0, 1]})
    transform = TfidfTransform("text", "w", select_features=True, topn_features=3, target_feature="y").fit(frame)
    without = transform.transform(frame[["text"]])["w"].tolist()
    assert without == transform.transform(frame.assign(y=[1, 0, 1, 0]))["w"].tolist()


def test_texts_without_any_term_can_be_learned_from() -> None:
    for fitted in ([None] * 4, ["", "a", "!", " "]):
        assert weights(["red"], fitted) == [{}]
        assert weights(["red"], fitted, select_features=True, target_feature="y") == [{}]


def test_rows_with_the_same_text_do_not_share_an_object() -> None:
    first, second = weights(["red", "red"])
    first["more"] = 1.0
    assert second == {"red": 1.0}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"stop_words": "german"}, 'stop_words must be "english" or a list'),
        ({"ngram_range": (2, 1)}, "ngram_range must be two numbers"),
        ({"ngram_range": (0, 1)}, "ngram_range must be two numbers"),
        ({"select_features": True}, "target_feature must name the target"),
        ({"select_features": True, "target_feature": "z"}, "target_feature 'z' is not in the frame"),
    ],
)
def test_a_parameter_that_does_not_do_is_named(parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        weights(TEXTS, **parameters)
