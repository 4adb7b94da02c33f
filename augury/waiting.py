"""Which threads may wait: the thread of an event loop must not, for all its callers would wait with it.

Whatever reads from elsewhere says so first, by :func:`before_waiting`. On a thread that must not wait it raises
:class:`MustWait`, and the work is begun anew on a thread that may.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()


class MustWait(BaseException):
    """The work can't be done without waiting. No failure: what handles those must let it pass."""


@contextmanager
def no_waiting() -> Iterator[None]:
    """Have nothing wait on this thread while the block lasts.

    Examples
    --------
    >>> with no_waiting():
    ...     before_waiting()
    Traceback (most recent call last):
    ...
    augury.waiting.MustWait
    """
    before = getattr(_here, "must_not_wait", False)
    _here.must_not_wait = True
    try:
        yield
    finally:
        _here.must_not_wait = before


def before_waiting() -> None:
    """Say that what follows may wait, or take longer than a prediction does.

    Raises
    ------
    MustWait
        This thread must not.
    """
    if getattr(_here, "must_not_wait", False):
        raise MustWait
