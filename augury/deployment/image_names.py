"""Names of container images, as operators write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"((?P<host>[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?|localhost(:[0-9]{1,5})?)/)?"
    r"(?P<path>[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)"
)
_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ImageName:
    """An image and its version: a tag, which may move, or a digest, which may not.

    Parameters
    ----------
    name : str
        The image without its version, such as ``123456789012.dkr.ecr.eu-west-1.amazonaws.com/scores``.
    version : str
        Tag, or digest ``sha256:…``.

    Raises
    ------
    ValueError
        One of them is none; the message says which.

    Examples
    --------
    >>> ImageName("123456789012.dkr.ecr.eu-west-1.amazonaws.com/scores", "1.4").account
    '123456789012'
    >>> ImageName("acme/scores", "1.4").whole
    'acme/scores:1.4'
    >>> ImageName("acme/scores:1.4", "1.4")
    Traceback (most recent call last):
    ...
    ValueError: IMAGE 'acme/scores:1.4' is no name of an image: write it without a tag, which VERSION gives
    """

    name: str
    version: str

    def __post_init__(self) -> None:
        if len(self.name) > 255 or not _NAME.fullmatch(self.name):
            raise ValueError(f"IMAGE {self.name!r} is no name of an image: write it without a tag, which VERSION gives")
        if not _TAG.fullmatch(self.version) and not self.is_pinned:
            raise ValueError(f"VERSION {self.version!r} is neither a tag of an image nor a digest sha256:…")

    @property
    def is_pinned(self) -> bool:
        """Whether the version is a digest."""
        return bool(_DIGEST.fullmatch(self.version))

    @property
    def whole(self) -> str:
        """Name and version as ``docker`` takes them."""
        return self.at(self.version)

    @property
    def account(self) -> str | None:
        """Number of the account whose Elastic Container Registry it is in; None where it is elsewhere."""
        found = self._ecr
        return found["account"] if found else None

    @property
    def region(self) -> str | None:
        """Region of that registry."""
        found = self._ecr
        return found["region"] if found else None

    @property
    def repository(self) -> str:
        """Path of the image within its registry."""
        match = _NAME.fullmatch(self.name)
        assert match is not None
        return match["path"]

    def at(self, version: str) -> str:
        """Return the image at a tag or a digest, as ``docker``, Lambda and Kubernetes take it.

        Examples
        --------
        >>> ImageName("acme/scores", "1.4").at("sha256:" + 64 * "0")[:22]
        'acme/scores@sha256:000'
        """
        return f"{self.name}{'@' if _DIGEST.fullmatch(version) else ':'}{version}"

    @property
    def _ecr(self) -> re.Match[str] | None:
        match = _NAME.fullmatch(self.name)
        return _ECR.fullmatch((match and match["host"]) or "")
