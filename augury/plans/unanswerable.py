"""The refusal of a record that the fitted pipeline would have left out or refused."""

from __future__ import annotations


class Unanswerable(ValueError):
    """A record that a plan has no answer for.

    Parameters
    ----------
    field : str
        Field whose value is the reason, or lacks.
    reason : str
        What is wrong with it, as the end of a sentence that begins with the field.
    record : int, optional
        Position of the record among those that were given; None for a single one.

    Examples
    --------
    >>> error = Unanswerable("name", "is required")
    >>> str(error), error.field, error.reason
    ("'name' is required", 'name', 'is required')
    """

    def __init__(self, field: str, reason: str, record: int | None = None) -> None:
        super().__init__(f"{field!r} {reason}")
        self.field = field
        self.reason = reason
        self.record = record
