"""One type of CloudFormation, made by the operations of its service's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from tests.cdk_deploy.casing import UnknownProperty, input_shape, recase

type Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where resources are made: the local AWS, at its own address."""

    url: str
    region: str
    number: str

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        return _client(service, self.url, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of an API.

    Parameters
    ----------
    operation : str
        Name of the method in boto3.
    takes : mapping, optional
        Properties that it takes, each with the name that the API has for it; none for what the call itself says.
    spread : tuple of str, optional
        Properties whose parts are inputs of their own.
    each : str, optional
        Property that is a list, with a call for each of its items.
    members : mapping, optional
        Further inputs, as text in which ``{Ref}``, properties and parts of ``{each}`` may stand in braces.
    """

    operation: str
    takes: Mapping[str, str] = field(default_factory=dict)
    spread: tuple[str, ...] = ()
    each: str = ""
    members: Mapping[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> set[str]:
        """The properties that this call carries out."""
        return {*self.takes, *self.spread} | ({self.each} if self.each else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource that there is now."""

    ref: str
    known: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How resources of one type come and go.

    Parameters
    ----------
    service : str
        Whose API it is, as boto3 calls it.
    create : str
        The operation that takes every property that no step takes.
    ref : str
        What ``Ref`` gives: text in which properties and parts of the answer may stand in braces.
    name : str, optional
        The property that CloudFormation makes up where a template is silent.
    renames : mapping, optional
        Properties that ``create`` knows under another name.
    steps : tuple of Step, optional
        Calls after ``create``, each made if the template has one of its properties.
    attributes : mapping, optional
        What ``Fn::GetAtt`` gives, written as ``ref``.
    update : tuple of Step, optional
        Calls of an update; without any, an update fails.
    undo : tuple of Step, optional
        Calls before ``delete``, each made if the template has one of its properties.
    delete : Step, optional
        The call that removes it; without one, it goes with what it belongs to.
    ignored : mapping, optional
        Properties that are CloudFormation's own affair, each with what they are for.
    rewritten : mapping, optional
        Properties that differ in more than spelling, each with what turns it into the API's form.
    """

    service: str
    create: str
    ref: str
    name: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    update: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = ()
    delete: Step | None = None
    ignored: Mapping[str, str] = field(default_factory=dict)
    rewritten: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def make(self, account: Account, name: str, properties: Properties) -> Made:
        """Make a resource, and give what is known of it."""
        given = self._written({**({self.name: name} if self.name else {}), **properties})
        taken = {item for step in self.steps for item in step.properties}
        creation = Step(
            operation=self.create,
            takes={item: self.renames.get(item, item) for item in given if item not in taken},
            members=self.members,
        )
        known = {**vars_of(account), "Name of the resource": name, **given}
        known |= self._call(account, creation, given, known)
        made = Made(ref=self.ref.format_map(known), known=known)
        for step in self.steps:
            if step.properties & given.keys():
                self._call(account, step, given, {**known, "Ref": made.ref})
        return made

    def change(self, account: Account, made: Made, properties: Properties) -> Made:
        """Bring a resource to new properties, in place."""
        given = self._written(properties)
        old = {name: made.known.get(name) for name in given}
        changed = {name for name in given if given[name] != old[name]}
        lost = changed - {name for step in self.update for name in step.properties}
        if lost:
            raise UnknownProperty(f"no update of {', '.join(sorted(lost))} is stood in for")
        for step in self.update:
            if step.properties & changed:
                self._call(account, step, given, {**made.known, "Ref": made.ref})
        return Made(ref=made.ref, known={**made.known, **given})

    def remove(self, account: Account, made: Made) -> None:
        """Remove a resource."""
        known = {**made.known, "Ref": made.ref}
        for step in self.undo:
            if step.properties & known.keys():
                self._call(account, step, known, known)
        if self.delete:
            self._call(account, self.delete, {}, known)

    def attribute(self, made: Made, name: str) -> str:
        """Return what ``Fn::GetAtt`` gives; KeyError if there is no such attribute."""
        return self.attributes[name].format_map({**made.known, "Ref": made.ref})

    def _written(self, properties: Properties) -> dict[str, Any]:
        kept = {name: value for name, value in properties.items() if name not in self.ignored}
        return {name: self.rewritten.get(name, _as_it_is)(value) for name, value in kept.items()}

    def _call(self, account: Account, step: Step, given: Properties, known: Mapping[str, Any]) -> dict[str, Any]:
        client = account.client(self.service)
        shape = input_shape(client, step.operation)
        answer = {}
        for item in given[step.each] if step.each else [None]:
            inputs = _inputs(step, given, {**known, "each": item})
            answer = getattr(client, step.operation)(**recase(inputs, shape))
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def vars_of(account: Account) -> dict[str, str]:
    """Return what of the account a text in braces may name."""
    return {"region": account.region, "account": account.number}


def _inputs(step: Step, given: Properties, known: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {member: given[name] for name, member in step.takes.items() if member and name in given}
    inputs |= {member: item for name in step.spread if name in given for member, item in given[name].items()}
    return inputs | {member: text.format_map(known) for member, text in step.members.items()}


@cache
def _client(service: str, url: str, region: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=url, region_name=region, **keys)  # type: ignore[call-overload]


def _as_it_is(value: Any) -> Any:
    return value
