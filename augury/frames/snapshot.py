"""Objects of the lake as they are at one moment, on this machine.

Files of a day are replaced while they are read: the split in bulk publishes large ones and removes what they replace.
Whoever reads copies sees one state, in the first pass as in the second.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import awswrangler as wr

from augury.aws import AwsUnavailable, NotFound, ObjectSummary
from augury.aws.connection import Connection
from augury.aws.errors import translated

_THREADS = 8
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Copy:
    """An object of the lake and its copy on this machine."""

    summary: ObjectSummary
    path: Path


@contextmanager
def snapshot(
    connection: Connection, bucket: str, listed: Callable[[], Iterable[ObjectSummary]]
) -> Iterator[Sequence[Copy]]:
    """Copy objects to a temporary directory, for as long as it lasts.

    Parameters
    ----------
    connection : Connection
        Where S3 is.
    bucket : str
        The data bucket.
    listed : callable
        Lists the objects; called again where one of them is gone before it was copied.

    Raises
    ------
    AwsUnavailable
        S3 failed, or the objects changed faster than they could be copied.
    """
    with tempfile.TemporaryDirectory(prefix="augury-") as directory:
        fetching = _Fetching(connection, bucket, Path(directory))
        for _ in range(_TRIES):
            try:
                copies = fetching.copies(list(listed()))
            except NotFound:
                continue
            yield copies
            return
        raise AwsUnavailable(f"objects of s3://{bucket}/ are replaced faster than they can be read: try again later")


class _Fetching:
    """Copies objects by several threads; what it has copied once it does not copy again."""

    def __init__(self, connection: Connection, bucket: str, directory: Path) -> None:
        self._connection = connection
        self._bucket = bucket
        self._directory = directory
        self._copies: dict[ObjectSummary, Copy] = {}
        self._own = threading.local()
        wr.config.s3_endpoint_url = connection.endpoint_url

    def copies(self, objects: Sequence[ObjectSummary]) -> Sequence[Copy]:
        missing = [summary for summary in objects if summary not in self._copies]
        first = len(self._copies)
        with ThreadPoolExecutor(_THREADS) as threads:
            for copy in threads.map(self._fetch, missing, range(first, first + len(missing))):
                self._copies[copy.summary] = copy
        return [self._copies[summary] for summary in objects]

    def _fetch(self, summary: ObjectSummary, number: int) -> Copy:
        if not hasattr(self._own, "session"):
            self._own.session = self._connection.new_session()
        path, source = self._directory / str(number), f"s3://{self._bucket}/{summary.key}"
        with path.open("wb") as file, translated(f"get {source}", absent=NotFound):
            wr.s3.download(source, file, boto3_session=self._own.session, use_threads=False)
        return Copy(summary, path)
