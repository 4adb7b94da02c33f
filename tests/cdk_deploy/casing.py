"""Properties of CloudFormation in the spelling and the types of an AWS API.

Both describe the same things, but CloudFormation writes every name in Pascal case, numbers and booleans also as text,
tags as a list, and JSON documents as objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

_SCALARS: Final[dict[str, Callable[[Any], Any]]] = {
    "boolean": lambda value: str(value).lower() == "true",
    "integer": int,
    "long": int,
}
_SCALARS.update({"float": float, "double": float, "timestamp": str, "blob": str})


class UnknownProperty(Exception):
    """The API has no member of that name, so that a value of the template would get lost."""


def input_shape(client: Any, operation: str) -> Any:
    """Return what a method of a boto3 client takes."""
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


def recase(value: Any, shape: Any, where: str = "") -> Any:
    """Return a property's value as an input of an API.

    Parameters
    ----------
    value : object
        A value of a template, with all intrinsic functions resolved.
    shape : botocore.model.Shape
        What the API takes.
    where : str
        What is named in an error.

    Raises
    ------
    UnknownProperty
        The shape lacks a member.
    """
    match shape.type_name:
        case "structure":
            return _structure(value, shape, where)
        case "list":
            return [recase(item, shape.member, where) for item in _items(value)]
        case "map":
            return {key: recase(item, shape.value, where) for key, item in _entries(value).items()}
        case "string":
            return _text(value)
        case scalar:
            return _SCALARS[scalar](value)


def _structure(value: Any, shape: Any, where: str) -> dict[str, Any]:
    if getattr(shape, "is_document_type", False):
        return dict(value)
    members = {name.casefold(): name for name in shape.members}
    unknown = [name for name in value if name.casefold() not in members]
    if unknown:
        raise UnknownProperty(f"{where or shape.name} has no {', '.join(unknown)}")
    named = {members[name.casefold()]: item for name, item in value.items()}
    return {name: recase(item, shape.members[name], f"{where}.{name}".strip(".")) for name, item in named.items()}


def _items(value: Any) -> list[Any]:
    """Return a list; tags may be a mapping here where the API has a list, and an only item may stand alone."""
    match value:
        case Mapping():
            return [{"Key": key, "Value": item} for key, item in value.items()]
        case str():
            return [value]
        case _:
            return list(value)


def _entries(value: Any) -> dict[str, Any]:
    """Return a mapping; tags may be a list here where the API has a mapping."""
    return dict(value) if isinstance(value, Mapping) else {tag["Key"]: tag["Value"] for tag in value}


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case Mapping() | list():
            return json.dumps(value)
        case _:
            return str(value)
