"""Rotation of the signing key, as Secrets Manager drives it: four steps, each safe to repeat.

See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from __future__ import annotations

from augury.aws import NotFound, SecretStore, Table
from augury.clients.signing import SigningKey, publish_public_key, read_public_keys


def rotation_step(step: str, secret: SecretStore, table: Table, version_id: str) -> None:
    """Carry out one step of a rotation.

    A new key is published before it signs anything, so that no function ever meets a token it can't verify.

    Parameters
    ----------
    step : {"createSecret", "setSecret", "testSecret", "finishSecret"}
        The step that Secrets Manager asks for.
    secret : SecretStore
        The signing secret.
    table : Table
        Where the public keys are kept.
    version_id : str
        The version that is being made, Secrets Manager's ``ClientRequestToken``.

    Raises
    ------
    ValueError
        The step is unknown, or the pending version is not usable.
    """
    match step:
        case "createSecret":
            _create(secret, version_id)
        case "setSecret":
            publish_public_key(table, _pending(secret, version_id))
        case "testSecret":
            if _pending(secret, version_id).kid not in read_public_keys(table):
                raise ValueError("the pending signing key was not published")
        case "finishSecret":
            secret.promote(version_id)
        case _:
            raise ValueError(f"unknown rotation step {step!r}")


def _create(secret: SecretStore, version_id: str) -> None:
    try:
        secret.read("AWSPENDING", version_id)
    except NotFound:
        secret.write_pending(SigningKey.generate().to_secret(), version_id)


def _pending(secret: SecretStore, version_id: str) -> SigningKey:
    return SigningKey.from_secret(secret.read("AWSPENDING", version_id))
