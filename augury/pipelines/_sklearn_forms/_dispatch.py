"""Which form a transformer has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from augury.pipelines._not_compilable import NotCompilable
from augury.pipelines._sklearn_forms import (
    _composition,
    _discretizers,
    _encoders,
    _imputers,
    _polynomials,
    _scalers,
    _selectors,
    _texts,
)
from augury.plans import AnyStep

type Form = Callable[[Any, Sequence[str], Sequence[str]], list[AnyStep]]


def steps_of(transformer: Any, input_columns: Sequence[str], output_columns: Sequence[str]) -> list[AnyStep]:
    """Return the plan steps of a fitted scikit-learn transformer.

    Parameters
    ----------
    transformer : scikit-learn transformer
        Fitted; or ``"passthrough"`` or ``"drop"``.
    input_columns : sequence of str
        Fields that it transforms, in the order of the columns that it was fitted on.
    output_columns : sequence of str
        Distinct fields that receive its columns, in their order.

    Returns
    -------
    list of step
        They leave all other fields as they are, but for names that hold a ``#``.

    Raises
    ------
    NotCompilable
        The transformer, or a parameter of it, has no plan form.

    Examples
    --------
    >>> from sklearn.preprocessing import MaxAbsScaler
    >>> [step.kind for step in steps_of(MaxAbsScaler().fit([[1.0], [4.0]]), ["price"], ["scaled"])]
    ['affine']
    """
    inputs, outputs = tuple(input_columns), tuple(output_columns)
    if set(inputs).isdisjoint(outputs):
        return _written(transformer, inputs, outputs)
    # A part of a transformer must not overwrite what another one has yet to read.
    fresh = [f"{output}#new" for output in outputs]
    return [*_written(transformer, inputs, fresh), *_selectors.aliases(fresh, outputs)]


def _written(transformer: Any, inputs: Sequence[str], outputs: Sequence[str]) -> list[AnyStep]:
    form = _form_of(transformer)
    try:
        return form(transformer, inputs, outputs)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        raise NotCompilable(f"{type(transformer).__name__} has no plan form ({reason})") from None


def _form_of(transformer: Any) -> Form:
    if isinstance(transformer, str):
        transformer = FunctionTransformer() if transformer == "passthrough" else transformer
    # Not isinstance: a subclass may do anything.
    form = _FORMS.get(type(transformer))
    if form is None and isinstance(transformer, SelectorMixin):
        form = _selectors.selector
    if form is None:
        raise NotCompilable(f"{type(transformer).__name__} has no plan form")
    return form


_FORMS: dict[type, Form] = {
    ColumnTransformer: _composition.column_transformer,
    CountVectorizer: _texts.count_vectorizer,
    FeatureUnion: _composition.feature_union,
    FunctionTransformer: _selectors.identity,
    HashingVectorizer: _texts.hashing_vectorizer,
    KBinsDiscretizer: _discretizers.k_bins_discretizer,
    MaxAbsScaler: _scalers.max_abs_scaler,
    MinMaxScaler: _scalers.min_max_scaler,
    OneHotEncoder: _encoders.one_hot_encoder,
    OrdinalEncoder: _encoders.ordinal_encoder,
    Pipeline: _composition.pipeline,
    PolynomialFeatures: _polynomials.polynomial_features,
    RobustScaler: _scalers.robust_scaler,
    SimpleImputer: _imputers.simple_imputer,
    StandardScaler: _scalers.standard_scaler,
    TargetEncoder: _encoders.target_encoder,
    TfidfVectorizer: _texts.tfidf_vectorizer,
}
