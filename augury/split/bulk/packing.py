"""Records gathered by client and day into blocks, so that a pass over millions of lines moves thousands of things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import batched

from augury.split.bulk.layout import Parts
from augury.split.bulk.records import bucket_of
from augury.split.lines import Owner

type Block = tuple[Owner, bytes]
"""Records of one client and day, joined by newlines."""

_HELD_BYTES = 32 * 1024 * 1024
_BLOCK_RECORDS = 1_024  # Spark gathers up to a thousand blocks in a worker before it looks at their size


class Packer:
    """Gathers records until there are enough of them.

    Parameters
    ----------
    held_bytes : int
        Bytes of records above which :attr:`is_full` says so.
    """

    def __init__(self, held_bytes: int = _HELD_BYTES) -> None:
        self._held_bytes = held_bytes
        self._records = defaultdict[Owner, list[bytes]](list)
        self._size = 0
        self.sizes = defaultdict[Owner, int](int)

    @property
    def is_full(self) -> bool:
        """Whether it is time to take the blocks out."""
        return self._size >= self._held_bytes

    def add(self, owner: Owner, records: list[bytes], size_bytes: int) -> None:
        """Add records of one client and day, whose lines have that many bytes."""
        self._records[owner] += records
        self._size += size_bytes
        self.sizes[owner] += size_bytes

    def blocks(self) -> Iterator[Block]:
        """Take out all that is there."""
        records, self._records, self._size = self._records, defaultdict(list), 0
        for owner, gathered in records.items():
            for some in batched(gathered, _BLOCK_RECORDS):
                yield owner, b"\n".join(some)


def dealt(block: Block, parts: Parts) -> Iterator[tuple[int, bytes]]:
    """Deal the records of a block to the files of its day, by the checksums of their ids.

    Yields
    ------
    tuple of int and bytes
        Which of the files, and the records for it, joined by newlines.
    """
    _, packed = block
    count = len(parts.tasks)
    if count == 1:
        yield 0, packed
        return
    hands: list[list[bytes]] = [[] for _ in range(count)]
    for record in packed.split(b"\n"):
        hands[bucket_of(record, count)].append(record)
    yield from ((part, b"\n".join(hand)) for part, hand in enumerate(hands) if hand)
