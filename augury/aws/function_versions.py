"""Lambda functions made from images: their published versions, and the aliases that calls go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from augury.aws.errors import AwsUnavailable, NotFound, translated

_UNPUBLISHED = "$LATEST"
_ROLE_NOT_READY = "cannot be assumed"


class FunctionBroken(Exception):
    """Lambda could not make the function work; the message is Lambda's own reason."""


class RoleNotReady(Exception):
    """Lambda does not know a new role yet; the same call succeeds seconds later."""


@dataclass(frozen=True, slots=True)
class ImageFunction:
    """A function as it is, or as it is to be, before it is published.

    Parameters
    ----------
    name : str
        Its name.
    image : str
        Address of its image, by digest.
    role : str
        ARN of the role that it runs in.
    memory_mb, timeout_s : int
        Its memory, and the seconds that a call may take.
    environment, tags : mapping of str to str
        Its variables and its tags.
    """

    name: str
    image: str
    role: str
    memory_mb: int
    timeout_s: int
    environment: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alias:
    """Where calls go.

    Parameters
    ----------
    version : str
        The version that answers.
    shares : mapping of str to float
        Parts of the calls that other versions answer instead.
    """

    version: str
    shares: Mapping[str, float]


class FunctionVersions:
    """One function.

    Parameters
    ----------
    client : LambdaClient
        boto3 client, from :meth:`augury.aws.connection.Connection.function_admin`.
    name : str
        Name of the function.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def read(self) -> ImageFunction | None:
        """Return the function as it is before it is published, or None where there is none."""
        try:
            with translated(f"read {self.name}", absent=NotFound):
                found = self._client.get_function(FunctionName=self.name)
        except NotFound:
            return None
        settings = found["Configuration"]
        return ImageFunction(
            name=self.name,
            image=found["Code"].get("ImageUri", ""),
            role=settings["Role"],
            memory_mb=settings["MemorySize"],
            timeout_s=settings["Timeout"],
            environment=settings.get("Environment", {}).get("Variables", {}),
            tags=found.get("Tags", {}),
        )

    def write(self, wanted: ImageFunction) -> None:
        """Make the function, or change it to what is wanted, and wait until Lambda has done so.

        Raises
        ------
        FunctionBroken
            Lambda does not take the image or the settings.
        RoleNotReady
            The role is too new.
        AwsUnavailable
            Lambda did not answer, or is busy with another change.
        """
        found = self.read()
        if found is None:
            self._change("make", self._create, wanted)
        elif found != wanted:
            self._change("change", self._update, wanted)
        self._wait("function_active_v2" if found is None else "function_updated_v2")

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield number and description of each published version."""
        with translated(f"list the versions of {self.name}"):
            for page in self._client.get_paginator("list_versions_by_function").paginate(FunctionName=self.name):
                for one in page["Versions"]:
                    if one["Version"] != _UNPUBLISHED:
                        yield one["Version"], one["Description"]

    def publish(self, description: str) -> str:
        """Publish the function as it is now, and return the number of that version once it can be called.

        Raises
        ------
        FunctionBroken
            Lambda can't start the image.
        """
        with translated(f"publish {self.name}"):
            version = self._client.publish_version(FunctionName=self.name, Description=description)["Version"]
        self._wait("published_version_active", Qualifier=version)
        return str(version)

    def alias(self, name: str) -> Alias | None:
        """Return an alias, or None where there is none."""
        try:
            with translated(f"read {self.name}:{name}", absent=NotFound):
                found = self._client.get_alias(FunctionName=self.name, Name=name)
        except NotFound:
            return None
        return Alias(found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})

    def point(self, name: str, to: Alias) -> None:
        """Make an alias, or have its calls go elsewhere: all of them at once, or none where it fails."""
        wanted = {
            "FunctionName": self.name,
            "Name": name,
            "FunctionVersion": to.version,
            "RoutingConfig": {"AdditionalVersionWeights": dict(to.shares)},
        }
        is_new = self.alias(name) is None
        with translated(f"point {self.name}:{name} to version {to.version}"):
            (self._client.create_alias if is_new else self._client.update_alias)(**wanted)

    def remove(self) -> None:
        """Remove the function with its versions and aliases; one that is not there is removed already."""
        try:
            with translated(f"remove {self.name}", absent=NotFound):
                self._client.delete_function(FunctionName=self.name)
        except NotFound:
            return

    def _create(self, wanted: ImageFunction) -> None:
        self._client.create_function(
            PackageType="Image",
            Code={"ImageUri": wanted.image},
            Architectures=["x86_64"],
            Tags=dict(wanted.tags),
            **_settings(wanted),
        )

    def _update(self, wanted: ImageFunction) -> None:
        self._wait("function_updated_v2")  # of a change that was broken off
        self._client.update_function_configuration(**_settings(wanted))
        self._wait("function_updated_v2")
        self._client.update_function_code(FunctionName=self.name, ImageUri=wanted.image, Architectures=["x86_64"])
        arn = self._client.get_function_configuration(FunctionName=self.name)["FunctionArn"]
        self._client.tag_resource(Resource=arn, Tags=dict(wanted.tags))

    def _change(self, verb: str, change: Callable[[ImageFunction], None], wanted: ImageFunction) -> None:
        with translated(f"{verb} {self.name}"):
            try:
                change(wanted)
            except ClientError as error:
                told = error.response.get("Error", {})
                if told.get("Code") != "InvalidParameterValueException":
                    raise
                reason = told.get("Message", "")
                raise (RoleNotReady if _ROLE_NOT_READY in reason else FunctionBroken)(reason) from error

    def _wait(self, until: str, **what: str) -> None:
        with translated(f"wait for {self.name}"):
            try:
                self._client.get_waiter(until).wait(FunctionName=self.name, **what, WaiterConfig={"Delay": 1})
            except WaiterError as error:
                last: Mapping[str, Any] = error.last_response
                settings = last.get("Configuration", last)
                reason = settings.get("LastUpdateStatusReason") or settings.get("StateReason")
                if reason is None:
                    raise AwsUnavailable(f"wait for {self.name}: it took too long") from error
                raise FunctionBroken(reason) from error


def _settings(wanted: ImageFunction) -> dict[str, Any]:
    return {
        "FunctionName": wanted.name,
        "Role": wanted.role,
        "MemorySize": wanted.memory_mb,
        "Timeout": wanted.timeout_s,
        "Environment": {"Variables": dict(wanted.environment)},
        "TracingConfig": {"Mode": "Active"},
    }
