"""In which order CloudFormation makes, changes and removes what a stack holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any, Final

from moto.cloudformation import parsing

_SUBSTITUTED: Final = re.compile(r"\$\{([\w]+)[\w.]*\}")

type Bodies = Mapping[str, Mapping[str, Any]]


def in_order(bodies: Bodies) -> list[str]:
    """Return the names of a template's resources, each after those that it refers to or depends on.

    Examples
    --------
    >>> in_order({"Alias": {"Of": {"Fn::GetAtt": ["Version", "Id"]}}, "Version": {"DependsOn": "Role"}, "Role": {}})
    ['Role', 'Version', 'Alias']
    """
    sorter = TopologicalSorter({name: bodies.keys() & set(_named(body)) for name, body in bodies.items()})
    return list(sorter.static_order())


def update(resources: Any, template: Mapping[str, Any], parameters: Mapping[str, Any] | None = None) -> None:
    """Bring a stack to a template: nothing goes before all is made and changed that may have referred to it.

    moto's own removes first and changes last, so that the version of a function would be published before its code
    is there.
    """
    planned = resources.build_resource_diff(template, parameters)
    before, after = resources._resource_json_map, template["Resources"]
    resources._template, resources._resource_json_map = template, after
    resources.input_parameters.update(parameters or {})
    for load in (resources.load_mapping, resources.load_parameters, resources.load_conditions):
        load()
    for name in in_order(after):
        if name in planned["Modify"]:
            _modify(resources, name, after[name])
        else:
            resources[name]
    _remove(resources, before, planned["Remove"])
    for name in planned["Remove"]:
        resources._parsed_resources.pop(name, None)


def delete(resources: Any) -> None:
    """Remove the resources of a stack: nothing goes before what refers to it.

    The stack keeps them in mind: moto makes what it has forgotten again, as soon as somebody asks for an output.
    """
    _remove(resources, resources._resource_json_map, resources._resource_json_map)


def _modify(resources: Any, name: str, body: dict[str, Any]) -> None:
    account, region = resources._account_id, resources._region_name
    resources._parsed_resources[name] = parsing.parse_and_update_resource(name, body, resources, account, region)


def _remove(resources: Any, bodies: Bodies, names: Any) -> None:
    for name in reversed(in_order(bodies)):
        made = resources._parsed_resources.get(name)
        if name in names and made is not None and bodies[name].get("DeletionPolicy") != "Retain":
            resources._delete_resource(made, bodies[name])


def _named(value: Any) -> Iterator[str]:
    """Yield what a part of a template refers to or depends on."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::Sub": str(text) | [str(text), *_]}:
            yield from _SUBSTITUTED.findall(text)
        case dict():
            depends_on = value.get("DependsOn", [])
            yield from [depends_on] if isinstance(depends_on, str) else depends_on
            yield from (name for inner in value.values() for name in _named(inner))
        case list():
            yield from (name for inner in value for name in _named(inner))
