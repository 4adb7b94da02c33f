"""What a pipeline expects of a record: names, JSON types and nullability, and what training saw of each field."""

from augury.schema.fields import ENVELOPE_FIELDS, MAX_CATEGORIES, MAX_EXAMPLES, Field, FieldType
from augury.schema.inputs import MAX_NUMBER, InputSchema

__all__ = [
    "ENVELOPE_FIELDS",
    "MAX_CATEGORIES",
    "MAX_EXAMPLES",
    "MAX_NUMBER",
    "Field",
    "FieldType",
    "InputSchema",
]
