"""Objects in one S3 bucket."""

from __future__ import annotations

import io
from collections.abc import Buffer, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, cast

from augury.aws.errors import AwsUnavailable, NotFound, translated

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_MOST_REMOVED = 1_000  # of one call of DeleteObjects


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """What a listing says of one object; ``etag`` changes with its content."""

    key: str
    size_bytes: int
    modified: datetime
    etag: str = ""


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object whose body is read as it arrives, until the end of a ``with``.

    Parameters
    ----------
    body : stream of bytes
        What S3 sends. Reading it raises :class:`AwsUnavailable` where the connection fails or ends early, so that the
        end of the stream is the end of the object.
    etag : str
        What tells this content from others that had or will have the key.
    size_bytes : int
        Length of the body.
    """

    body: IO[bytes]
    etag: str
    size_bytes: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.body.close()


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
        return self.open_object(key).body

    def open_object(self, key: str) -> OpenObject:
        """Return an object as :meth:`open` does, with what tells its content from others.

        Raises
        ------
        NotFound
            No object has that key.
        AwsUnavailable
            S3 did not answer.
        """
        what = f"get s3://{self.bucket}/{key}"
        with translated(what, absent=NotFound):
            answer = self._client.get_object(Bucket=self.bucket, Key=key)
        body = cast("IO[bytes]", _Body(answer["Body"], what))
        return OpenObject(body, answer["ETag"].strip('"'), answer["ContentLength"])

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; what is not there is removed already.

        Raises
        ------
        AwsUnavailable
            S3 did not remove all of them; the message names one.
        """
        for some in batched(keys, _MOST_REMOVED):
            with translated(f"remove {len(some)} objects from s3://{self.bucket}"):
                answer = self._client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True}
                )
            for error in answer.get("Errors", []):
                raise AwsUnavailable(f"remove s3://{self.bucket}/{error.get('Key')}: {error.get('Code')}")

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the distinct parts of keys between a prefix and the next slash."""
        pages = self._client.get_paginator("list_objects_v2")
        with translated(f"list s3://{self.bucket}/{prefix}"):
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/"):
                for entry in page.get("CommonPrefixes", []):
                    yield entry["Prefix"].removeprefix(prefix).removesuffix("/")

    def purge(self, prefix: str) -> int:
        """Remove every object below a prefix with all of its versions, and return how many versions there were.

        Raises
        ------
        AwsUnavailable
            S3 failed, or refused to remove one; doing it again removes what is left.
        """
        return self._remove_versions(prefix, lambda _: True)

    def forget_replaced(self, prefix: str, is_meant: Callable[[str], bool]) -> int:
        """Remove what objects below a prefix were before they were replaced or removed; what they are now stays.

        Parameters
        ----------
        prefix : str
            Start of their keys.
        is_meant : callable
            Says it of a key.

        Returns
        -------
        int
            How many versions there were.
        """
        return self._remove_versions(prefix, lambda entry: is_meant(entry["Key"]) and not entry["IsLatest"])

    def _remove_versions(self, prefix: str, is_meant: Callable[[Mapping[str, Any]], bool]) -> int:
        removed = 0
        with translated(f"remove s3://{self.bucket}/{prefix}"):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                found: list[Mapping[str, Any]] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                meant = [(entry["Key"], entry["VersionId"]) for entry in found if is_meant(entry)]
                removed += self._remove(meant)
        return removed

    def _remove(self, versions: Sequence[tuple[str, str]]) -> int:
        if versions:
            objects: Any = [{"Key": key, "VersionId": version} for key, version in versions]
            answer = self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := answer.get("Errors", []):
                raise AwsUnavailable(f"remove s3://{self.bucket}/{errors[0].get('Key')}: {errors[0].get('Code')}")
        return len(versions)

    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        """Yield every object below a prefix, in the order of keys."""
        with translated(f"list s3://{self.bucket}/{prefix}"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for entry in page.get("Contents", []):
                    yield ObjectSummary(entry["Key"], entry["Size"], entry["LastModified"], entry["ETag"].strip('"'))


class _Body(io.RawIOBase):
    """A body as it arrives, whose failures are told from its end."""

    def __init__(self, stream: StreamingBody, what: str) -> None:
        self._stream = stream
        self._what = what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        with translated(self._what):
            return self._stream.readinto(buffer)  # type: ignore[arg-type]  # the stubs ask for a file

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
