"""What a step of a plan is: data that says which fields it reads and writes, and becomes an operation on slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, FiniteFloat

type Scalar = bool | int | FiniteFloat | str
type Slots = list[Any]
type Operation = Callable[[Slots], None]


class Step(BaseModel):
    """Base of all steps.

    A plan gives every value that a step writes a slot of its own, also where it overwrites a field: so a step may run
    at any moment after those that it reads from, and none sees another's output too early. Null is None or NaN.

    Attributes
    ----------
    initial : Any
        What the slots that the step writes hold before it runs. A step that mostly writes zeros lets them stand.
    gives_features : bool
        Whether all that the step writes is float: NaN or within ``MAX_FEATURE``.
    gives_missing : bool
        Whether something that the step writes may be null.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    initial: ClassVar[Any] = None
    gives_features: ClassVar[bool] = False
    gives_missing: ClassVar[bool] = True

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the fields that the step reads."""
        raise NotImplementedError

    @property
    def writes(self) -> tuple[str, ...]:
        """Names of the fields that the step gives a value. A step that writes nothing may refuse a record."""
        raise NotImplementedError

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return the operation that does the step; a step defines this, or :meth:`bind_all`.

        Parameters
        ----------
        read, write : sequence of int
            Slots of ``reads`` and of ``writes``, in their order.

        Returns
        -------
        callable
            Takes the slots of one record. It raises :class:`~augury.plans.Unanswerable` to refuse the record.
        """
        (operation,) = self.bind_all([Bound(self, tuple(read), tuple(write))])
        return operation

    @classmethod
    def bind_all(cls, bound: Sequence[Bound]) -> list[Operation]:
        """Return the operations of steps of this kind that do not read from each other; one each, or fewer if fused."""
        return [each.step.bind(each.read, each.write) for each in bound]


class Bound(NamedTuple):
    """A step and the slots that it was given."""

    step: Any
    read: tuple[int, ...]
    write: tuple[int, ...]


class FieldStep(Step):
    """Base of the steps that read one field and write it, or another one, anew."""

    field: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The field."""
        return (self.field,)

    @property
    def writes(self) -> tuple[str, ...]:
        """The field, unless a step says otherwise."""
        return (self.field,)


class RenamingStep(FieldStep):
    """Base of the steps that read one field and write another one."""

    output: str

    @property
    def writes(self) -> tuple[str, ...]:
        """The field that receives the result."""
        return (self.output,)
