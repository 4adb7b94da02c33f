"""A pipeline as its callers see it: what its records look like, with one to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from augury.artifacts import Manifest
from augury.schema import Field, FieldType

type Json = dict[str, Any]

_TYPES: Mapping[FieldType, list[str]] = {
    FieldType.NUMBER: ["number"],
    FieldType.BOOLEAN: ["boolean"],
    FieldType.TEXT: ["string"],
    FieldType.ARRAY: ["array"],
    FieldType.OBJECT: ["object"],
    FieldType.ANY: ["number", "boolean", "string", "array", "object"],
}
_PLACEHOLDERS: Mapping[FieldType, Any] = {
    FieldType.NUMBER: 0,
    FieldType.BOOLEAN: False,
    FieldType.TEXT: "",
    FieldType.ARRAY: [],
    FieldType.OBJECT: {},
    FieldType.ANY: 0,
}


@dataclass(frozen=True, slots=True)
class AnsweringPipeline:
    """A pipeline with what its versions that answer say of themselves.

    Parameters
    ----------
    name : str
        The pipeline.
    is_default : bool
        Whether it answers when a request names none.
    manifests : sequence of Manifest
        One per version that answers and can be read; none where only services outside answer.
    """

    name: str
    is_default: bool
    manifests: Sequence[Manifest]

    @property
    def fields(self) -> Sequence[Field]:
        """Every field that some version reads; of a field of several versions, what the first says."""
        found: dict[str, Field] = {}
        for manifest in self.manifests:
            for field in manifest.inputs.fields:
                found.setdefault(field.name, field)
        return tuple(found.values())

    @property
    def record(self) -> Json:
        """Schema of a row; any of the versions may be the one that answers, so that it has to fit them all."""
        versions = [_version(manifest) for manifest in self.manifests]
        match versions:
            case []:
                return {"type": "object", "description": "what its service expects is not known here"}
            case [only]:
                return only
            case _:
                return {"type": "object", "allOf": versions}

    @property
    def example(self) -> Json:
        """A row that can be sent as it is."""
        return {field.name: _example_value(field) for field in self.fields}


def _version(manifest: Manifest) -> Json:
    answers = f"one of {', '.join(manifest.classes)}" if manifest.classes else "a number"
    return {
        "type": "object",
        "title": f"{manifest.pipeline} {manifest.version}",
        "description": f"The answer is {answers}.",
        "required": [field.name for field in manifest.inputs.fields if not field.nullable],
        "properties": {field.name: _property(field) for field in manifest.inputs.fields},
    }


def _property(field: Field) -> Json:
    types = [*_TYPES[field.type], *(["null"] if field.nullable else [])]
    described: Json = {"type": types[0] if len(types) == 1 else types}
    if seen := _seen(field):
        described["description"] = f"in training: {seen}"
    return described | ({"examples": list(field.examples)} if field.examples else {})


def _seen(field: Field) -> str:
    """Say what training saw; it constrains nothing, so that it stands in the description."""
    parts = []
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"{'whole numbers ' if field.integral else ''}from {field.minimum:g} to {field.maximum:g}")
    if field.categories:
        parts.append("one of " + ", ".join(field.categories))
    if field.format:
        parts.append(f"a {field.format} of RFC 3339")
    return "; ".join(parts)


def _example_value(field: Field) -> Any:
    present = [value for value in field.examples if value is not None]
    if present:
        return present[0]
    if field.nullable:
        return None
    if field.categories:
        return field.categories[0]
    return _PLACEHOLDERS[field.type] if field.minimum is None else field.minimum
