"""Any scikit-learn transformer on named columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from augury.pipelines._columns import Column, Texts, absent, column_type, numbers_of, texts_of
from augury.pipelines._frame_transform import FrameTransform, checked_frame, refuse_bare_text
from augury.plans import AnyStep, AsNumber, AsText
from augury.schema import FieldType

type Kind = Literal["number", "text"]


class SklearnTransform(FrameTransform):
    """Apply a scikit-learn transformer to some columns, and write what it makes beside the others.

    Each column is given to the transformer as numbers (float64, NaN for what is none) if ``fit`` saw nothing but
    numbers and booleans in it, else as text (null is missing). A transformer of documents, such as
    :class:`sklearn.feature_extraction.text.CountVectorizer`, is given one column of text, with ``""`` for null.

    Parameters
    ----------
    input_features : collection of str
        Columns to transform, in the transformer's order. A column that is missing at ``transform`` is null in every
        row.
    output_features : collection of str, optional
        Columns that receive the result, one for each that the transformer makes. A name that a column has already
        replaces it.
    output_features_prefix : str, optional
        Without ``output_features``: the columns are called ``prefix_0``, ``prefix_1`` and so on. Without either they
        have the names that the transformer gives them.
    transformer : scikit-learn transformer
        It is cloned, not fitted itself.
    target_feature : str, optional
        Column of the target, for transformers that learn from one; it is read in ``fit`` only. By default they are
        given the pipeline's ``y``.

    Attributes
    ----------
    transformer_ : scikit-learn transformer
        The fitted transformer.
    kinds_ : dict of str to {"number", "text"}
        What each input column is given as.
    output_names_ : list of str
        Columns that receive the result.

    Examples
    --------
    >>> from sklearn.preprocessing import MinMaxScaler
    >>> frame = pd.DataFrame({"age": [20, 40, 30], "city": ["Rome", "Oslo", "Rome"]})
    >>> SklearnTransform(["age"], output_features_prefix="age", transformer=MinMaxScaler()).fit_transform(frame)
       age  city  age_0
    0   20  Rome    0.0
    1   40  Oslo    1.0
    2   30  Rome    0.5
    """

    def __init__(
        self,
        input_features: Collection[str],
        output_features: Collection[str] | None = None,
        output_features_prefix: str | None = None,
        transformer: Any = None,
        *,
        target_feature: str | None = None,
    ) -> None:
        self.input_features = input_features
        self.output_features = output_features
        self.output_features_prefix = output_features_prefix
        self.transformer = transformer
        self.target_feature = target_feature

    def fit(self, X: pd.DataFrame, y: object = None) -> SklearnTransform:  # noqa: N803
        """Fit the transformer; the frame is not changed.

        Parameters
        ----------
        X : pandas.DataFrame
            Frame with all input columns and at least one row.
        y : array-like, optional
            The target, for transformers that learn from one.
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:  # noqa: N803
        """Fit the transformer, and transform as it does while it is fitted: one that encodes by the target cross-fits.

        Parameters
        ----------
        X : pandas.DataFrame
            Frame with all input columns and at least one row.
        y : array-like, optional
            The target, for transformers that learn from one.
        """
        self._check_parameters(checked_frame(X))
        frame = self._known_frame(X)
        self.kinds_ = {name: _kind(frame[name]) for name in self.input_features}
        self.transformer_ = clone(self.transformer)
        made = _matrix(self.transformer_.fit_transform(self._given(frame), self._target(frame, y)))
        self.output_names_ = self._column_names(made.shape[1])
        return self._with_columns(frame, made)

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        if len(frame) == 0:
            return self._with_columns(frame, np.empty((0, len(self.output_names_))))
        return self._with_columns(frame, _matrix(self.transformer_.transform(self._given(frame))))

    def _outputs(self) -> Sequence[str]:
        return self.output_names_

    def to_plan(self) -> list[AnyStep]:
        """Return the steps that read the input columns as the transformer does, and then those of the transformer.

        Raises
        ------
        NotCompilable
            The transformer has no plan form.
        """
        from augury.pipelines._sklearn_forms import steps_of

        given = {name: self._free_name(name) for name in self.input_features}
        steps = [self._typed(name, output) for name, output in given.items()]
        return [*steps, *steps_of(self.transformer_, list(given.values()), list(self.output_names_))]

    def _typed(self, name: str, output: str) -> AnyStep:
        if _takes_documents(self.transformer_):
            return AsText(field=name, output=output, missing="")
        return (
            AsNumber(field=name, output=output) if self.kinds_[name] == "number" else AsText(field=name, output=output)
        )

    def _free_name(self, name: str) -> str:
        taken = {*self.feature_names_in_, *self.output_names_}
        while name in taken:
            name += "'"
        return name

    def _check_parameters(self, frame: pd.DataFrame) -> None:
        refuse_bare_text(input_features=self.input_features, output_features=self.output_features)
        if not hasattr(self.transformer, "fit_transform"):
            raise TypeError(f"transformer must be a scikit-learn transformer, not {self.transformer!r}")
        for name in self.input_features:
            if name not in frame:
                raise ValueError(f"input column {name!r} is not in the frame")
        if len(frame) == 0:
            raise ValueError(f"there is no row to fit {type(self.transformer).__name__} on")
        if _takes_documents(self.transformer) and len(self.input_features) != 1:
            raise ValueError(f"{type(self.transformer).__name__} takes one column of text: name one input feature")

    def _target(self, frame: pd.DataFrame, y: object) -> object:
        if self.target_feature is None:
            return y
        if self.target_feature not in frame:
            raise ValueError(f"target_feature {self.target_feature!r} is not in the frame")
        return frame[self.target_feature].to_numpy()

    def _given(self, frame: pd.DataFrame) -> pd.DataFrame | Texts:
        """Return what the transformer is given."""
        columns = {name: frame[name] if name in frame else absent(frame.index) for name in self.input_features}
        if _takes_documents(self.transformer):
            (documents,) = (texts_of(column) for column in columns.values())
            documents[documents == None] = ""  # noqa: E711 - elementwise
            return documents
        return pd.DataFrame({name: self._read(name, column) for name, column in columns.items()}, index=frame.index)

    def _read(self, name: str, column: Column) -> Any:
        return numbers_of(column) if self.kinds_[name] == "number" else pd.array(texts_of(column), dtype="str")

    def _column_names(self, width: int) -> list[str]:
        names = self._given_names(width) or self._names_of_transformer()
        repeated = pd.Index(names).duplicated()
        if repeated.any():
            name = names[repeated.argmax()]
            raise ValueError(f"two results would be called {name!r}: set output_features or output_features_prefix")
        return names

    def _given_names(self, width: int) -> list[str] | None:
        if self.output_features is not None:
            if len(self.output_features) != width:
                raise ValueError(f"output_features names {len(self.output_features)} columns, but there are {width}")
            return list(self.output_features)
        if self.output_features_prefix is not None:
            return [f"{self.output_features_prefix}_{position}" for position in range(width)]
        return None

    def _names_of_transformer(self) -> list[str]:
        try:
            return [str(name) for name in self.transformer_.get_feature_names_out()]
        except AttributeError:
            kind = type(self.transformer_).__name__
            raise ValueError(f"{kind} names no columns: set output_features or output_features_prefix") from None

    def _with_columns(self, frame: pd.DataFrame, made: Any) -> pd.DataFrame:
        new = pd.DataFrame(made, index=frame.index, columns=self.output_names_).infer_objects()
        joined = pd.concat([frame.drop(columns=self.output_names_, errors="ignore"), new], axis=1)
        return joined[[name for name in self._names_out() if name in joined]]


def _kind(column: Column) -> Kind:
    is_number = column_type(column) in (FieldType.NUMBER, FieldType.BOOLEAN) or bool(column.isna().all())
    return "number" if is_number else "text"


def _takes_documents(transformer: Any) -> bool:
    first = transformer.steps[0][1] if isinstance(transformer, Pipeline) else transformer
    tags = get_tags(first).input_tags
    return bool(tags.string and not tags.two_d_array)


def _matrix(made: Any) -> Any:
    return made.toarray() if issparse(made) else np.asarray(made)
