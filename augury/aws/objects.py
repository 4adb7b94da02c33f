"""Objects in one S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, cast

from augury.aws.errors import NotFound, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """What a listing says of one object."""

    key: str
    size_bytes: int
    modified: datetime


class ObjectStore:
    """The objects of one bucket.

    Parameters
    ----------
    client : S3Client
        boto3 client, from :class:`augury.aws.connection.Connection`.
    bucket : str
        Name of the bucket.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def put(self, key: str, body: bytes | IO[bytes], content_type: str = "application/octet-stream") -> None:
        """Write an object whole, replacing what has that key.

        Raises
        ------
        AwsUnavailable
            S3 did not take it.
        """
        with translated(f"put s3://{self.bucket}/{key}"):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises
        ------
        NotFound
            No object has that key.
        AwsUnavailable
            S3 did not answer.
        """
        with self.open(key) as body:
            return body.read()

    def open(self, key: str) -> IO[bytes]:
        """Return an object's body as a stream that is read as it arrives, to be closed by the caller."""
        with translated(f"get s3://{self.bucket}/{key}", absent=NotFound):
            return cast("IO[bytes]", self._client.get_object(Bucket=self.bucket, Key=key)["Body"])

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the distinct parts of keys between a prefix and the next slash."""
        pages = self._client.get_paginator("list_objects_v2")
        with translated(f"list s3://{self.bucket}/{prefix}"):
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/"):
                for entry in page.get("CommonPrefixes", []):
                    yield entry["Prefix"].removeprefix(prefix).removesuffix("/")

    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        """Yield every object below a prefix, in the order of keys."""
        with translated(f"list s3://{self.bucket}/{prefix}"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for entry in page.get("Contents", []):
                    yield ObjectSummary(entry["Key"], entry["Size"], entry["LastModified"])
