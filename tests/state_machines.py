"""A stand-in for Step Functions: it runs a definition of the Amazon States Language as far as Augury's uses it.

The rules are those of https://states-language.net/spec.html: parameters whose name ends in ``.$`` are paths, ``$$`` is
the context object, what a task gives is selected and then laid at its result path. Anything else is refused, so that a
definition that needs more of the language fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

type Task = Callable[[dict[str, Any]], Any]
"""What a resource does: parameters in, result out."""

_KNOWN = {
    "Task": {"Resource", "Parameters", "ResultSelector", "ResultPath", "Retry", "Next", "End"},
    "Choice": {"Choices", "Default"},
    "Succeed": set[str](),
}


@dataclass
class Run:
    """What came of an execution: its output, and what each state gave on."""

    output: Any
    exited: dict[str, Any] = field(default_factory=dict)


def run(definition: Mapping[str, Any], given: Any, tasks: Mapping[str, Task], context: Mapping[str, Any]) -> Run:
    """Run a definition; ``tasks`` are by the end of their resource's ARN. What a task raises ends it."""
    name, data, exited = definition["StartAt"], given, dict[str, Any]()
    while True:
        state = definition["States"][name]
        assert state.keys() - {"Type"} <= _KNOWN[state["Type"]], f"{name} uses more of the language"
        if state["Type"] == "Succeed":
            return Run(data, {**exited, name: data})
        if state["Type"] == "Choice":
            name = _chosen(state, data)
            continue
        data = _through(state, data, tasks, context)
        exited[name] = deepcopy(data)
        if state.get("End"):
            return Run(data, exited)
        name = state["Next"]


def _chosen(state: Mapping[str, Any], data: Any) -> str:
    for choice in state["Choices"]:
        assert choice.keys() == {"Variable", "BooleanEquals", "Next"}
        if _at(choice["Variable"], data, {}) is choice["BooleanEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def _through(state: Mapping[str, Any], data: Any, tasks: Mapping[str, Task], context: Mapping[str, Any]) -> Any:
    task = tasks[state["Resource"].partition(":states:::")[2]]
    result = task(_filled(state["Parameters"], data, context))
    selected = _filled(state["ResultSelector"], result, context)
    path = state["ResultPath"]
    if path == "$":
        return selected
    assert path.count(".") == 1
    return {**data, path.removeprefix("$."): selected}


def _filled(template: Any, data: Any, context: Mapping[str, Any]) -> Any:
    if isinstance(template, list):
        return [_filled(one, data, context) for one in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): _at(value, data, context) if name.endswith(".$") else _filled(value, data, context)
        for name, value in template.items()
    }


def _at(path: str, data: Any, context: Mapping[str, Any]) -> Any:
    root, *names = path.split(".")
    assert root in ("$", "$$"), f"{path} is no plain path"
    found: Any = context if root == "$$" else data
    for name in names:
        found = found[name]
    return found
