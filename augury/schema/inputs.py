"""What a pipeline expects of a record, and the check of it.

Checking a record is on the path of every prediction: it is one pass over the schema's fields, without building anything
unless there is something to complain about.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from augury.errors import Detail
from augury.schema.fields import Field, FieldType

MAX_NUMBER = sys.float_info.max
"""Magnitude above which a number has no finite float64."""


_NUMBERS = frozenset({int, float})
_ACCEPTED: dict[FieldType, frozenset[type]] = {
    FieldType.NUMBER: _NUMBERS,
    FieldType.BOOLEAN: frozenset({bool}),
    FieldType.TEXT: frozenset({str}),
    FieldType.ARRAY: frozenset({list}),
    FieldType.OBJECT: frozenset({dict}),
    FieldType.ANY: _NUMBERS | {bool, str, list, dict},
}
_EXPECTED = {
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "a boolean",
    FieldType.TEXT: "text",
    FieldType.ARRAY: "an array",
    FieldType.OBJECT: "an object",
    FieldType.ANY: "a value",
}
_FOUND: dict[type, str] = {
    int: "a number",
    float: "a number",
    bool: "a boolean",
    str: "text",
    list: "an array",
    dict: "an object",
}


class InputSchema(BaseModel):
    """The fields that a pipeline reads; a record's other fields are none of its business.

    Parameters
    ----------
    fields : tuple of Field
        Fields with distinct names.

    Examples
    --------
    >>> schema = InputSchema(fields=(Field(name="age", type="number"), Field(name="city", type="text", nullable=True)))
    >>> schema.problems({"age": 31, "city": None, "more": "ignored"})
    []
    >>> [(detail.loc, detail.msg) for detail in schema.problems({"age": True})]
    [(('data', 'age'), 'a number is expected, not a boolean')]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[Field, ...]
    _checks: tuple[tuple[str, frozenset[type], bool], ...] = PrivateAttr(default=())
    _by_name: dict[str, Field] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _compile_checks(self) -> Self:
        if len(set(self.names)) != len(self.fields):
            raise ValueError("two fields have the same name")
        self._by_name = {field.name: field for field in self.fields}
        self._checks = tuple((field.name, _ACCEPTED[field.type], field.nullable) for field in self.fields)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    def problems(self, record: Mapping[str, Any], loc: Sequence[str | int] = ("data",)) -> list[Detail]:
        """Say what keeps a record from fitting, one detail per offending field.

        Parameters
        ----------
        record : mapping of str to JSON value
            One record, as a JSON parser gives it. Extra fields are ignored.
        loc : sequence of str or int, default ("data",)
            Where the record stands in the request.

        Returns
        -------
        list of Detail
            Empty when the record fits.
        """
        offending = []
        for name, accepted, nullable in self._checks:
            value = record.get(name)
            if value is None:
                if nullable:
                    continue
            # Python compares an int with a float exactly, so that no int is too large for it; NaN compares false.
            elif (kind := type(value)) in accepted and (kind not in _NUMBERS or -MAX_NUMBER <= value <= MAX_NUMBER):
                continue
            offending.append(name)
        return [self._detail(name, record.get(name), loc) for name in offending]

    def _detail(self, name: str, value: Any, loc: Sequence[str | int]) -> Detail:
        field = self._by_name[name]
        expected = _EXPECTED[field.type]
        return Detail((*loc, name), f"{expected} is required" if value is None else _mismatch(expected, field, value))


def _mismatch(expected: str, field: Field, value: Any) -> str:
    if type(value) in _ACCEPTED[field.type]:
        return f"{expected} is expected within the range of float64"
    return f"{expected} is expected, not {_FOUND.get(type(value), 'this')}"
