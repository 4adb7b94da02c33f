"""The stacks of a cloud assembly as they were deployed: each resource by the id that it got."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.cdk_deploy.comparison import differences, found
from tests.cdk_deploy.provider import Account
from tests.cdk_deploy.services import READINGS
from tests.infra.templates import StageTemplates


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedResource:
    """One resource: logical id, type, what ``Ref`` gives for it, and its properties with references resolved."""

    name: str
    kind: str
    ref: str
    properties: dict[str, Any]


class DeployedStacks:
    """All stacks of a stage, looked up through the API.

    Parameters
    ----------
    account : Account
        Where they are.
    templates : StageTemplates
        What was deployed.
    """

    def __init__(self, account: Account, templates: StageTemplates) -> None:
        self._account = account
        self._templates = templates

    def resources(self) -> Iterator[DeployedResource]:
        """Yield every resource of every template; KeyError if there is none for it."""
        for stack, document in self._templates.documents.items():
            for name, body in document["Resources"].items():
                properties = self._resolved(stack, body.get("Properties", {}))
                yield DeployedResource(name=name, kind=body["Type"], ref=self._refs[stack][name], properties=properties)

    def described(self, resource: DeployedResource) -> dict[str, Any]:
        """Return what the API says of each property of a resource, in its order."""
        reading, known = READINGS[resource.kind], self._known(resource.ref, resource.properties)
        whole = reading.describe(self._account.client, known)
        return {
            name: reading.parts[name].describe(self._account.client, known)
            if name in reading.parts
            else found(whole, reading.names.get(name, name))
            for name in resource.properties
            if name not in reading.unread
        }

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return what the API says of every resource, by type and logical id."""
        return {
            f"{resource.kind} {resource.name}": self.described(resource) | self._code_of(resource)
            for resource in self.resources()
        }

    def differences(self, resource: DeployedResource) -> list[str]:
        """Return in what the API describes a resource otherwise than its template."""
        written = READINGS[resource.kind].written
        said = {name: written.get(name, _as_it_is)(value) for name, value in resource.properties.items()}
        described = self.described(resource)
        return [
            f"{resource.name} ({resource.kind}) {difference}"
            for name, value in described.items()
            for difference in differences(said[name], value, name)
        ]

    def _code_of(self, resource: DeployedResource) -> dict[str, Any]:
        if resource.kind not in ("AWS::Lambda::Function", "AWS::Lambda::Version"):
            return {}
        described = self._account.client("lambda").get_function(FunctionName=resource.ref)
        return {"Code": described["Code"].get("ImageUri") or described["Configuration"]["CodeSha256"]}

    @cached_property
    def _refs(self) -> dict[str, dict[str, str]]:
        client = self._account.client("cloudformation")
        answers = {stack: client.describe_stack_resources(StackName=stack) for stack in self._templates.documents}
        return {
            stack: {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in answer["StackResources"]}
            for stack, answer in answers.items()
        }

    @cached_property
    def _exports(self) -> dict[str, str]:
        pages = self._account.client("cloudformation").get_paginator("list_exports").paginate()
        return {export["Name"]: export["Value"] for page in pages for export in page["Exports"]}

    @property
    def _pseudo(self) -> dict[str, str]:
        account = self._account
        names = {
            "AccountId": account.number,
            "Region": account.region,
            "Partition": "aws",
            "URLSuffix": "amazonaws.com",
        }
        return {f"AWS::{name}": value for name, value in names.items()}

    def _known(self, ref: str, properties: dict[str, Any]) -> dict[str, Any]:
        return {**properties, "Ref": ref, "region": self._account.region, "account": self._account.number}

    def _resolved(self, stack: str, value: Any) -> Any:
        match value:
            case {"Ref": str(name)}:
                return self._pseudo.get(name) or self._refs[stack][name]
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(stack, name, attribute)
            case {"Fn::ImportValue": str(export)}:
                return self._exports[export]
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._resolved(stack, part) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:]+)\}", lambda match: self._resolved(stack, {"Ref": match[1]}), text)
            case dict():
                return {key: self._resolved(stack, inner) for key, inner in value.items()}
            case list():
                return [self._resolved(stack, inner) for inner in value]
            case _:
                return value

    def _attribute(self, stack: str, name: str, attribute: str) -> str:
        body = self._templates.documents[stack]["Resources"][name]
        own = {key: value for key, value in body.get("Properties", {}).items() if isinstance(value, str)}
        known = self._known(self._refs[stack][name], own)
        return READINGS[body["Type"]].attribute(self._account.client, known, attribute)


def _as_it_is(value: Any) -> Any:
    return value
