"""Importing a file of historical events: first all of it is checked and written down, then it is published at once.

Whatever breaks off in between leaves the lake as it was, and a repeat completes it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import IO

from augury.aws import ObjectStore
from augury.errors import AuguryError
from augury.formats import Row
from augury.historical.lines import historical_line
from augury.lake import historical_drop_key
from augury.names import ClientName

MAX_OBJECT_BYTES = 5 * 1024**3
"""Largest object that S3 takes in one put (Amazon S3 user guide, "Uploading objects")."""

_LEVEL = 6
_KEPT_REFUSALS = 1_000


class ImportRefused(ValueError):
    """Nothing was published; the message says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is no event, and why."""

    number: int
    error: AuguryError


@dataclass(slots=True)
class StagedDrop:
    """A checked file, ready to be published.

    Parameters
    ----------
    key : str
        Where it will lie; made from its content.
    body : binary file
        Its compressed lines.
    size_bytes : int
        Compressed size.
    lines : int
        Events in it.
    refused : int
        Rows that are not in it.
    refusals : list of Refusal
        The first 1,000 of them.
    """

    key: str
    body: IO[bytes]
    size_bytes: int
    lines: int
    refused: int
    refusals: list[Refusal] = field(default_factory=list)


def stage(
    rows: Iterable[Row],
    client: ClientName,
    day: date,
    body: IO[bytes],
    on_refused: Callable[[Row, AuguryError], object] = lambda *_: None,
) -> StagedDrop:
    """Check every row and write what is good, compressed, to a file.

    Parameters
    ----------
    rows : iterable of Row
        The source's rows; only one is held at a time.
    client : ClientName
        Whose events they are.
    day : date
        UTC day that they are filed under.
    body : binary file
        Where the compressed lines go, such as a temporary file.
    on_refused : callable, optional
        Told each row that is no event, and why.
    """
    # zlib's own gzip header holds no time: the same lines make the same bytes.
    deflater, digest = zlib.compressobj(_LEVEL, wbits=31), sha256()
    lines, refused, refusals = 0, 0, list[Refusal]()
    for row in rows:
        try:
            line = historical_line(row, client, day) + b"\n"
        except AuguryError as error:
            refused += 1
            if refused <= _KEPT_REFUSALS:
                refusals.append(Refusal(row.number, error))
            on_refused(row, error)
            continue
        lines += 1
        digest.update(line)
        body.write(deflater.compress(line))
    body.write(deflater.flush())
    key = historical_drop_key(client, day, digest.hexdigest())
    return StagedDrop(key, body, body.tell(), lines, refused, refusals)


def publish(store: ObjectStore, drop: StagedDrop, *, skip_invalid: bool = False) -> bool:
    """Put a staged drop in the lake with one request; say whether it was not there yet.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    drop : StagedDrop
        From :func:`stage`.
    skip_invalid : bool
        Whether the good rows are published although others were refused.

    Raises
    ------
    ImportRefused
        A row was refused, there is nothing to publish, or the drop is too large for one object.
    AwsUnavailable
        S3 did not take it; nothing is published.
    """
    if drop.refused and not skip_invalid:
        raise ImportRefused(f"{drop.refused} rows are no events: nothing was imported")
    if not drop.lines:
        raise ImportRefused("the file holds no event: nothing was imported")
    if drop.size_bytes > MAX_OBJECT_BYTES:
        raise ImportRefused(f"{drop.size_bytes} bytes compressed are more than S3 takes at once: split the file")
    if any(summary.key == drop.key for summary in store.list(drop.key)):
        return False
    drop.body.seek(0)
    store.put(drop.key, drop.body, "application/gzip")
    return True
