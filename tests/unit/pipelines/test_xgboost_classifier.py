"""The classifier on frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from augury.pipelines import XGBoostClassifier


def events(rows: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(1)
    size, colour = random.normal(size=rows), random.choice(["rot", "grün", "blau"], rows)
    label = np.where(size > 0.3, 7, np.where(colour == "rot", 3, 9))
    name = pd.Series(label).map({3: "drei", 7: "sieben", 9: "neun"})
    return pd.DataFrame({"size": size, "colour": colour, "big": size > 1, "label": label, "name": name})


def classifier(**parameters: Any) -> XGBoostClassifier:
    return XGBoostClassifier("label", **{"target_readable": "name", "n_estimators": 20, "nthread": 1, **parameters})


def test_it_learns_and_answers_with_the_classes_of_the_target() -> None:
    fitted = classifier().fit(events())
    assert (fitted.predict(events()) == events()["label"]).mean() > 0.95
    assert fitted.score(events(), events()["label"]) > 0.95


def test_columns_of_the_probabilities_are_the_sorted_classes_with_their_names() -> None:
    fitted = classifier().fit(events())
    assert fitted.classes_.tolist() == [3, 7, 9]
    assert fitted.class_names == ("drei", "sieben", "neun")
    assert fitted.predict_proba(events()).sum(axis=1) == pytest.approx(1.0)


def test_classes_without_readable_names_are_called_by_their_text() -> None:
    assert classifier(target_readable=None, excluded=["name"]).fit(events()).class_names == ("3", "7", "9")
    by_name = XGBoostClassifier("name", excluded=["label"], n_estimators=2, nthread=1).fit(events())
    assert by_name.class_names == ("drei", "neun", "sieben")
    flag = events().assign(label=events()["label"] > 5)
    assert classifier(target_readable=None, excluded=["name"]).fit(flag).class_names == ("false", "true")


def test_target_and_readable_target_are_never_features() -> None:
    assert classifier().fit(events()).feature_names_in_.tolist() == ["size", "colour", "big"]
    assert classifier(included=["size", "label", "name"]).fit(events()).feature_names_in_.tolist() == ["size"]


def test_excluded_columns_are_no_features() -> None:
    assert classifier(excluded=["colour", "nowhere"]).fit(events()).feature_names_in_.tolist() == ["size", "big"]


def test_numbers_come_first_in_the_order_of_the_frame_and_then_the_texts() -> None:
    vector = classifier().fit(events()[["colour", "size", "label", "name", "big"]]).to_plan().vector
    assert vector == ("size", "big", "colour=blau", "colour=grün", "colour=rot")


def test_features_are_matched_by_name() -> None:
    fitted = classifier().fit(events())
    shuffled = events()[["big", "name", "colour", "size"]].assign(extra="x")
    assert (fitted.predict_proba(shuffled) == fitted.predict_proba(events())).all()


def test_missing_columns_count_as_missing_values() -> None:
    fitted = classifier().fit(events())
    nulls = events().assign(size=None, colour=None)
    assert (fitted.predict_proba(events().drop(columns=["size", "colour"])) == fitted.predict_proba(nulls)).all()


def test_the_target_may_be_given_beside_the_frame() -> None:
    beside = classifier(target_readable=None).fit(events().drop(columns=["label", "name"]), events()["label"].tolist())
    within = classifier(target_readable=None, excluded=["name"]).fit(events())
    assert (beside.predict_proba(events()) == within.predict_proba(events())).all()


def test_an_empty_frame_has_no_answers() -> None:
    assert classifier().fit(events()).predict_proba(events().iloc[:0]).shape == (0, 3)
    assert classifier().fit(events()).predict(events().iloc[:0]).shape == (0,)


def test_values_beyond_float32_are_answered() -> None:
    fitted = classifier().fit(events())
    far = fitted.predict_proba(pd.DataFrame({"size": [1e300, -1e300], "colour": "blau"}))
    near = fitted.predict_proba(pd.DataFrame({"size": [1e3, -1e3], "colour": "blau"}))
    assert (far == near).all()


def test_it_is_a_scikit_learn_estimator() -> None:
    original = classifier(excluded=["colour"], max_depth=2)
    fitted = clone(original).fit(events())
    assert clone(fitted).get_params() == original.get_params()
    assert original.excluded == ["colour"]
    with pytest.raises(NotFittedError):
        original.predict_proba(events())


def test_the_same_seed_gives_the_same_model() -> None:
    models = [classifier(subsample=0.5, seed=seed).fit(events()).predict_proba(events()) for seed in (1, 1, 2)]
    assert (models[0] == models[1]).all()
    assert (models[0] != models[2]).any()


@pytest.mark.parametrize(
    ("frame", "parameters", "message"),
    [
        (events().drop(columns="label"), {}, "no target column 'label'"),
        (events().assign(label=1), {}, "one class only"),
        (events().iloc[:0], {}, "one class only"),
        (events().assign(label=pd.Series([None, *[1, 2] * 29, 1])), {}, "missing in 1 of 60 rows"),
        (events().assign(label=["a", 1] * 30), {}, "several types"),
        (events().assign(name="same"), {}, "the same name"),
        (events()[["label", "name"]], {}, "no feature is left"),
        (events(), {"included": ["weight"]}, "'weight' is not in the frame"),
        (events().assign(tags=pd.Series([[1]] * 60)), {}, "'tags' holds values"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_its_reason(
    frame: pd.DataFrame, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        classifier(**parameters).fit(frame)
