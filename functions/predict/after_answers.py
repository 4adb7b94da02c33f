"""Small work of a call that can wait until its answer has left, such as writing lines of logs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

MOST = 100
"""Works that may wait: what is done after each answer comes to a few, unless nothing does it any more."""

type Work = Callable[[], None]
type Put = Callable[[Work], None]
"""Takes work, which must not raise, to be done now or later."""


def at_once(work: Work) -> None:
    """Do work now."""
    work()


class AfterAnswers:
    """Work that waits, in its order.

    Every method may be called from any thread.

    Examples
    --------
    >>> later = AfterAnswers()
    >>> later.put(lambda: print("written"))
    >>> later.do()
    written
    """

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()

    def put(self, work: Work) -> None:
        """Let work wait; where too much does, it is done now."""
        self._waiting.append(work)
        if len(self._waiting) > MOST:
            self.do()

    def do(self) -> None:
        """Do what waits."""
        while True:
            try:
                work = self._waiting.popleft()
            except IndexError:
                return
            work()
