"""One type of resource, read back by the operations of its service's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cdk_deploy.casing import input_shape, recase

type Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a resource is described, and where in that its properties are.

    Parameters
    ----------
    service, operation : str
        The call, as boto3 names it.
    members : mapping, optional
        Its inputs, as text in which ``{Ref}`` and properties may stand in braces.
    path : str, optional
        Where in the answer the description is, its steps joined by dots.
    pick : callable, optional
        What chooses the description of this resource from what is at the path, by the resource's ``Ref``.
    names : mapping, optional
        Properties that the description has elsewhere than under their own name, as a path.
    parts : mapping, optional
        Properties that other calls describe.
    written : mapping, optional
        Properties that the API has in another form, each with what turns the template's into that.
    unread : mapping, optional
        Properties that can't be compared, each with the reason.
    attributes : mapping, optional
        What ``Fn::GetAtt`` should give, as text in which ``{Ref}`` and parts of the description may stand in braces.
    """

    service: str
    operation: str
    members: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    pick: Callable[[Any, str], Any] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Reading] = field(default_factory=dict)
    written: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def describe(self, client: Client, known: Mapping[str, Any]) -> Any:
        """Return the description of the resource that is known by some values."""
        inputs = {name: text.format_map(known) for name, text in self.members.items()}
        service = client(self.service)
        answer = getattr(service, self.operation)(**recase(inputs, input_shape(service, self.operation)))
        del answer["ResponseMetadata"]
        found = at(answer, self.path)
        return self.pick(found, known["Ref"]) if self.pick else found

    def attribute(self, client: Client, known: Mapping[str, Any], name: str) -> str:
        """Return what a template should get for an attribute."""
        if name not in self.attributes:
            raise LookupError(f"{self.service}: say in tests/cdk_deploy/services where the attribute {name} is")
        text = self.attributes[name]
        described = {} if text.replace("{Ref}", "").count("{") == 0 else self.describe(client, known)
        return text.format_map({**described, **known})


def at(document: Any, path: str) -> Any:
    """Return what is at a path.

    Examples
    --------
    >>> at({"a": [{"b": 1}]}, "a.0.b")
    1
    """
    for step in filter(None, path.split(".")):
        document = document[int(step)] if step.isdigit() else document[step]
    return document
