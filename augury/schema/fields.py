"""One field of a record: what its values must be, and what they were in training."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat
from pydantic import Field as Constraint

ENVELOPE_FIELDS = ("client", "timestamp", "client_timestamp", "event_id", "_event_id", "_received_at")
"""What the server adds to, or reads in, every stored event. Training leaves these fields out."""

MAX_CATEGORIES = 50
"""Most distinct texts that a schema lists; a field with more has none listed."""

MAX_EXAMPLES = 3
"""Most examples of a field's values."""


class FieldType(StrEnum):
    """JSON type of a field's values."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    ARRAY = "array"
    OBJECT = "object"
    ANY = "any"


class Field(BaseModel):
    """One field of a record.

    Only ``type`` and ``nullable`` are demanded of a value. All else says what training saw, for people and for
    documents made from the schema; a value beyond it is no mistake.

    Parameters
    ----------
    name : str
        Key in the record.
    type : FieldType
        JSON type that a value must have.
    nullable : bool, default False
        Whether null, or no value at all, is accepted too.
    integral : bool, default False
        Whether every number was whole.
    minimum, maximum : float, optional
        Least and greatest number.
    categories : tuple of str, optional
        All distinct texts, sorted, where there were few.
    format : {"date", "date-time"}, optional
        What every text was written as (RFC 3339, with or without an offset).
    examples : tuple of JSON value
        A few of the values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: FieldType
    nullable: bool = False
    integral: bool = False
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    categories: Annotated[tuple[str, ...], Constraint(max_length=MAX_CATEGORIES)] | None = None
    format: Literal["date", "date-time"] | None = None
    examples: Annotated[tuple[Any, ...], Constraint(max_length=MAX_EXAMPLES)] = ()
