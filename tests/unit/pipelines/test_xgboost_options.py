"""Early stopping, native categories, svmlight and objects as features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from augury.pipelines import NotCompilable, XGBoostClassifier, XGBoostRegressor
from tests.unit.pipelines.serving import assert_served_alike, plan_of


def sales(rows: int = 300) -> pd.DataFrame:
    random = np.random.default_rng(3)
    shop, price = random.choice([f"shop {n} é" for n in range(12)], rows), random.normal(size=rows)
    level = pd.Series(shop).map({name: n % 3 for n, name in enumerate(sorted(set(shop)))})
    sold = level * 100 + price * 10 + random.normal(size=rows)
    return pd.DataFrame({"shop": shop, "price": price, "day": np.arange(rows), "sold": sold})


def test_early_stopping_keeps_the_best_number_of_trees_and_grows_them_on_all_rows() -> None:
    stopped = XGBoostRegressor("sold", n_estimators=400, learning_rate=0.5, early_stopping_rounds=5, nthread=1)
    stopped.fit(sales())
    assert 1 < stopped.n_estimators_ < 400
    assert stopped.model_.get_booster().num_boosted_rounds() == stopped.n_estimators_
    same = XGBoostRegressor("sold", n_estimators=stopped.n_estimators_, learning_rate=0.5, nthread=1).fit(sales())
    assert (stopped.predict(sales()) == same.predict(sales())).all()


def test_the_last_rows_by_an_order_choose_the_number_of_trees_and_the_order_is_no_feature() -> None:
    frame = sales().sample(frac=1, random_state=0)
    # After day 250 prices mean nothing: a model that is stopped by the last days stops early.
    frame.loc[frame["day"] > 250, "sold"] = 0.0
    options: dict[str, Any] = {
        "n_estimators": 60,
        "early_stopping_rounds": 3,
        "nthread": 1,
        "validation_fraction": 0.16,
    }
    by_day = XGBoostRegressor("sold", validation_order="day", **options).fit(frame)
    drawn = XGBoostRegressor("sold", excluded=["day"], **options).fit(frame)
    assert by_day.feature_names_in_.tolist() == ["shop", "price"]
    assert by_day.n_estimators_ < drawn.n_estimators_
    with pytest.raises(ValueError, match="'week' is not in the frame"):
        XGBoostRegressor("sold", validation_order="week", **options).fit(frame)


def test_classes_too_rare_to_be_held_out_do_not_stop_early_stopping() -> None:
    frame = sales(40).assign(label=["a"] * 39 + ["b"])
    fitted = XGBoostClassifier("label", excluded=["sold"], n_estimators=5, early_stopping_rounds=2, nthread=1).fit(
        frame
    )
    assert fitted.classes_.tolist() == ["a", "b"]


@pytest.mark.parametrize("kind", [XGBoostRegressor, XGBoostClassifier])
def test_native_categories_are_one_column_and_are_served_alike(kind: Any) -> None:
    frame = sales() if kind is XGBoostRegressor else sales().assign(sold=(sales()["sold"] // 100).astype(int))
    native = kind("sold", excluded=["day"], enable_categorical=True, n_estimators=20, nthread=1).fit(frame)
    assert plan_of(native).width == 2
    assert native.model_.get_booster().feature_types == ["q", "c"]
    odd = pd.DataFrame({"shop": ["unseen", None, "shop 3 é", "", "SHOP 3 É"], "price": [0.1, None, -5.0, 1e30, 0.0]})
    assert_served_alike(native, pd.concat([frame, odd], ignore_index=True))


@pytest.mark.parametrize("kind", [XGBoostRegressor, XGBoostClassifier])
def test_named_categories_may_be_numbers_and_are_served_alike(kind: Any) -> None:
    frame = sales() if kind is XGBoostRegressor else sales().assign(sold=(sales()["sold"] // 100).astype(int))
    frame["shop"] = frame["shop"].str.extract(r"(\d+)", expand=False).astype(float)
    native = kind("sold", excluded=["day"], enable_categorical=["shop"], n_estimators=20, nthread=1).fit(frame)
    assert native.model_.get_booster().feature_types == ["q", "c"]
    odd = pd.DataFrame({"shop": [99.0, None, 3.5, -0.0, 1e300], "price": [0.1, None, -5.0, 1e30, 0.0]})
    assert_served_alike(native, pd.concat([frame, odd], ignore_index=True))


def test_texts_that_are_not_named_stay_one_hot() -> None:
    frame = sales().assign(day=sales()["day"] % 7)
    native = XGBoostRegressor("sold", enable_categorical=("day",), n_estimators=2, nthread=1).fit(frame)
    assert native.model_.get_booster().feature_types == ["q", *["q"] * 12, "c"]


def test_a_named_category_that_is_no_feature_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="enable_categorical names 'shoop', which is no feature"):
        XGBoostRegressor("sold", enable_categorical=["shoop"]).fit(sales())


def test_a_category_that_was_not_learned_counts_as_missing() -> None:
    native = XGBoostRegressor("sold", enable_categorical=True, n_estimators=20, nthread=1).fit(sales())
    unseen, null = native.predict(pd.DataFrame({"shop": ["elsewhere", None], "price": [0.3, 0.3], "day": [1, 1]}))
    assert unseen == null


def test_pairs_of_id_and_number_are_the_only_feature_if_asked_for() -> None:
    pairs: Any = [[(1, price), (7 if price > 0 else 9, 1)] for price in sales()["price"]]
    frame = sales().assign(svm=pairs)
    fitted = XGBoostRegressor("sold", svmlight_feature="svm", n_estimators=10, nthread=1).fit(frame)
    plan = plan_of(fitted)
    assert plan.inputs == ("svm",)
    assert plan.document.vector == ("svm=1", "svm=7", "svm=9")
    assert plan.vector({"svm": [[9, 2], [1, 0.5], [4, 1.0], "alien"]}) == [0.5, 0.0, 2.0]
    assert_served_alike(fitted, frame)


def test_objects_become_a_column_per_key_with_a_number() -> None:
    terms: Any = [{"a": price, "ü": 1, "note": "x"} if price > 0 else None for price in sales()["price"]]
    frame = sales().assign(terms=terms)
    fitted = XGBoostRegressor("sold", excluded=["shop", "day"], n_estimators=10, nthread=1).fit(frame)
    assert plan_of(fitted).document.vector == ("price", "terms=a", "terms=ü")
    assert_served_alike(fitted, frame)


@pytest.mark.parametrize("objective", ["reg:squarederror", "count:poisson", "reg:absoluteerror", "reg:tweedie"])
def test_objectives_are_served_alike(objective: str) -> None:
    frame = sales().assign(sold=sales()["sold"].abs() / 100)
    assert_served_alike(XGBoostRegressor("sold", objective=objective, n_estimators=20, nthread=1).fit(frame), frame)


def test_an_objective_that_the_converter_gets_wrong_has_no_plan_form() -> None:
    frame = sales().assign(sold=sales()["sold"].gt(0).astype(int))
    fitted = XGBoostRegressor("sold", objective="reg:logistic", n_estimators=2, nthread=1).fit(frame)
    with pytest.raises(NotCompilable, match="'reg:logistic' has no ONNX form"):
        fitted.to_onnx()
