"""A field of a pipeline's schema as an input of the protocol."""

from __future__ import annotations

from typing import Any

from augury.schema import Field, FieldType
from augury.serving.open_inference.inputs import JSON_TEXT

_DATATYPES = {FieldType.NUMBER: "FP64", FieldType.BOOLEAN: "BOOL"}


def describe_input(field: Field) -> dict[str, Any]:
    """Return an input's metadata.

    Examples
    --------
    >>> describe_input(Field(name="age", type=FieldType.NUMBER, integral=True))["datatype"]
    'INT64'
    """
    is_json = field.type in (FieldType.ARRAY, FieldType.OBJECT)
    # INT64 has no null, and a field may have one.
    is_whole = field.type is FieldType.NUMBER and field.integral and not field.nullable
    datatype = "INT64" if is_whole else _DATATYPES.get(field.type, "BYTES")
    parameters = {"nullable": field.nullable, **(JSON_TEXT if is_json else {})}
    return {"name": field.name, "datatype": datatype, "shape": [-1, 1], "parameters": parameters}
