"""The plan: a document of typed steps, and the small interpreter that runs it on one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from augury.plans.steps import AnyStep, Reader, Record
from augury.plans.vector import Block, Writer

FORMAT = 1
"""Version of the document; a plan of another version is refused."""


class InvalidPlan(ValueError):
    """A plan document that this version cannot run: the message says why."""


class PlanDocument(BaseModel):
    """What is stored: steps in their order, then the blocks of the vector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    steps: tuple[AnyStep, ...]
    vector: tuple[Block, ...]


class Plan:
    """A fitted pipeline without its estimator: from a record's fields to a float vector.

    Arithmetic is float64; the caller casts to float32 at the model's door, where every value has a finite float32 or is
    NaN. Steps that contribute nothing to the vector, such as the one that makes the target, are left out, and with
    them the fields that only they read.

    Parameters
    ----------
    steps : sequence of step
        Steps in their order.
    vector : sequence of block
        Blocks of the vector in their order.

    Examples
    --------
    >>> from augury.plans import Number, OneHot, Plan, Scale
    >>> plan = Plan([Scale(field="age", mean=40.0, scale=10.0)],
    ...             [Number(field="age"), OneHot(field="city", categories=("rome", "oslo"))])
    >>> plan.inputs, plan.vector({"age": 35, "city": "oslo"})
    (('age', 'city'), [-0.5, 0.0, 1.0])
    """

    def __init__(self, steps: Sequence[AnyStep], vector: Sequence[Block]) -> None:
        live, inputs = _live_steps(steps, vector)
        self.document = PlanDocument(steps=tuple(live), vector=tuple(vector))
        self.inputs = inputs
        self.width = sum(block.width for block in vector)
        self._zeros = [0.0] * self.width
        self._writers = _compile(live, vector)

    @classmethod
    def load(cls, body: bytes) -> Self:
        """Read a stored plan.

        Raises
        ------
        InvalidPlan
            The body is not JSON, its format version or a kind of step is unknown, or a value does not fit its step.
        """
        document = _parse(body)
        return cls(document.steps, document.vector)

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
        """
        vector = self._zeros.copy()
        for write in self._writers:
            write(record, vector)
        return vector


def _live_steps(steps: Sequence[AnyStep], vector: Sequence[Block]) -> tuple[list[AnyStep], tuple[str, ...]]:
    """Work back from the vector: which steps does it need, and then which raw fields."""
    needed = dict.fromkeys(block.field for block in vector)
    live = []
    for step in reversed(steps):
        if step.writes in needed:
            del needed[step.writes]
            needed[step.reads] = None
            live.append(step)
    order = {block.field: position for position, block in enumerate(vector)}
    return live[::-1], tuple(sorted(needed, key=lambda name: order.get(name, len(order))))


def _compile(steps: Sequence[AnyStep], vector: Sequence[Block]) -> tuple[Writer, ...]:
    readers: dict[str, Reader] = {}
    for step in steps:
        readers[step.writes] = step.compile(readers.get(step.reads) or _raw(step.reads))
    writers, at = [], 0
    for block in vector:
        writers.append(block.compile(readers.get(block.field) or _raw(block.field), at))
        at += block.width
    return tuple(writers)


def _raw(name: str) -> Reader:
    def read(record: Record) -> Any:
        return record.get(name)

    return read


def _parse(body: bytes) -> PlanDocument:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidPlan(f"a plan must be JSON: {error}") from None
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT or isinstance(version, bool):
        raise InvalidPlan(f"plan format {version!r} is unknown; this version reads format {FORMAT}")
    try:
        return PlanDocument.model_validate_json(body)
    except ValidationError as error:
        raise InvalidPlan(_first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    return f"plan {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
