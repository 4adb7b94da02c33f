"""Progress bars on the error stream: only for people at a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

if TYPE_CHECKING:
    from pyspark import SparkContext

_LOOK_EVERY_S = 0.5

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


@contextmanager
def step_bar(context: SparkContext, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show which step a run on Spark is at, and how many of its tasks are done, while it lasts.

    Parameters
    ----------
    context : SparkContext
        Where the tasks run.
    quiet : bool
        Whether to show nothing.

    Yields
    ------
    callable
        To be told of each step.
    """
    is_shown = not quiet and sys.stderr.isatty()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not is_shown,
    ) as bar:
        task, ended = bar.add_task("plan", total=None), threading.Event()

        def look() -> None:
            tracker = context.statusTracker()
            while not ended.wait(_LOOK_EVERY_S):
                stages = [info for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage))]
                if stages:
                    done = sum(info.numCompletedTasks for info in stages)
                    bar.update(task, completed=done, total=sum(info.numTasks for info in stages))

        looking = threading.Thread(target=look, name="split-progress", daemon=True)
        if is_shown:
            looking.start()
        try:
            yield lambda step: bar.update(task, description=step, completed=0, total=None)
        finally:
            ended.set()
            if is_shown:
                looking.join()
