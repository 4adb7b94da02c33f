"""From a feature to the neighbouring columns of an estimator's matrix that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._columns import Column, column_type, numbers_of, texts_of
from augury.plans import AnyStep, Code, Entries, OneHot, numeric_entries
from augury.schema import FieldType

type Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class NumberBlock:
    """One column: the feature as a number, NaN where it is missing."""

    field: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Name of the column: the feature's own."""
        return (self.field,)

    def matrix(self, column: Column) -> Numbers:
        """Return the block of a frame's column, of shape (rows, columns)."""
        return numbers_of(column)[:, np.newaxis]

    def steps(self) -> list[AnyStep]:
        """Return the plan steps that write the block's columns: none, the plan's door reads numbers."""
        return []


@dataclass(frozen=True)
class CategoryBlock:
    """One column per text that the feature had in ``fit``: 1.0 in the column of its text, 0.0 elsewhere."""

    field: str
    categories: tuple[str, ...]
    columns: tuple[str, ...]

    def matrix(self, column: Column) -> Numbers:
        """Return the block of a frame's column, of shape (rows, columns)."""
        codes = _codes(column, self.categories)
        hot: Numbers = np.zeros((len(codes), len(self.categories)))
        rows = np.flatnonzero(codes >= 0)
        hot[rows, codes[rows]] = 1.0
        return hot

    def steps(self) -> list[AnyStep]:
        """Return the plan step that writes the block's columns."""
        return [OneHot(field=self.field, categories=self.categories, outputs=self.columns)]


@dataclass(frozen=True)
class CodeBlock:
    """One column: the place of the feature's text among those that it had in ``fit``, NaN for every other."""

    field: str
    categories: tuple[str, ...]
    columns: tuple[str, ...]

    def matrix(self, column: Column) -> Numbers:
        """Return the block of a frame's column, of shape (rows, columns)."""
        codes = _codes(column, self.categories)
        return np.where(codes >= 0, codes, np.nan)[:, np.newaxis]

    def steps(self) -> list[AnyStep]:
        """Return the plan step that writes the block's column."""
        return [Code(field=self.field, output=self.columns[0], categories=self.categories)]


@dataclass(frozen=True)
class EntriesBlock:
    """One column per key of the objects that the feature held in ``fit``, or of its lists of pairs; else 0.0."""

    field: str
    keys: tuple[str | int, ...]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, column: Column, taken: Set[str]) -> Self:
        """Return the block of a fitted feature; see :func:`block_of`."""
        found = {key for value in column for key, _ in numeric_entries(value)}
        # Ids are numbers and terms are texts; where a feature mixes them, 1 and "1" are two keys.
        keys = tuple(sorted(found, key=lambda key: (type(key) is str, key)))
        mixed = len({type(key) for key in keys}) > 1
        names = [repr(key) if mixed else str(key) for key in keys]
        return cls(str(column.name), keys, distinct_names(str(column.name), names, taken))

    def matrix(self, column: Column) -> Numbers:
        """Return the block of a frame's column, of shape (rows, columns)."""
        positions = {key: position for position, key in enumerate(self.keys)}
        numbers: Numbers = np.zeros((len(column), len(self.keys)))
        for row, value in enumerate(column):
            for key, number in numeric_entries(value):
                if key in positions:
                    numbers[row, positions[key]] = number
        return numbers

    def steps(self) -> list[AnyStep]:
        """Return the plan step that writes the block's columns."""
        return [Entries(field=self.field, keys=self.keys, outputs=self.columns)]


type Block = NumberBlock | CategoryBlock | CodeBlock | EntriesBlock


def block_of(column: Column, taken: Set[str], *, native: bool = False, as_texts: bool = False) -> Block:
    """Return what a fitted feature becomes.

    Parameters
    ----------
    column : pandas.Series
        The feature: numbers, booleans, texts, a mix of these, or objects whose values are numbers.
    taken : set of str
        Names that its columns must not have, because features and other blocks' columns have them.
    native : bool, default False
        Whether the estimator takes categories as codes.
    as_texts : bool, default False
        Whether numbers and booleans are categories too, by the texts that they are written as.

    Raises
    ------
    UnfitColumn
        The column holds other values, such as lists.
    """
    name = str(column.name)
    if _holds_objects(column):
        return EntriesBlock.of(column, taken)
    if not as_texts and column_type(column) in (FieldType.NUMBER, FieldType.BOOLEAN):
        return NumberBlock(name)
    categories = tuple(sorted({text for text in texts_of(column) if text is not None}))
    if native and categories:
        return CodeBlock(name, categories, distinct_names(name, ["code"], taken))
    return CategoryBlock(name, categories, distinct_names(name, categories, taken))


def distinct_names(field: str, categories: Collection[str], taken: Set[str]) -> tuple[str, ...]:
    """Return names like ``field=category``, none of which is taken.

    Examples
    --------
    >>> distinct_names("city", ["oslo", "rome"], taken={"city"})
    ('city=oslo', 'city=rome')
    >>> distinct_names("city", ["oslo", "rome"], taken={"city", "city=rome"})
    ('city==oslo', 'city==rome')
    """
    names = tuple(f"{field}={category}" for category in categories)
    return names if taken.isdisjoint(names) else distinct_names(f"{field}=", categories, taken)


def _codes(column: Column, categories: Collection[str]) -> NDArray[np.intp]:
    texts: Any = pd.Index(texts_of(column), dtype=object)
    return pd.Index(list(categories), dtype=object).get_indexer(texts)


def _holds_objects(column: Column) -> bool:
    if column.dtype != object:
        return False
    present = column.dropna()
    return len(present) > 0 and all(type(value) is dict for value in present)
