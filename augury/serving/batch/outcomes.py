"""What becomes of a row: its predictions, or why it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from augury import events
from augury.errors import AuguryError, Detail, Kind
from augury.formats import Row
from augury.serving.models import Model

type Predictions = list[dict[str, Any]]

_OF_A_ROW = frozenset({Kind.SCHEMA_MISMATCH, Kind.BODY_TOO_LARGE})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of a file, answered or refused.

    Parameters
    ----------
    row : int
        Line, element or row of the file, from 1.
    answer : list of dict or AuguryError
        Its predictions as ``POST /predict`` answers them, or its refusal.
    """

    row: int
    answer: Predictions | AuguryError

    @property
    def is_refused(self) -> bool:
        """Whether there are no predictions."""
        return isinstance(self.answer, AuguryError)

    def as_json(self) -> dict[str, Any]:
        """Return the row of the output."""
        if isinstance(self.answer, AuguryError):
            return {"row": self.row, "predictions": None, "error": self.answer.as_json()}
        return {"row": self.row, "predictions": self.answer, "error": None}


def answer_rows(model: Model, rows: Sequence[Row]) -> list[Outcome]:
    """Return what becomes of each row, in their order.

    Parameters
    ----------
    model : Model
        What answers.
    rows : sequence of Row
        What stands in the file; each row is what ``data`` holds in a request.
    """
    refusals = [_refusal(row) for row in rows]
    fitting = [row.value for row, refusal in zip(rows, refusals, strict=True) if refusal is None]
    answers = iter(_answers(model, fitting))
    return [
        Outcome(row.number, next(answers) if refusal is None else refusal)
        for row, refusal in zip(rows, refusals, strict=True)
    ]


def _refusal(row: Row) -> AuguryError | None:
    """Return why a row could not even be sent to ``POST /predict``."""
    if row.refused is not None:
        return row.refused
    if not isinstance(row.value, dict):
        return AuguryError(Kind.INVALID_REQUEST, [Detail(("data",), "an object of features is expected")])
    if (broken := events.violation(row.value, max_keys=events.MAX_EVENT_BYTES)) is not None:
        return AuguryError(broken)
    if len(orjson.dumps(row.value)) > events.MAX_EVENT_BYTES:
        return AuguryError(Kind.EVENT_TOO_LARGE)
    return None


def _answers(model: Model, records: Sequence[Mapping[str, Any]]) -> list[Predictions | AuguryError]:
    """Ask for all at once; where some don't fit, for each half, so that a row is refused alone and with its reason."""
    if not records:
        return []
    try:
        return list(model.predict(records, single=len(records) == 1))
    except AuguryError as refusal:
        if refusal.kind not in _OF_A_ROW:
            raise
        if len(records) == 1:
            return [refusal]
    middle = len(records) // 2
    return _answers(model, records[:middle]) + _answers(model, records[middle:])
