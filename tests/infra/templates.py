"""The synthesised templates as plain data, with intrinsic functions written out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Resource:
    """One resource: ``stack:logical id``, its properties written out, and all of it as it stands in the template."""

    name: str
    properties: dict[str, Any]
    attributes: dict[str, Any]


class StageTemplates:
    """All templates of one stage."""

    def __init__(self, stage: str, documents: Mapping[str, dict[str, Any]]) -> None:
        self.stage = stage
        self.documents = documents
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, document in documents.items()
            for output in document.get("Outputs", {}).values()
            if "Export" in output
        }

    @classmethod
    def read(cls, assembly: Path, stage: str) -> Self:
        """Read the templates of a stage, by the names of their stacks."""
        directory = assembly / f"assembly-Augury-{stage}"
        artifacts = json.loads((directory / "manifest.json").read_text())["artifacts"].values()
        stacks = (artifact["properties"] for artifact in artifacts if artifact["type"] == "aws:cloudformation:stack")
        documents = {s["stackName"]: json.loads((directory / s["templateFile"]).read_text()) for s in stacks}
        return cls(stage, documents)

    def resources(self, kind: str = "*") -> list[Resource]:
        """Return the resources of a type, of every stack."""
        return [
            Resource(f"{stack}:{name}", self.written_out(stack, body.get("Properties", {})), attributes=body)
            for stack, document in self.documents.items()
            for name, body in document["Resources"].items()
            if fnmatchcase(body["Type"], kind)
        ]

    def only(self, kind: str, name: str = "") -> Resource:
        """Return the one resource of a type whose logical id holds a name."""
        [found] = [resource for resource in self.resources(kind) if name in resource.name.partition(":")[2]]
        return found

    def output(self, stack: str, name: str) -> str:
        """Return an output's value, written out."""
        document = self.documents[f"Augury-{self.stage}-{stack}"]
        return str(self.written_out(f"Augury-{self.stage}-{stack}", document["Outputs"][name]["Value"]))

    def written_out(self, stack: str, value: Any) -> Any:
        """Return a value with references as text: ``{stack:logical id}``, ``{stack:logical id.Attribute}``."""
        match value:
            case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Sub": str()}:
                return _reference(stack, value)
            case {"Fn::ImportValue": str(export)}:
                return self.written_out(*self._exports[export])
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.written_out(stack, part) for part in parts)
            case dict():
                return {key: self.written_out(stack, inner) for key, inner in value.items()}
            case list():
                return [self.written_out(stack, inner) for inner in value]
            case _:
                return value

    def statements_of(self, role: str) -> Iterator[dict[str, Any]]:
        """Yield the statements of all policies of a role, which is given as ``stack:logical id``."""
        [body] = [resource for resource in self.resources("AWS::IAM::Role") if resource.name == role]
        assert not body.properties.get("ManagedPolicyArns"), "a managed policy says more than a test can read"
        for policy in body.properties.get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]
        for resource in self.resources("AWS::IAM::Policy"):
            if f"{{{role}}}" in resource.properties["Roles"]:
                yield from resource.properties["PolicyDocument"]["Statement"]

    def function(self, name: str) -> Resource:
        """Return the function of a name."""
        [found] = [
            resource
            for resource in self.resources("AWS::Lambda::Function")
            if resource.properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == f"augury-{name}"
        ]
        return found

    def role_of(self, function: str) -> str:
        """Return the role of a function as ``stack:logical id``."""
        return str(self.function(function).properties["Role"]).strip("{}").removesuffix(".Arn")

    def may(self, function: str, action: str, resource: str, partition: str | None = None) -> bool:
        """Say whether a function's role allows an action on a resource, as IAM decides it.

        Of a table it may be a partition that is asked about; without one, whether there is any that it may act on.
        """
        return self.role_may(self.role_of(function), action, resource, partition)

    def role_may(self, role: str, action: str, resource: str, partition: str | None = None) -> bool:
        """Say the same of a role, which is given as ``stack:logical id``."""
        effects = {
            statement["Effect"]
            for statement in self.statements_of(role)
            if any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
            and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
            and (partition is None or _holds(statement, partition))
        }
        return effects == {"Allow"}


def _reference(stack: str, value: dict[str, Any]) -> str:
    match value:
        case {"Ref": str(name)}:
            return f"{{{name if name.startswith('AWS::') else f'{stack}:{name}'}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{{{stack}:{name}.{attribute}}}"
        case _:
            return str(value["Fn::Sub"]).replace("${", "{")


def _holds(statement: dict[str, Any], partition: str) -> bool:
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    return any(fnmatchcase(partition, pattern) for pattern in as_list(condition.get("dynamodb:LeadingKeys", "*")))


def as_list(value: Any) -> list[Any]:
    """Return what a template may write alone or in a list as a list."""
    return value if isinstance(value, list) else [value]
