"""How many files each client's day becomes, and which task writes them: pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from augury.split.lines import Owner

TARGET_BYTES = 256 * 1024 * 1024
"""Uncompressed size that a file of a day is not much above: one task holds and sorts it in memory."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The files that one client's day becomes.

    Parameters
    ----------
    tasks : tuple of int
        For each file, which task writes it.
    """

    tasks: tuple[int, ...]


def lay_out(sizes: Mapping[Owner, int], *, parallelism: int, target_bytes: int = TARGET_BYTES) -> dict[Owner, Parts]:
    """Spread days over files and files over tasks: a large day over many, many small days over one.

    Parameters
    ----------
    sizes : mapping
        Uncompressed bytes of each day.
    parallelism : int
        Tasks that run at once.
    target_bytes : int
        Bytes of a file, and of a task unless one file is larger.

    Returns
    -------
    dict
        In the order of clients and days. It depends on nothing but the arguments.

    Examples
    --------
    >>> from datetime import date
    >>> from augury.names import ClientName
    >>> day = date(2026, 11, 23)
    >>> sizes = {Owner(ClientName("acme"), day): 250, Owner(ClientName("other"), day): 1}
    >>> [parts.tasks for parts in lay_out(sizes, parallelism=1, target_bytes=100).values()]
    [(0, 1, 2), (0,)]
    """
    files = {owner: max(1, -(-sizes[owner] // target_bytes)) for owner in sorted(sizes)}
    pieces = sorted(
        ((sizes[owner] / count, owner, part) for owner, count in files.items() for part in range(count)),
        key=lambda piece: (-piece[0], piece[1:]),
    )
    count = _task_count(sum(sizes.values()), len(pieces), parallelism, target_bytes)
    tasks = [(0.0, task) for task in range(count)]
    placed = dict[tuple[Owner, int], int]()
    for size, owner, part in pieces:
        load, task = heapq.heappop(tasks)
        placed[owner, part] = task
        heapq.heappush(tasks, (load + size, task))
    return {owner: Parts(tuple(placed[owner, part] for part in range(count))) for owner, count in files.items()}


def _task_count(total_bytes: int, pieces: int, parallelism: int, target_bytes: int) -> int:
    """Return as many tasks as keep every core busy and no task above the target, as far as there are pieces."""
    return max(1, min(pieces, max(2 * parallelism, -(-total_bytes // target_bytes))))


def slices[T](files: Sequence[T], size_of: Callable[[T], int], *, parallelism: int, slice_bytes: int) -> list[list[T]]:
    """Deal files out to tasks that read about as much each: largest first, each to the one with the least.

    Examples
    --------
    >>> slices([5, 1, 1, 3], lambda size: size, parallelism=1, slice_bytes=100)
    [[5], [3, 1, 1]]
    """
    total = sum(map(size_of, files))
    count = min(len(files), max(2 * parallelism, -(-total // slice_bytes)))
    dealt: list[list[T]] = [[] for _ in range(count)]
    loads = [(0, task) for task in range(count)]
    for file in sorted(files, key=size_of, reverse=True):
        load, task = heapq.heappop(loads)
        dealt[task].append(file)
        heapq.heappush(loads, (load + max(1, size_of(file)), task))
    return dealt
