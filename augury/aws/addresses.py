"""Addresses of lakes that can be sent to other processes: a bucket, or a directory of this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from augury.aws.connection import Connection
from augury.aws.directory import DirectoryStore
from augury.aws.objects import ObjectStore

_CALL_S = 120.0
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """Where a lake is; credentials are found where it is opened, by boto3's own rules.

    Parameters
    ----------
    uri : str
        ``s3://bucket``, or ``file:///directory``.
    endpoint_url, region : str, optional
        As of :class:`augury.aws.connection.Connection`.

    Raises
    ------
    ValueError
        The address is neither.

    Examples
    --------
    >>> LakeAddress("s3://augury-dev/").bucket
    'augury-dev'
    >>> LakeAddress("augury-dev")
    Traceback (most recent call last):
    ...
    ValueError: 'augury-dev' is no address of a lake: give s3://BUCKET or file:///DIRECTORY
    """

    uri: str
    endpoint_url: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.uri)
        is_bucket = parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) and parts.path in ("", "/")
        if not is_bucket and not (parts.scheme == "file" and not parts.netloc and parts.path):
            raise ValueError(f"{self.uri!r} is no address of a lake: give s3://BUCKET or file:///DIRECTORY")

    @property
    def bucket(self) -> str:
        """Name of the bucket; empty for a directory."""
        return urlsplit(self.uri).netloc

    def open(self) -> ObjectStore:
        """Return the objects of the lake, with time for large ones."""
        if not self.bucket:
            return DirectoryStore(Path(unquote(urlsplit(self.uri).path)))
        connection = Connection(endpoint_url=self.endpoint_url, region=self.region)
        return ObjectStore(connection.s3(within_s=_CALL_S), self.bucket)
