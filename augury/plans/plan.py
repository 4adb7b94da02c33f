"""The plan: a document of typed steps, and the small interpreter that runs it on records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

from augury.plans.document import PlanDocument, parse_document
from augury.plans.door import Door
from augury.plans.program import link, live_steps
from augury.plans.steps import AnyStep
from augury.plans.unanswerable import Unanswerable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

type Record = Mapping[str, Any]

_LEAST_BATCH = 64
"""Fewer records are faster one by one."""


class Plan:
    """A fitted pipeline without its estimator: from a record's fields to a float vector.

    Arithmetic is float64 up to the model's door. Steps that contribute nothing to the vector, such as the one that
    makes the target, are left out, and with them the fields that only they read.

    Parameters
    ----------
    steps : sequence of step
        Steps in their order.
    vector : sequence of str
        Fields that make the model's vector, in its order.
    door : Door, optional
        How their numbers enter the model; by default as float32, NaN where they are missing.

    Attributes
    ----------
    document : PlanDocument
        What is stored: the live steps, the vector and the door.
    inputs : tuple of str
        Fields that are read from a record.
    width : int
        Numbers in a vector.

    Examples
    --------
    >>> from augury.plans import OneHot, Plan, Scale
    >>> plan = Plan([Scale(field="age", mean=40.0, scale=10.0),
    ...              OneHot(field="city", categories=("rome", "oslo"), outputs=("rome", "oslo"))],
    ...             ["age", "rome", "oslo"])
    >>> plan.inputs, plan.vector({"age": 35, "city": "oslo"})
    (('age', 'city'), [-0.5, 0.0, 1.0])
    """

    def __init__(self, steps: Sequence[AnyStep], vector: Sequence[str], door: Door | None = None) -> None:
        self.document = PlanDocument(steps=tuple(live_steps(steps, vector)), vector=tuple(vector), door=door or Door())
        self._program = program = link(self.document)
        self.inputs = program.inputs
        self.width = len(self.document.vector)
        self._blank = program.blank
        self._operations = program.operations
        self._begin = program.begin
        self._origins = program.origins

    @classmethod
    def load(cls, body: bytes) -> Self:
        """Read a stored plan.

        Raises
        ------
        InvalidPlan
            The body is not JSON, its format version or a kind of step is unknown, or a value does not fit its step.
        """
        document = parse_document(body)
        return cls(document.steps, document.vector, document.door)

    def dump(self) -> bytes:
        """Return the document as JSON; :meth:`load` reads it back to the same plan, bit for bit."""
        return self.document.model_dump_json(exclude_none=True).encode()

    def vector(self, record: Record) -> list[float]:
        """Return the vector of one record.

        Parameters
        ----------
        record : mapping of str to JSON value
            Fields by name. A field that is not there counts as null; extra fields are not looked at.

        Returns
        -------
        list of float
            ``width`` numbers; NaN stands for a missing one.

        Raises
        ------
        Unanswerable
            The fitted pipeline would have left the record out, or refused it.
        """
        slots = [*map(record.get, self.inputs), *self._blank]
        try:
            for operate in self._operations:
                operate(slots)
        except Unanswerable as refusal:
            # The caller knows the inputs, not the fields that the plan makes of them.
            raise Unanswerable(self._origins.get(refusal.field, refusal.field), refusal.reason) from None
        return slots[self._begin :]

    def matrix(self, records: Sequence[Record]) -> NDArray[np.float32] | NDArray[np.float64]:
        """Return the vectors of many records as the model takes them.

        Parameters
        ----------
        records : sequence of mapping
            Records as :meth:`vector` takes them.

        Returns
        -------
        numpy.ndarray
            Of shape (records, ``width``) and of the door's type.

        Raises
        ------
        Unanswerable
            As of :meth:`vector`; it says which record was the first.
        """
        door = self.document.door
        matrix: NDArray[np.float32] | NDArray[np.float64]
        try:
            if len(records) >= _LEAST_BATCH:
                matrix = self._batch.matrix_of(self._program, door, records)
            else:
                matrix = self._batch.stacked(map(self.vector, records), len(records), self.width, door)
        except Unanswerable:
            raise self._first_refusal(records) from None
        return matrix

    @cached_property
    def _batch(self) -> ModuleType:
        # Whoever runs a plan on single records needs no numpy.
        return import_module("augury.plans.batch")

    def _first_refusal(self, records: Sequence[Record]) -> Unanswerable:
        for position, record in enumerate(records):
            try:
                self.vector(record)
            except Unanswerable as refusal:
                return Unanswerable(refusal.field, refusal.reason, position)
        raise AssertionError("a record that was refused is answered")
