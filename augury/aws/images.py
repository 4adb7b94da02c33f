"""Container images in Elastic Container Registry."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from augury.aws.errors import NotFound, translated


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """What ``docker login`` takes for a registry, for twelve hours."""

    registry: str
    user: str
    password: str


class ImageRepository:
    """One repository of images.

    Parameters
    ----------
    client : ECRClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    account : str
        Number of the account whose registry it is in.
    name : str
        Name of the repository.
    """

    def __init__(self, client: Any, account: str, name: str) -> None:
        self._client = client
        self._account = account
        self.name = name

    def digest(self, tag: str) -> str:
        """Return the digest of a tag's image, or of a digest that is there.

        Raises
        ------
        NotFound
            There is no such image or repository.
        AwsUnavailable
            The registry did not answer.
        """
        image = {"imageDigest": tag} if tag.startswith("sha256:") else {"imageTag": tag}
        with translated(f"look for {self.name}:{tag}", absent=NotFound):
            answer = self._client.describe_images(registryId=self._account, repositoryName=self.name, imageIds=[image])
        return str(answer["imageDetails"][0]["imageDigest"])

    def login(self) -> RegistryLogin:
        """Return what lets ``docker`` push to the registry."""
        with translated("log in to the registry"):
            (data,) = self._client.get_authorization_token()["authorizationData"]
        user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
        return RegistryLogin(data["proxyEndpoint"].removeprefix("https://"), user, password)
