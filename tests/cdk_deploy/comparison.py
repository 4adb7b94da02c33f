"""Whether what a template says is what an API describes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.cdk_deploy.reading import at


def differences(said: Any, described: Any, where: str = "") -> Iterator[str]:
    """Yield where a description lacks something that was said, or has it otherwise; what it has beyond that is fine.

    APIs spell names in other cases, write numbers and documents as text, and give lists in any order.

    Examples
    --------
    >>> list(differences({"Timeout": 10, "Tags": [{"Key": "a"}]}, {"timeout": "10", "tags": [{"key": "b"}], "more": 1}))
    ["Tags.0: {'Key': 'a'} is not in [{'key': 'b'}]"]
    """
    described = _parsed(described) if isinstance(said, Mapping | list) else described
    match said, described:
        case Mapping(), list() if all("Key" in tag for tag in described):
            yield from differences(said, {tag["Key"]: tag["Value"] for tag in described}, where)
        case list(), Mapping():
            yield from differences({tag["Key"]: tag["Value"] for tag in said}, described, where)
        case Mapping(), Mapping():
            yield from _differing_members(said, described, where)
        case list(), list():
            yield from _missing_items(said, described, where)
        case Mapping() | list(), _:
            yield f"{where}: {said} became {described}"
        case _ if not _same(said, described):
            yield f"{where}: {said!r} became {described!r}"


def found(described: Any, path: str) -> Any:
    """Return what is at a path whatever the case of its names, or None if nothing is."""
    for step in filter(None, path.split(".")):
        described = _member(described, step)
    return described


def _member(described: Any, name: str) -> Any:
    if isinstance(described, list):
        return at(described, name)
    members = {key.casefold(): value for key, value in (described or {}).items()}
    return members.get(name.casefold())


def _differing_members(said: Mapping[str, Any], described: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, value in said.items():
        yield from differences(value, _member(described, name), f"{where}.{name}".strip("."))


def _missing_items(said: list[Any], described: list[Any], where: str) -> Iterator[str]:
    for index, item in enumerate(said):
        if not any(not list(differences(item, other)) for other in described):
            yield f"{where}.{index}: {item} is not in {described}"
    if len(said) != len(described):
        yield f"{where}: {len(said)} became {len(described)}"


def _parsed(described: Any) -> Any:
    if not isinstance(described, str):
        return described
    try:
        return json.loads(described)
    except ValueError:
        return described


def _same(said: Any, described: Any) -> bool:
    try:
        return float(said) == float(described)
    except (TypeError, ValueError):
        return _text(said) == _text(described)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
