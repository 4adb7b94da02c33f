"""One field of many records: the forms in which a plan's steps take a column."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augury.plans.values import MISSING, float_of

type Numbers = NDArray[np.float64]


class Column:
    """One value per record: as a list, as numbers, or as codes of distinct texts, each made when it is asked for."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    @property
    def values(self) -> Sequence[Any]:
        """The values."""
        return self._values

    @cached_property
    def floats(self) -> Numbers:
        """The values that are floats, infinite ones too, and what :func:`number_of` reads of the others."""
        try:
            return np.frombuffer(array("d", self.values))
        except (TypeError, OverflowError):
            return self._floats_among_others()

    @cached_property
    def numbers(self) -> Numbers:
        """What :func:`number_of` reads of the values."""
        return np.where(np.isfinite(self.floats), self.floats, MISSING)

    @cached_property
    def coded(self) -> Coded | None:
        """Distinct texts and null with the code of each row; None where there is another value."""
        code_of: defaultdict[Any, int] = defaultdict(count().__next__)
        try:
            codes = np.fromiter(map(code_of.__getitem__, self.values), np.intp, len(self.values))
        except TypeError:
            return None
        # A number would stand for another one that equals it, such as 1 for True; a text equals itself only.
        return Coded(list(code_of), codes) if set(map(type, code_of)) <= {str, type(None)} else None

    def _floats_among_others(self) -> Numbers:
        try:
            return np.frombuffer(array("d", [MISSING if value is None else value for value in self.values]))
        except (TypeError, OverflowError):
            return np.array([float_of(value) for value in self.values], dtype=np.float64)


class NumberColumn(Column):
    """Numbers that a step wrote."""

    def __init__(self, numbers: Numbers) -> None:
        self.written = numbers

    @property
    def values(self) -> Sequence[Any]:
        """The numbers as Python's own."""
        values: list[float] = self.written.tolist()
        return values

    @property
    def floats(self) -> Numbers:
        """The numbers."""
        return self.written

    @property
    def coded(self) -> None:
        """Numbers are no texts."""
        return


@dataclass(frozen=True)
class Coded:
    """Distinct values, and which one each row has."""

    distinct: Sequence[Any]
    codes: NDArray[np.intp]


class Block:
    """Neighbouring columns of numbers: a row of them for each distinct value, and which one each record has."""

    def __init__(self, table: Numbers, codes: NDArray[np.intp]) -> None:
        self.table = table
        self.codes = codes


class BlockColumn(NumberColumn):
    """One column of a block."""

    def __init__(self, block: Block, position: int) -> None:
        self.block = block
        self.position = position

    @cached_property
    def written(self) -> Numbers:  # type: ignore[override]
        """The numbers."""
        return self.block.table[:, self.position][self.block.codes]


class CodedColumn(Column):
    """What a step wrote for each distinct value that it read."""

    def __init__(self, written: Coded) -> None:
        self._coded = written

    @property
    def values(self) -> Sequence[Any]:
        """The values."""
        return [self._coded.distinct[code] for code in self._coded.codes.tolist()]

    @cached_property
    def floats(self) -> Numbers:
        """The values that are floats, and what is read of the others."""
        return np.array([float_of(value) for value in self._coded.distinct], dtype=np.float64)[self._coded.codes]

    @property
    def coded(self) -> Coded:
        """The values as they were written; equal ones may stand there twice."""
        return self._coded
