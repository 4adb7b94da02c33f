"""The role that a client's training jobs have."""

from __future__ import annotations

from hashlib import sha256

from augury.names import ClientName

_LONGEST = 64  # characters of a role's name (IAM user guide, "IAM and AWS STS quotas")


def role_name(stage: str, client: ClientName) -> str:
    """Return the name of the role of a client's jobs, in which a name that is too long for IAM gives way to a digest.

    Examples
    --------
    >>> role_name("prod", ClientName("acme"))
    'augury-prod-training-acme'
    >>> len(role_name("prod", ClientName("a" * 63)))
    64
    """
    name = f"augury-{stage}-training-{client}"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 13]}-{sha256(client.encode()).hexdigest()[:12]}"
