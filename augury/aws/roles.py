"""Roles that functions run in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from augury.aws.errors import NotFound, translated

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
_POLICY = "microservice"


class FunctionRole:
    """The role of one function: it may do what its only policy says.

    Parameters
    ----------
    client : IAMClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    name : str
        Name of the role.
    boundary : str
        ARN of the policy beyond which no policy of the role reaches.
    """

    def __init__(self, client: Any, name: str, boundary: str) -> None:
        self._client = client
        self._boundary = boundary
        self.name = name

    def arn(self) -> str | None:
        """Return the role's ARN, or None where there is none."""
        try:
            with translated(f"read role {self.name}", absent=NotFound):
                return str(self._client.get_role(RoleName=self.name)["Role"]["Arn"])
        except NotFound:
            return None

    def write(self, statements: list[dict[str, Any]], tags: Mapping[str, str]) -> str:
        """Make the role where it is missing, give it these statements and no others, and return its ARN."""
        arn = self.arn()
        with translated(f"make role {self.name}"):
            if arn is None:
                arn = self._client.create_role(
                    RoleName=self.name,
                    AssumeRolePolicyDocument=json.dumps(_TRUST),
                    PermissionsBoundary=self._boundary,
                    Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                )["Role"]["Arn"]
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            self._client.put_role_policy(RoleName=self.name, PolicyName=_POLICY, PolicyDocument=document)
        return str(arn)

    def remove(self) -> None:
        """Remove the role; one that is not there is removed already."""
        try:
            with translated(f"remove role {self.name}", absent=NotFound):
                self._remove_policy()
                self._client.delete_role(RoleName=self.name)
        except NotFound:
            return

    def _remove_policy(self) -> None:
        if _POLICY in self._client.list_role_policies(RoleName=self.name)["PolicyNames"]:
            self._client.delete_role_policy(RoleName=self.name, PolicyName=_POLICY)
