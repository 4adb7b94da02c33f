"""Missing values are replaced, and flagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from augury.plans.step import Bound, Operation, RenamingStep, Scalar, Slots
from augury.plans.unanswerable import Unanswerable


class Fill(RenamingStep):
    """Replace what counts as missing by a value.

    Parameters
    ----------
    value : scalar
        What stands for a missing value.
    missing : scalar, optional
        What counts as missing; null by default. With another one, null is refused, as scikit-learn does.
    """

    kind: Literal["fill"] = "fill"
    value: Scalar
    missing: Scalar | None = None

    @classmethod
    def bind_all(cls, bound: Sequence[Bound]) -> list[Operation]:
        """Return one loop over all fields in which null is missing, and one over the others."""
        nulls = [(read, write, step.value) for step, (read,), (write,) in bound if step.missing is None]
        others = [(step, read, write) for step, (read,), (write,) in bound if step.missing is not None]

        def fill_nulls(slots: Slots) -> None:
            for source, target, filler in nulls:
                value = slots[source]
                slots[target] = filler if value is None or value != value else value

        def fill_others(slots: Slots) -> None:
            for step, source, target in others:
                value = _present(slots[source], step.field)
                slots[target] = step.value if value == step.missing else value

        return [*[fill_nulls][: len(nulls)], *[fill_others][: len(others)]]


class IsMissing(RenamingStep):
    """Flag with 1.0 what counts as missing, all else with 0.0.

    Parameters
    ----------
    missing : scalar, optional
        What counts as missing; null by default. With another one, null is refused, as scikit-learn does.
    """

    kind: Literal["is_missing"] = "is_missing"
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    missing: Scalar | None = None

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the flag."""
        (source,), (target,) = read, write
        missing, field = self.missing, self.field

        def flag_null(slots: Slots) -> None:
            value = slots[source]
            slots[target] = 1.0 if value is None or value != value else 0.0

        def flag_other(slots: Slots) -> None:
            slots[target] = 1.0 if _present(slots[source], field) == missing else 0.0

        return flag_null if missing is None else flag_other


def _present(value: object, field: str) -> object:
    if value is None or value != value:
        raise Unanswerable(field, "is required")
    return value
