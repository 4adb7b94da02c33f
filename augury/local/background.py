"""Work that a thread of the platform repeats until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def repeated(work: Callable[[], object], *, every_s: float, name: str) -> Iterator[None]:
    """Call something again and again in a thread while it lasts; a call that has begun is waited for.

    Parameters
    ----------
    work : callable
        What to do. What it raises is logged and does not end the thread.
    every_s : float
        Seconds between the end of a call and the start of the next.
    name : str
        Name of the thread.
    """
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(every_s):
            try:
                work()
            except Exception:
                logger.exception("%s failed and goes on", name)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
