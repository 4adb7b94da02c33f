"""Progress bars on the error stream: only for people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

type Advance = Callable[[int, str], None]
"""Told how many bytes are done in all, and what is to be said of it."""


@contextmanager
def byte_bar(what: str, total_bytes: int | None, *, quiet: bool) -> Iterator[Advance]:
    """Show a bar of bytes while it lasts.

    Parameters
    ----------
    what : str
        What is being done.
    total_bytes : int, optional
        All there is; unknown where left out.
    quiet : bool
        Whether to show none.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
        console=Console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(what, total=total_bytes, said="")
        yield lambda done, said: bar.update(task, completed=done, said=said)
