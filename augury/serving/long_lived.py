"""What stays in memory for long, kept from the garbage collector.

A full collection looks at every object and stops all threads meanwhile: 0.1 s where some hundred models are loaded. It
has nothing to find in them, as a model that gives way is freed at once: nothing in it refers back to what holds it.
"""

from __future__ import annotations

import gc
from threading import Lock

_EVERY = 1_000


class LongLived:
    """Sets aside what is alive at some moments, so that collections look at younger objects alone.

    What was set aside and became garbage in circles since, which is little, is found at each thousandth moment.

    Parameters
    ----------
    every : int
        Moments from one look at everything to the next; 1,000 unless given.

    References
    ----------
    https://docs.python.org/3/library/gc.html#gc.freeze
    """

    def __init__(self, every: int = _EVERY) -> None:
        self._every = every
        self._moments = 0
        self._lock = Lock()

    def begin(self) -> None:
        """Set aside what is there, such as all modules, without a look at it."""
        gc.freeze()

    def set_aside(self) -> None:
        """Free the garbage among what is new, and set aside the rest, such as a model that was loaded."""
        with self._lock:
            self._moments += 1
            if self._moments % self._every == 0:
                gc.unfreeze()
            gc.collect()
            gc.freeze()
