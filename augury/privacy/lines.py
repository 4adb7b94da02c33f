"""Objects of gzip NDJSON: which lines of one are meant, and the object without them."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from augury.aws import ObjectStore
from augury.lake import numbered_lines, read_blocks

type IsMeant = Callable[[bytes], bool]

CONTENT_TYPE = "application/gzip"


def meant_lines(store: ObjectStore, key: str, is_meant: IsMeant, may_be_in: IsMeant) -> int:
    """Return how many lines of an object are meant.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    key : str
        The object.
    is_meant : callable
        Says it of a line.
    may_be_in : callable
        Says quickly that no line of a block is.

    Raises
    ------
    CutShort
        The object can't be read to its end.
    NotFound
        It is gone.
    """
    found = 0
    with store.open(key) as body:
        for block in read_blocks(body):
            if may_be_in(block):
                found += sum(map(is_meant, filter(None, block.split(b"\n"))))
    return found


@contextmanager
def without_lines(
    store: ObjectStore, key: str, is_meant: Callable[[int, bytes], bool], *, blank: bool
) -> Iterator[tuple[IO[bytes], set[int], int]]:
    """Give an object without the lines that are meant, compressed, with their numbers and how many lines are left.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    key : str
        The object.
    is_meant : callable
        Says it of a line's number and text.
    blank : bool
        Whether an empty line stays in the place of each, so that all others keep their numbers.
    """
    erased, left, written = set[int](), 0, 0
    with tempfile.TemporaryFile() as file:
        # No name and no time in the header: the same lines make the same bytes.
        with store.open(key) as body, gzip.GzipFile("", "wb", 6, file, 0) as out:
            for number, line in numbered_lines(body):
                if is_meant(number, line):
                    erased.add(number)
                    continue
                out.write(b"\n" * (number - written - 1) * blank + line + b"\n")
                written, left = number, left + 1
        file.seek(0)
        yield file, erased, left
