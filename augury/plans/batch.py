"""A plan on many records at once: column by column, with the same result as record by record.

Three rules keep it the same. Arithmetic on a column is that of numpy's float64, which rounds as Python's float does, in
the step's own order of operations. A step that reads one column of texts is done once per distinct text, by the very
operation that does a single record. Every other step is done row by row by that operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augury.plans.columns import Block, BlockColumn, Coded, CodedColumn, Column, NumberColumn, Numbers
from augury.plans.door import BEYOND_FLOAT32, Door, Entry
from augury.plans.program import Program
from augury.plans.step import Bound, Step
from augury.plans.steps import Affine, Scale
from augury.plans.unanswerable import Unanswerable
from augury.plans.values import MAX_FEATURE

type Record = Mapping[str, Any]


def matrix_of(program: Program, door: Door, records: Sequence[Record]) -> NDArray[Any]:
    """Return the vectors of records as the model takes them.

    Parameters
    ----------
    program : Program
        What the plan does to a record.
    door : Door
        How numbers enter the model.
    records : sequence of mapping
        At least one.

    Raises
    ------
    Unanswerable
        Some record is refused; which one is not said.
    """
    columns: dict[int, Column] = dict(enumerate(_columns(records, program.inputs)))
    for bound in program.bound:
        written = _written(bound, [columns[slot] for slot in bound.read], len(records))
        columns.update(zip(bound.write, written, strict=True))
    matrix = np.empty((len(records), len(program.entries)), dtype=door.dtype)
    for block, places in groupby(
        range(matrix.shape[1]), lambda place: _block(columns, program.entries[place]) or place
    ):
        if isinstance(block, Block):
            _enter_block(matrix, block, [(place, columns[program.entries[place].source]) for place in places])
        else:
            entry = program.entries[block]
            matrix[:, block] = _entering(door, columns[entry.source], entry)
    return matrix


def stacked(vectors: Iterable[list[float]], rows: int, width: int, door: Door) -> NDArray[Any]:
    """Return vectors as the model takes them."""
    flat = np.fromiter(chain.from_iterable(vectors), dtype=door.dtype, count=rows * width)
    return flat.reshape(rows, width)


def _columns(records: Sequence[Record], names: Sequence[str]) -> Iterator[Column]:
    for name in names:
        try:
            yield Column([record[name] for record in records])
        except KeyError:
            yield Column([record.get(name) for record in records])


def _written(bound: Bound, read: Sequence[Column], count: int) -> Iterator[Column]:
    at_once = _AT_ONCE.get(type(bound.step))
    if at_once is not None:
        return iter([NumberColumn(at_once(bound.step, read[0].numbers))])
    if len(read) == 1 and (coded := read[0].coded) is not None:
        return _of_distinct(bound.step, coded)
    rows = zip(*(column.values for column in read), strict=True) if read else repeat((), count)
    return map(Column, _transposed(_rows(bound.step, rows), len(bound.write)))


def _of_distinct(step: Step, coded: Coded) -> Iterator[Column]:
    """Do a step once for each distinct value that it reads."""
    rows = _rows(step, ((value,) for value in coded.distinct))
    if step.gives_features:
        block = Block(np.array(rows, dtype=np.float64), coded.codes)
        return (BlockColumn(block, position) for position in range(len(step.writes)))
    return (CodedColumn(Coded(values, coded.codes)) for values in _transposed(rows, len(step.writes)))


def _rows(step: Step, rows: Any) -> list[list[Any]]:
    """Do a step row by row; return what it writes."""
    width, blank = len(step.reads), [step.initial] * len(step.writes)
    operate = step.bind(range(width), range(width, width + len(blank)))
    written = []
    for row in rows:
        slots = [*row, *blank]
        operate(slots)
        written.append(slots[width:])
    return written


def _transposed(rows: list[list[Any]], width: int) -> list[list[Any]]:
    return [[row[position] for row in rows] for position in range(width)]


def _scaled(step: Scale, numbers: Numbers) -> Numbers:
    limited = numbers if step.minimum is None and step.maximum is None else np.clip(numbers, step.minimum, step.maximum)
    with np.errstate(over="ignore"):
        scaled = np.clip((limited - step.mean) / step.scale, -MAX_FEATURE, MAX_FEATURE)
    return np.where(np.isnan(numbers), 0.0, scaled)


def _affine(step: Affine, numbers: Numbers) -> Numbers:
    with np.errstate(over="ignore", invalid="ignore"):
        moved = (numbers - step.subtract) / step.divide * step.multiply + step.add
    return moved if step.minimum is None and step.maximum is None else np.clip(moved, step.minimum, step.maximum)


_AT_ONCE: dict[type[Step], Callable[[Any, Numbers], Numbers]] = {Affine: _affine, Scale: _scaled}


def _block(columns: Mapping[int, Column], entry: Entry) -> Block | None:
    """Return the block whose numbers enter as they are."""
    column = columns[entry.source]
    enters = isinstance(column, BlockColumn) and entry.is_feature and not entry.may_be_missing
    return column.block if isinstance(column, BlockColumn) and enters else None


def _enter_block(matrix: NDArray[Any], block: Block, places: Sequence[tuple[int, Any]]) -> None:
    """Write neighbouring entries that come from one block at once."""
    table = block.table[:, [column.position for _, column in places]].astype(matrix.dtype)
    matrix[:, places[0][0] : places[-1][0] + 1] = table[block.codes]


def _entering(door: Door, column: Column, entry: Entry) -> Numbers:
    numbers = column.written if isinstance(column, NumberColumn) and entry.is_feature else _held(door, column, entry)
    if door.missing is None or not entry.may_be_missing:
        return numbers
    missing = np.isnan(numbers)
    if door.missing == "refused" and missing.any():
        raise Unanswerable(entry.origin, "is required")
    return numbers if door.missing == "refused" else np.where(missing, door.missing, numbers)


def _held(door: Door, column: Column, entry: Entry) -> Numbers:
    if door.beyond == "held":
        return np.clip(column.numbers, -MAX_FEATURE, MAX_FEATURE)
    if (np.abs(column.floats) >= (BEYOND_FLOAT32 if door.beyond == "refused" else np.inf)).any():
        raise Unanswerable(entry.origin, "is too large a number")
    return column.floats
