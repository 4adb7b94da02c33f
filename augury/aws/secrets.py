"""Secrets Manager: versions of one secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from augury.aws.errors import NotFound, translated

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SecretVersion = Literal["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"]
"""Staging label of a secret's version."""


class SecretStore:
    """The versions of one secret.

    Parameters
    ----------
    client : SecretsManagerClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    secret_id : str
        Name or ARN of the secret.
    """

    def __init__(self, client: SecretsManagerClient, secret_id: str) -> None:
        self._client = client
        self.secret_id = secret_id

    def read(self, version: SecretVersion = "AWSCURRENT", version_id: str | None = None) -> str:
        """Return the text of a version.

        Raises
        ------
        NotFound
            The secret or that version does not exist.
        AwsUnavailable
            Secrets Manager did not answer.
        """
        with translated(f"read secret {self.secret_id}", absent=NotFound):
            if version_id is None:
                answer = self._client.get_secret_value(SecretId=self.secret_id, VersionStage=version)
            else:
                answer = self._client.get_secret_value(
                    SecretId=self.secret_id, VersionStage=version, VersionId=version_id
                )
        return answer["SecretString"]

    def write_pending(self, value: str, version_id: str) -> None:
        """Add a version that is not current yet."""
        with translated(f"write secret {self.secret_id}"):
            self._client.put_secret_value(
                SecretId=self.secret_id,
                SecretString=value,
                ClientRequestToken=version_id,
                VersionStages=["AWSPENDING"],
            )

    def promote(self, version_id: str) -> None:
        """Make a pending version the current one; what was current becomes the previous."""
        with translated(f"promote secret {self.secret_id}"):
            current = self._current_version()
            if current == version_id:
                return
            self._client.update_secret_version_stage(
                SecretId=self.secret_id,
                VersionStage="AWSCURRENT",
                MoveToVersionId=version_id,
                **({"RemoveFromVersionId": current} if current else {}),
            )

    def _current_version(self) -> str | None:
        stages = self._client.describe_secret(SecretId=self.secret_id).get("VersionIdsToStages", {})
        return next((version for version, labels in stages.items() if "AWSCURRENT" in labels), None)
