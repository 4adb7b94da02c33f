"""Who signs a deployment's artifacts, and whose signature it takes."""

from __future__ import annotations

from augury.artifacts import Signer, Trust, signer_at
from augury.aws import KeyService
from augury.aws.connection import Connection
from augury.config import Deployment


def signer_of(deployment: Deployment, connection: Connection) -> Signer | None:
    """Return what signs a deployment's artifacts, or None where it has no key for that.

    Raises
    ------
    ValueError
        The deployment names a file that is no signing key.
    """
    key = deployment.artifact_signing_key
    return signer_at(key, KeyService(connection.kms())) if key else None


def trust_of(deployment: Deployment, connection: Connection) -> Trust:
    """Return whose artifacts the deployment's functions take."""
    return Trust.read(
        deployment.trusted_artifact_keys,
        allow_unsigned=deployment.allow_unsigned_artifacts,
        service=KeyService(connection.kms()),
    )
