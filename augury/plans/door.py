"""The last operations of a plan: every entry of the vector becomes a number that the model takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, FiniteFloat

from augury.plans.step import Operation, Slots
from augury.plans.unanswerable import Unanswerable
from augury.plans.values import MAX_FEATURE, feature_range, float_of, number_of
from augury.schema import MAX_NUMBER

BEYOND_FLOAT32 = (2 - 2**-24) * 2.0**127
"""Least magnitude that rounds to an infinite float32: half a unit above the greatest finite one (IEEE 754, 4.3.1)."""


class Door(BaseModel):
    """How numbers enter the model.

    Parameters
    ----------
    dtype : {"float32", "float64"}, default "float32"
        Type of the model's input.
    missing : float or "refused", optional
        What stands for a missing number; "refused" refuses the record. By default NaN does.
    beyond : {"held", "refused", "kept"}, default "held"
        What becomes of numbers that are very large: they are held to ``MAX_FEATURE``, or a record with one that has no
        finite float32 is refused, or they are kept. Infinity, which products of such numbers make, is then refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dtype: Literal["float32", "float64"] = "float32"
    missing: FiniteFloat | Literal["refused"] | None = None
    beyond: Literal["held", "refused", "kept"] = "held"

    def operations(self, entries: Sequence[Entry]) -> Iterator[Operation]:
        """Return what is left to do when all steps are done."""
        unread = [entry for entry in entries if not entry.is_feature]
        if unread:
            yield _READERS[self.beyond](unread)
        doubtful = [entry for entry in entries if entry.may_be_missing]
        if doubtful and self.missing is not None:
            yield _refusing(doubtful) if self.missing == "refused" else _filling(doubtful, self.missing)


class Entry(NamedTuple):
    """One entry of the vector.

    Parameters
    ----------
    source, target : int
        Slot of the value, and the entry's own; the same if the value is a number that the model takes.
    origin : str
        An input that the value is made from, which a refusal names.
    may_be_missing : bool
        Whether the value may be NaN.
    """

    source: int
    target: int
    origin: str
    may_be_missing: bool

    @property
    def is_feature(self) -> bool:
        """Whether the value is a number that the model takes, as it is."""
        return self.source == self.target


def _holding(entries: Sequence[Entry]) -> Operation:
    pairs = [(entry.source, entry.target) for entry in entries]

    def hold(slots: Slots) -> None:
        for source, target in pairs:
            value = slots[source]
            fits = type(value) is float and -MAX_FEATURE <= value <= MAX_FEATURE
            slots[target] = value if fits else feature_range(number_of(value))

    return hold


def _limiting(entries: Sequence[Entry]) -> Operation:
    triples = [(entry.source, entry.target, entry.origin) for entry in entries]

    def limit(slots: Slots) -> None:
        for source, target, origin in triples:
            slots[target] = number = float_of(slots[source])
            if not -BEYOND_FLOAT32 < number < BEYOND_FLOAT32 and number == number:
                raise Unanswerable(origin, "is too large a number")

    return limit


def _keeping(entries: Sequence[Entry]) -> Operation:
    triples = [(entry.source, entry.target, entry.origin) for entry in entries]

    def keep(slots: Slots) -> None:
        for source, target, origin in triples:
            slots[target] = number = float_of(slots[source])
            if not -MAX_NUMBER <= number <= MAX_NUMBER and number == number:
                raise Unanswerable(origin, "is too large a number")

    return keep


_READERS = {"held": _holding, "refused": _limiting, "kept": _keeping}


def _filling(entries: Sequence[Entry], filler: float) -> Operation:
    targets = [entry.target for entry in entries]

    def fill(slots: Slots) -> None:
        for target in targets:
            if slots[target] != slots[target]:
                slots[target] = filler

    return fill


def _refusing(entries: Sequence[Entry]) -> Operation:
    targets = [(entry.target, entry.origin) for entry in entries]

    def refuse(slots: Slots) -> None:
        for target, origin in targets:
            if slots[target] != slots[target]:
                raise Unanswerable(origin, "is required")

    return refuse
