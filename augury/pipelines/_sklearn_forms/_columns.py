"""How many columns a fitted transformer gives, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import PolynomialFeatures

from augury.pipelines._not_compilable import NotCompilable

MAX_WIDTH = 2**15
"""Most columns of a transformer in a plan, whose vector is dense: 32,768 numbers take 256 KiB and some 0.3 ms."""


def feature_names(transformer: Any, inputs: Sequence[str], position: str) -> tuple[str, ...]:
    """Return distinct names for the columns that a transformer gives.

    Parameters
    ----------
    transformer : scikit-learn transformer
        Fitted.
    inputs : sequence of str
        Names of the columns that it was fitted on.
    position : str
        Where it stands, for columns that have no names or the same ones.
    """
    try:
        names = tuple(map(str, transformer.get_feature_names_out(list(inputs))))
    except (AttributeError, ValueError):
        names = ()
    width = width_of(transformer, inputs)
    return (
        names
        if len(names) == width and len(set(names)) == width
        else tuple(f"{position}#{number}" for number in range(width))
    )


def width_of(transformer: Any, inputs: Sequence[str]) -> int:
    """Return the number of columns that a fitted transformer gives.

    Raises
    ------
    NotCompilable
        It does not say, or there are more than a plan has.
    """
    width = _width(transformer, inputs)
    if width > MAX_WIDTH:
        raise NotCompilable(f"{type(transformer).__name__} gives {width} columns; a plan has at most {MAX_WIDTH}")
    return width


def _width(transformer: Any, inputs: Sequence[str]) -> int:
    if isinstance(transformer, HashingVectorizer):
        return int(transformer.n_features)
    if isinstance(transformer, PolynomialFeatures):  # which can't name its columns where it has none
        return int(transformer.n_output_features_)
    if isinstance(transformer, ColumnTransformer):
        return max((columns.stop for columns in transformer.output_indices_.values()), default=0)
    if isinstance(transformer, FeatureUnion):
        return sum(width_of(part, inputs) for _, part in transformer.transformer_list if part != "drop")
    if isinstance(transformer, Pipeline):
        return _width_of_last(transformer, inputs)
    if isinstance(transformer, str):
        return len(inputs) if transformer == "passthrough" else 0
    if not hasattr(transformer, "get_feature_names_out"):
        raise NotCompilable(f"{type(transformer).__name__} has no plan form")
    return len(transformer.get_feature_names_out(_expected(transformer, inputs)))


def _width_of_last(pipeline: Any, inputs: Sequence[str]) -> int:
    columns = list(inputs)
    for number, (_, step) in enumerate(pipeline.steps):
        if step is not None and step != "passthrough":
            columns = [f"{number}.{column}" for column in range(width_of(step, columns))]
    return len(columns)


def _expected(transformer: Any, inputs: Sequence[str]) -> list[str]:
    """Return names that the transformer accepts: those that it was fitted with, if it was fitted with names."""
    return list(getattr(transformer, "feature_names_in_", inputs))
